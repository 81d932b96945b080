import { describe, expect, it } from '@jest/globals';
import type { CalicoState } from '../../../src/cluster/calico-state.js';
import { sayHeld } from '../../../src/upgrade/restore/brake.js';
import { createFakeClusterClient, type FakeClusterClient, refusal } from '../../ports/fake-cluster-client.js';

const OPERATOR = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  namespace: 'tigera-operator',
  name: 'tigera-operator',
};
const NODE = { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'calico-system', name: 'calico-node' };
const CALICO = {
  operator: { deployment: { reference: OPERATOR } },
  components: { node: { reference: NODE } },
} as unknown as CalicoState;

function cluster(replicas: number, strategy: string): FakeClusterClient {
  return createFakeClusterClient({
    objects: [
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { namespace: 'tigera-operator', name: 'tigera-operator' },
        spec: { replicas },
      },
      {
        apiVersion: 'apps/v1',
        kind: 'DaemonSet',
        metadata: { namespace: 'calico-system', name: 'calico-node' },
        spec: { updateStrategy: { type: strategy } },
      },
    ],
  });
}

describe('sayHeld', () => {
  it('names the operator that is held, whichever run held it, and how to let it go', async () => {
    const said = await sayHeld(cluster(0, 'OnDelete'), CALICO);
    expect(said).toMatch(
      /^The operator is held: Deployment tigera-operator\/tigera-operator has no replicas, and calico-node waits .*kubectl scale deployment tigera-operator --namespace tigera-operator --replicas=1$/,
    );
  });

  it('says nothing of nodes that do not wait', async () => {
    expect(await sayHeld(cluster(0, 'RollingUpdate'), CALICO)).toMatch(/has no replicas\. Running nodes/);
  });

  it('says nothing where no operator is held, or nobody answers', async () => {
    expect(await sayHeld(cluster(1, 'OnDelete'), CALICO)).toBeNull();
    expect(await sayHeld(createFakeClusterClient(), CALICO)).toBeNull();
    expect(await sayHeld(cluster(0, 'OnDelete'), { ...CALICO, operator: null })).toBeNull();
    const away = createFakeClusterClient({
      onCall: () => {
        throw refusal('get', 'deployments', 503, 'away');
      },
    });
    expect(await sayHeld(away, CALICO)).toBeNull();
  });
});
