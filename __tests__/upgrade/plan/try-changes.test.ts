import { describe, expect, test } from '@jest/globals';
import { tryChanges } from '../../../src/upgrade/plan/try-changes.js';
import { createFakeClusterClient, refusal } from '../../ports/fake-cluster-client.js';
import { object } from '../preflight/build-input.js';

const CONFIG = { ...object('v1', 'ConfigMap', 'calico-config', { data: { veth_mtu: '1450' } }) };
const IN_NAMESPACE = { ...CONFIG, metadata: { name: 'calico-config', namespace: 'kube-system' } };

/** What is said of one change where the server answers a dry run so. */
async function answer(status: number, text: string): Promise<unknown> {
  const client = createFakeClusterClient({
    onCall: ({ verb, isDryRun }) => {
      if (verb === 'apply' && isDryRun)
        throw refusal('apply', 'ConfigMap kube-system/calico-config', status, text);
    },
  });
  const [change] = await tryChanges(client, [IN_NAMESPACE]);
  return change;
}

describe('a change that is tried without writing', () => {
  test('and accepted is told field by field, and not made', async () => {
    const before = { ...IN_NAMESPACE, data: { veth_mtu: '0' } };
    const client = createFakeClusterClient({ objects: [before] });
    const [change] = await tryChanges(client, [IN_NAMESPACE]);
    expect(change).toMatchObject({
      action: 'update',
      dryRun: 'accepted',
      fields: [{ field: 'data.veth_mtu', before: '0', after: '1450' }],
    });
    expect(client.calls.filter(({ verb, isDryRun }) => verb === 'apply' && !isDryRun)).toEqual([]);
  });

  test.each([
    ['refused by a policy', 422, 'ValidatingAdmissionPolicy denied it', 'refused', /denied it/],
    [
      'beyond the account',
      403,
      'User "p" cannot patch resource "configmaps"',
      'not-tried',
      /^The account may not/,
    ],
    [
      'beyond an unreachable webhook',
      500,
      'failed calling webhook "x": no endpoints',
      'unanswered',
      /webhook "x"/,
    ],
    ['without its namespace', 404, 'namespaces "kube-system" not found', 'refused', /not found/],
  ])('and is %s', async (_, status, text, dryRun, note) => {
    expect(await answer(status, text)).toMatchObject({
      dryRun,
      note: expect.stringMatching(note),
      fields: [],
    });
  });

  test('and the server fails ends the plan: nothing is known then', async () => {
    await expect(answer(500, 'etcdserver: request timed out')).rejects.toThrow('etcdserver');
  });
});
