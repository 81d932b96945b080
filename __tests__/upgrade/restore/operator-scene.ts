import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import { fieldsAt, listAt, textAt } from '../../../src/cluster/fields.js';
import type { ClusterClient, KubernetesObject, ObjectReference } from '../../../src/ports/cluster-client.js';
import { serveCalicoApi } from '../../../test-cluster/operator/calico-api.js';
import { type StandInOperator, startStandInOperator } from '../../../test-cluster/operator/stand-in.js';
import { startCalicoNodeWrites } from '../../../test-cluster/ready-made/calico-node-writes.js';
import { operatorObjects } from '../../../test-cluster/ready-made/install-calico.js';
import { installObjects } from '../../../test-cluster/ready-made/install-objects.js';
import { listenInFabric } from '../../../test-cluster/real-nodes/fabric.js';
import type { TestCluster } from '../../../test-cluster/types.js';
import { eventually } from '../../test-cluster/eventually.js';

export const INSTALLATION: ObjectReference = {
  apiVersion: 'operator.tigera.io/v1',
  kind: 'Installation',
  namespace: null,
  name: 'default',
};
export const OPERATOR: ObjectReference = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  namespace: 'tigera-operator',
  name: 'tigera-operator',
};

/** A cluster in which the stand-in operator, Calico’s API and what calico-node writes are played. */
export interface OperatorScene {
  readonly client: ClusterClient;
  readonly operator: StandInOperator;
  readonly stop: () => Promise<void>;
}

export async function startScene(cluster: TestCluster): Promise<OperatorScene> {
  const client = await createClusterClient(cluster.kubeconfig, null);
  const api = await serveCalicoApi(client, await listenInFabric(cluster.directory));
  const writes = startCalicoNodeWrites(client);
  const operator = startStandInOperator(client, {
    endpoint: api.endpoint,
    statusIntervalMs: 200,
    definitionIntervalMs: 1000,
  });
  return {
    client,
    operator,
    stop: async () => {
      await operator.stop();
      await writes.stop();
      await api.stop();
    },
  };
}

/** Upgrades as upstream’s page says: definitions, then the operator, both applied server-side. */
export async function upgradeOperator(client: ClusterClient, version: string): Promise<void> {
  const { refused } = await installObjects(client, operatorObjects(version), {
    command: 'apply --server-side',
  });
  if (refused.length > 0) throw new Error(JSON.stringify(refused));
}

/** Waits until the operator says that a release runs, and every TigeraStatus is well. */
export async function running(client: ClusterClient, version: string, timeoutMs = 150_000): Promise<void> {
  await eventually(async () => {
    const installation = await client.get(INSTALLATION);
    const seen = textAt(installation, 'status', 'calicoVersion');
    if (seen !== version) throw new Error(`the Installation says ${seen}`);
    const unwell = (await statuses(client)).filter((status) => !isWell(status));
    if (unwell.length > 0) throw new Error(JSON.stringify(unwell));
    return true;
  }, timeoutMs);
}

export async function statuses(client: ClusterClient): Promise<readonly KubernetesObject[]> {
  const found: KubernetesObject[] = [];
  const kind = { apiVersion: 'operator.tigera.io/v1', kind: 'TigeraStatus' };
  for await (const { items } of client.list(kind)) found.push(...items);
  return found;
}

export function isWell(status: KubernetesObject): boolean {
  const is = (type: string): boolean =>
    listAt(status, 'status', 'conditions').some((one) => one['type'] === type && one['status'] === 'True');
  return is('Available') && !is('Progressing') && !is('Degraded');
}

/** The Installation as it is told in tests: who it is, and what it says. */
export async function installation(
  client: ClusterClient,
): Promise<{ readonly uid: string; readonly version: string; readonly spec: unknown }> {
  const found = await client.get(INSTALLATION);
  return {
    uid: found?.metadata.uid ?? '',
    version: textAt(found, 'status', 'calicoVersion'),
    spec: fieldsAt(found, 'spec'),
  };
}
