import { expect, test } from '@jest/globals';
import { whileAsked } from '../../../test-cluster/operator/asked-client.js';
import { object } from '../../cluster/build.js';
import { createFakeClusterClient } from '../../ports/fake-cluster-client.js';

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', namespace: null, name: 'calico-system' };
const WRITTEN = { fieldManager: 'operator' };

test('an operator that nobody asks for any more writes nothing, and reads on', async () => {
  let isWanted = true;
  const client = whileAsked(createFakeClusterClient(), () => Promise.resolve(isWanted));
  const made = await client.create(object('v1', 'Namespace', { name: NAMESPACE.name }), WRITTEN);
  isWanted = false;
  await expect(client.replace(made, WRITTEN)).rejects.toThrow('stopped in the middle');
  await expect(client.delete(NAMESPACE)).rejects.toThrow('stopped in the middle');
  expect(await client.get(NAMESPACE)).toEqual(made);
});
