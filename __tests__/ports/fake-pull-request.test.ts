import { expect, test } from '@jest/globals';
import { createFakePullRequest } from './fake-pull-request.js';
import { describePullRequest } from './pull-request-contract.js';

describePullRequest('fake', (state) => {
  const pull = createFakePullRequest(state);
  return { pull, bodies: () => pull.comments.map(({ body }) => body) };
});

test('a fake pull request fails with the failure that it is made with', async () => {
  const pull = createFakePullRequest({ failure: new Error('403') });
  await expect(pull.changedFiles()).rejects.toThrow('403');
  await expect(pull.upsertComment('b', 'm')).rejects.toThrow('403');
});
