import { beforeEach, describe, expect, test } from '@jest/globals';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { clearLeftovers } from '../../../src/upgrade/lock/clear-leftovers.js';
import { PULL_PODS, pullPod } from '../../../src/upgrade/pre-pull/pull-pod.js';
import { createFakeClusterClient, type FakeCall, refusal } from '../../ports/fake-cluster-client.js';

const USERS: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'users',
    namespace: 'kube-system',
    labels: { 'app.kubernetes.io/component': 'pre-pull' },
  },
};

describe('pods of the pre-pull that a run which died left', () => {
  let warnings: string[];

  beforeEach(() => {
    warnings = [];
  });

  /** A cluster with some in two namespaces, cleared. @returns names of the pods that are left */
  async function clear(onCall: (call: FakeCall) => void = () => undefined): Promise<readonly string[]> {
    const objects = [
      ...['a', 'b'].map((node) => left('kube-system', node)),
      left('calico-system', 'a'),
      USERS,
    ];
    const client = createFakeClusterClient({ objects, onCall });
    await clearLeftovers(client, (text) => warnings.push(text));
    return client
      .objects()
      .filter(({ kind }) => kind === 'Pod')
      .map(({ metadata }) => metadata.name);
  }

  test('go, in every namespace, and only they', async () => {
    expect(await clear()).toEqual(['users']);
    expect(warnings).toEqual([]);
  });

  test('are passed over without a word where the account may not list pods everywhere', async () => {
    const pods = await clear(({ verb, kind }) => {
      if (verb === 'list' && kind === 'Pod') throw refusal(verb, kind, 403, 'forbidden');
    });
    expect(pods).toHaveLength(4);
    expect(warnings).toEqual([]);
  });

  test('are named where they stay, with the command that deletes them', async () => {
    const gone = left('calico-system', 'a').metadata.name;
    const pods = await clear(({ verb, kind, namespace }) => {
      if (verb === 'delete' && namespace === 'kube-system') throw refusal(verb, kind, 403, 'forbidden');
    });
    expect(pods).toHaveLength(3);
    expect(warnings).toEqual([
      expect.stringContaining(`kubectl delete pods --all-namespaces --selector ${PULL_PODS}`),
    ]);
    expect(warnings[0]).not.toContain(gone);
  });

  test('are told of where the server does not say whether there are any', async () => {
    await clear(({ verb, kind }) => {
      if (verb === 'list' && kind === 'Pod') throw refusal(verb, kind, 503, 'down');
    });
    expect(warnings).toEqual([expect.stringContaining('could not be looked for: ')]);
  });
});

function left(namespace: string, node: string): KubernetesObject {
  const options = { namespace, pullSecrets: [], run: `dead in ${namespace}`, deadlineMs: 1000 };
  return pullPod({ node, images: ['image'] }, options);
}
