import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import type { ClusterClient, KubernetesObject, ObjectReference } from '../../../src/ports/cluster-client.js';
import { type CalicoApi, serveCalicoApi } from '../../../test-cluster/operator/calico-api.js';
import {
  OPERATOR_DEPLOYMENT,
  type StandInOperator,
  startStandInOperator,
} from '../../../test-cluster/operator/stand-in.js';
import {
  type CalicoNodeWrites,
  startCalicoNodeWrites,
} from '../../../test-cluster/ready-made/calico-node-writes.js';
import { listAt, numberAt, textAt, valueAt } from '../../../test-cluster/ready-made/fields.js';
import { installCalico, operatorObjects } from '../../../test-cluster/ready-made/install-calico.js';
import { installObjects } from '../../../test-cluster/ready-made/install-objects.js';
import { editLive } from '../../../test-cluster/ready-made/kubectl.js';
import { isDefinition } from '../../../test-cluster/ready-made/manifests.js';
import { describeWithCalico } from '../../../test-cluster/ready-made/jest.js';

const NODES = 3;
/** How long anything may take on a machine that is busy. */
const PATIENCE_MS = 60_000;
const LIMIT_MS = 2 * PATIENCE_MS;
const system = (kind: string, name: string): ObjectReference => ({
  apiVersion: 'apps/v1',
  kind,
  namespace: 'calico-system',
  name,
});
const calico = (kind: string, name: string): ObjectReference => ({
  apiVersion: 'operator.tigera.io/v1',
  kind,
  namespace: null,
  name,
});
const NODE = system('DaemonSet', 'calico-node');
const INSTALLATION = calico('Installation', 'default');
const CLUSTER_INFORMATION = {
  apiVersion: 'crd.projectcalico.org/v1',
  kind: 'ClusterInformation',
  namespace: null,
  name: 'default',
};

const AVAILABLE = [
  {
    type: 'Available',
    status: 'True',
    reason: 'AllObjectsAvailable',
    message: '',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  },
];

describeWithCalico('the stand-in of the Tigera operator', { own: true, lightNodes: NODES }, (cluster) => {
  jest.setTimeout(LIMIT_MS);

  let client: ClusterClient;
  let api: CalicoApi;
  let writes: CalicoNodeWrites;
  let operator: StandInOperator;

  beforeAll(async () => {
    client = await createClusterClient(cluster().kubeconfig, null);
    api = await serveCalicoApi(client);
    writes = startCalicoNodeWrites(client);
    operator = startStandInOperator(client, {
      endpoint: api.endpoint,
      statusIntervalMs: 200,
      definitionIntervalMs: 500,
    });
    await installCalico(client, { version: 'v3.28.2', method: 'operator' });
  });

  afterAll(async () => {
    await operator.stop();
    await writes.stop();
    await api.stop();
  });

  /** Looks until something is so, and gives what was seen. @throws Error with the last seen after a minute */
  async function until<T>(look: () => Promise<T>, isSo: (seen: T) => boolean): Promise<T> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const seen = await look();
      if (isSo(seen)) return seen;
      if (Date.now() > deadline) throw new Error(`not in time; last seen: ${JSON.stringify(seen)}`);
      await sleep(50);
    }
  }

  /** `TFF`: Available, Progressing, Degraded; a dash for what is not said. */
  async function statusOf(name: string): Promise<string> {
    const conditions = listAt(await client.get(calico('TigeraStatus', name)), 'status', 'conditions');
    const letter = (type: string): string =>
      textAt(
        conditions.find((one) => one['type'] === type),
        'status',
      ).charAt(0) || '-';
    return ['Available', 'Progressing', 'Degraded'].map(letter).join('');
  }

  const calicoVersion = async (): Promise<string> =>
    textAt(await client.get(INSTALLATION), 'status', 'calicoVersion');
  const untilVersion = (version: string): Promise<string> => until(calicoVersion, (seen) => seen === version);
  const untilStatus = (name: string, status: string): Promise<string> =>
    until(
      () => statusOf(name),
      (seen) => seen === status,
    );
  const patchInstallation = (spec: Record<string, unknown>): Promise<KubernetesObject> =>
    client.patch(INSTALLATION, { type: 'merge', body: { spec } }, { fieldManager: 'kubectl-patch' });
  const scaleOperator = (replicas: number): Promise<KubernetesObject> =>
    client.patch(
      OPERATOR_DEPLOYMENT,
      { type: 'merge', body: { spec: { replicas } } },
      { fieldManager: 'kubectl' },
    );

  /** Applies the operator's file of a release without its definitions, which take long and are not what is at stake. */
  async function changeOperator(version: string): Promise<void> {
    const objects = operatorObjects(version).filter((object) => !isDefinition(object));
    const { refused } = await installObjects(client, objects, { command: 'apply --server-side' });
    expect(refused).toEqual([]);
  }

  const untilStopped = (): Promise<unknown> =>
    until(
      () => Promise.resolve(operator.running()),
      (seen) => seen === null,
    );

  /** Images and ages of the pods of calico-node. */
  async function nodePods(): Promise<
    { readonly image: string; readonly created: string; readonly uid: string }[]
  > {
    const pods: KubernetesObject[] = [];
    const options = { namespace: 'calico-system', labelSelector: 'k8s-app=calico-node' };
    for await (const page of client.list({ apiVersion: 'v1', kind: 'Pod' }, options))
      pods.push(...page.items);
    return pods.map((pod) => ({
      image: textAt(listAt(pod, 'spec', 'containers')[0], 'image'),
      created: pod.metadata.creationTimestamp ?? '',
      uid: pod.metadata.uid ?? '',
    }));
  }

  async function imageOf(reference: ObjectReference): Promise<string> {
    return textAt(listAt(await client.get(reference), 'spec', 'template', 'spec', 'containers')[0], 'image');
  }

  it('brings a new install up, and says so only then', async () => {
    await untilVersion('v3.28.2');
    expect(await Promise.all(['calico', 'apiserver', 'ippools'].map(statusOf))).toEqual([
      'TFF',
      'TFF',
      'TFF',
    ]);
    expect(await client.get(calico('TigeraStatus', 'tiers'))).toBeNull();
    expect(await client.get(CLUSTER_INFORMATION)).toMatchObject({
      spec: { calicoVersion: 'v3.28.2', datastoreReady: true },
    });
    expect(operator.running()).toBe('v1.34.5');
  });

  it('has filled the Installation in and made its pool, as its own', async () => {
    const pool = {
      apiVersion: 'crd.projectcalico.org/v1',
      kind: 'IPPool',
      namespace: null,
      name: 'default-ipv4-ippool',
    };
    expect((await client.get(pool))?.metadata.labels).toEqual({
      'app.kubernetes.io/managed-by': 'tigera-operator',
    });
    const installation = await client.get(INSTALLATION);
    expect(installation?.metadata.finalizers).toContain('tigera.io/operator-cleanup');
    expect(installation).toMatchObject({
      spec: { variant: 'Calico', nodeUpdateStrategy: { type: 'RollingUpdate' } },
    });
  });

  it('has Calico’s own API answer, from the namespace of this release', async () => {
    const { failedGroups, kinds } = await client.discover();
    expect(failedGroups).toEqual([]);
    expect(
      kinds.some(({ apiVersion, kind }) => apiVersion === 'projectcalico.org/v3' && kind === 'IPPool'),
    ).toBe(true);
    const registration = {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      namespace: null,
      name: 'v3.projectcalico.org',
    };
    expect(valueAt(await client.get(registration), 'spec', 'service', 'namespace')).toBe('calico-apiserver');
  });

  it('passes knobs on without restarting a pod', async () => {
    const before = await nodePods();
    await patchInstallation({
      nodeUpdateStrategy: { rollingUpdate: { maxUnavailable: 2 } },
      calicoNodeDaemonSet: { spec: { minReadySeconds: 1 } },
    });
    await until(
      async () => client.get(NODE),
      (seen) =>
        numberAt(seen, 'spec', 'minReadySeconds') === 1 &&
        numberAt(seen, 'spec', 'updateStrategy', 'rollingUpdate', 'maxUnavailable') === 2,
    );
    await untilStatus('calico', 'TFF');
    expect(await nodePods()).toEqual(before);
    await patchInstallation({
      nodeUpdateStrategy: { rollingUpdate: { maxUnavailable: 1 } },
      calicoNodeDaemonSet: null,
    });
    await until(
      async () => client.get(NODE),
      (seen) => numberAt(seen, 'spec', 'minReadySeconds') === 0,
    );
  });

  it('refuses OnDelete, keeps what the DaemonSet has, and heals', async () => {
    await patchInstallation({ nodeUpdateStrategy: { type: 'OnDelete' } });
    await until(
      () => statusOf('calico'),
      (seen) => seen.endsWith('T'),
    );
    const conditions = listAt(await client.get(calico('TigeraStatus', 'calico')), 'status', 'conditions');
    expect(conditions.find((one) => one['type'] === 'Degraded')).toMatchObject({
      reason: 'InvalidConfigurationError',
    });
    expect(valueAt(await client.get(NODE), 'spec', 'updateStrategy', 'type')).toBe('RollingUpdate');
    await patchInstallation({ nodeUpdateStrategy: { type: 'RollingUpdate' } });
    await untilStatus('calico', 'TFF');
  });

  it('puts back what somebody else changes, but for labels of others', async () => {
    await editLive(client, NODE, (fields) => {
      Object.assign(fields['metadata'] as object, { labels: { mine: 'yes' } });
      Object.assign(fields['spec'] as object, { updateStrategy: { type: 'OnDelete' } });
    });
    const live = await until(
      async () => client.get(NODE),
      (seen) => textAt(seen, 'spec', 'updateStrategy', 'type') === 'RollingUpdate',
    );
    expect(live?.metadata.labels).toMatchObject({ mine: 'yes' });
  });

  it('writes nothing while it is scaled to zero, so that its statuses are stale, and goes on when it is given back', async () => {
    await scaleOperator(0);
    await untilStopped();
    const [before, generation] = [
      await client.get(calico('TigeraStatus', 'calico')),
      (await client.get(NODE))?.metadata.generation,
    ];
    await editLive(client, NODE, (fields) =>
      Object.assign(fields['spec'] as object, { updateStrategy: { type: 'OnDelete' } }),
    );
    await sleep(1000);
    expect((await client.get(calico('TigeraStatus', 'calico')))?.metadata.resourceVersion).toBe(
      before?.metadata.resourceVersion,
    );
    expect((await client.get(NODE))?.metadata.generation).toBe((generation ?? 0) + 1);
    expect(await statusOf('calico')).toBe('TFF');
    await scaleOperator(1);
    await until(
      async () => client.get(NODE),
      (seen) => textAt(seen, 'spec', 'updateStrategy', 'type') === 'RollingUpdate',
    );
    await untilStatus('calico', 'TFF');
  });

  describe('told to go wrong', () => {
    it('reports Degraded', async () => {
      await operator.settle();
      operator.setFaults([
        { type: 'degrade', status: 'apiserver', reason: 'ResourceReadError', message: 'told so' },
      ]);
      await untilStatus('apiserver', 'FFT');
      expect(await statusOf('calico')).toBe('TFF');
      operator.setFaults([]);
      await untilStatus('apiserver', 'TFF');
    });

    it('leaves Available as it was where a new operator fails before it has looked at anything', async () => {
      operator.setFaults([{ type: 'degrade', status: 'calico' }]);
      await scaleOperator(0);
      await untilStopped();
      await client.patch(
        calico('TigeraStatus', 'calico'),
        { type: 'merge', body: { status: { conditions: AVAILABLE } } },
        { fieldManager: 'test', subresource: 'status' },
      );
      await scaleOperator(1);
      await untilStatus('calico', 'T-T');
      operator.setFaults([]);
      await untilStatus('calico', 'TFF');
    });

    it('reports Available and Degraded at once', async () => {
      operator.setFaults([{ type: 'flicker', status: 'calico' }]);
      await untilStatus('calico', 'TFT');
      operator.setFaults([]);
      await untilStatus('calico', 'TFF');
    });

    it('listens to a ConfigMap', async () => {
      const faults = JSON.stringify([{ type: 'degrade', status: 'ippools' }]);
      const metadata = { name: 'stand-in-faults', namespace: 'tigera-operator' };
      await client.create(
        { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { faults } },
        { fieldManager: 'test' },
      );
      await untilStatus('ippools', 'FFT');
      await client.delete({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        namespace: metadata.namespace,
        name: metadata.name,
      });
      await untilStatus('ippools', 'TFF');
    });

    it('stalls before the nodes: typha is new, the nodes are not, and its status is that of the release before', async () => {
      operator.setFaults([{ type: 'stall', before: 'calico-node' }]);
      await changeOperator('v3.29.7');
      await until(
        () => imageOf(system('Deployment', 'calico-typha')),
        (seen) => seen.endsWith(':v3.29.7'),
      );
      await sleep(1000);
      expect(await imageOf(NODE)).toBe('docker.io/calico/node:v3.28.2');
      expect(await statusOf('calico')).toBe('TFF');
      expect(await calicoVersion()).toBe('v3.28.2');
    });

    it('reports all well while pods are old', async () => {
      operator.setFaults([{ type: 'early-available' }]);
      await untilVersion('v3.29.7');
      expect(await statusOf('calico')).toBe('TFF');
      expect((await nodePods()).map(({ image }) => image)).toContain('docker.io/calico/node:v3.28.2');
      operator.setFaults([]);
      await until(
        nodePods,
        (pods) => pods.length === NODES && pods.every(({ image }) => image.endsWith(':v3.29.7')),
      );
      await untilStatus('calico', 'TFF');
    });
  });

  it('upgrades where its image changes: typha and kube-controllers before the last node, one node at a time', async () => {
    const seen: { readonly new: number; readonly unavailable: number; readonly others: boolean }[] = [];
    await changeOperator('v3.31.7');
    await until(
      async () => {
        const daemonSet = await client.get(NODE);
        const deployments = await Promise.all(
          ['calico-typha', 'calico-kube-controllers'].map((name) => client.get(system('Deployment', name))),
        );
        const pods = await nodePods();
        seen.push({
          new: pods.filter(({ image }) => image === 'quay.io/calico/node:v3.31.7').length,
          unavailable: numberAt(daemonSet, 'status', 'numberUnavailable'),
          others: deployments.every(
            (one) => numberAt(one, 'status', 'updatedReplicas') === numberAt(one, 'spec', 'replicas'),
          ),
        });
        return calicoVersion();
      },
      (version) => version === 'v3.31.7',
    );
    expect(Math.max(...seen.map((one) => one.unavailable))).toBe(1);
    expect(seen.filter((one) => one.new === NODES).every((one) => one.others)).toBe(true);
    expect(new Set(seen.map((one) => one.new))).toEqual(new Set([0, 1, 2, 3]));
    expect(await client.get(CLUSTER_INFORMATION)).toMatchObject({ spec: { calicoVersion: 'v3.31.7' } });
  });

  it('moves the API server to calico-system from v1.40 on', async () => {
    await untilStatus('apiserver', 'TFF');
    expect(await imageOf(system('Deployment', 'calico-apiserver'))).toBe('quay.io/calico/apiserver:v3.31.7');
    const old = { apiVersion: 'v1', kind: 'Namespace', namespace: null, name: 'calico-apiserver' };
    await until(
      async () => client.get(old),
      (seen) => seen === null,
    );
  });

  it('overwrites definitions from v1.38 on', async () => {
    const [definition] = operatorObjects('v3.31.7')
      .filter(isDefinition)
      .map(({ apiVersion, kind, metadata }) => ({
        apiVersion,
        kind,
        namespace: null,
        name: metadata.name,
      }));
    if (!definition) throw new Error('there are definitions');
    const shortNames = (object: KubernetesObject | null): unknown =>
      valueAt(object, 'spec', 'names', 'shortNames');
    await client.patch(
      definition,
      { type: 'merge', body: { spec: { names: { shortNames: ['mine'] } } } },
      { fieldManager: 'test' },
    );
    await until(
      async () => client.get(definition),
      (seen) => shortNames(seen) === undefined,
    );
  });
});
