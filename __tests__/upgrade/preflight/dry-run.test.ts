import { describe, expect, test } from '@jest/globals';
import { dryRun } from '../../../src/upgrade/preflight/checks/dry-run.js';
import { buildInput, changeOf } from './build-input.js';

describe('the dry run of the first hop', () => {
  test.each([
    ['accepted', [changeOf('accepted')]],
    ['not tried', [changeOf('not-tried', 'The account may not write.')]],
    ['of nothing', []],
  ])('%s is no finding', (_, changes) => {
    expect(dryRun(buildInput({ input: { changes } }))).toEqual([]);
  });

  test('a refusal names the object and what the server said', () => {
    const changes = [changeOf('accepted'), changeOf('refused', 'HTTP 422: image must be signed')];
    expect(dryRun(buildInput({ input: { changes } }))).toMatchObject([
      {
        code: 'change-refused',
        weight: 'mandatory',
        message: 'The API server refuses 1 change of the first hop: DaemonSet kube-system/calico-node.',
        evidence: [{ object: { name: 'calico-node' }, value: 'HTTP 422: image must be signed' }],
      },
    ]);
  });

  test('a webhook that does not answer can be passed by force, a refusal beside it cannot', () => {
    const changes = [changeOf('unanswered', 'failed calling webhook'), changeOf('refused', 'no')];
    expect(dryRun(buildInput({ input: { changes } })).map(({ code, weight }) => [code, weight])).toEqual([
      ['change-refused', 'mandatory'],
      ['webhook-unanswered', 'skippable'],
    ]);
  });
});
