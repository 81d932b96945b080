import { describe, expect, test } from '@jest/globals';
import type { Evidence } from '../../../src/cluster/evidence.js';
import { nameOf } from '../../../src/cluster/object-name.js';
import { calicoNode, installation, object, operatorNode, tigeraOperator, workload } from '../build.js';
import { calicoOf, stateOf } from '../state-of.js';

const helm = {
  annotations: { 'meta.helm.sh/release-name': 'calico', 'meta.helm.sh/release-namespace': 'tigera-operator' },
};
const typha = workload('Deployment', 'calico-typha', { 'calico-typha': 'docker.io/calico/typha:v3.28.2' });
const said = (evidence: readonly Evidence[]): string[] =>
  evidence.map(({ object: of, field, value }) => [nameOf(of), field, value].filter(Boolean).join(' '));

describe('how Calico was installed', () => {
  test('a cluster without Calico has none', async () => {
    const state = await stateOf([
      workload('DaemonSet', 'cilium', { 'cilium-agent': 'quay.io/cilium/cilium:v1.17.0' }),
    ]);
    expect(state.calico).toBeNull();
    expect(state.owners).toEqual([]);
    expect(state.network.otherCnis.map(({ name }) => name)).toEqual(['cilium']);
  });

  test.each([
    ['a manifest', [calicoNode('v3.28.2')], 'manifest', []],
    ['the operator', [tigeraOperator('v1.34.5'), installation(), operatorNode('v3.28.2')], 'operator', []],
    [
      'Helm',
      [tigeraOperator('v1.34.5', { metadata: helm }), installation(), operatorNode('v3.28.2')],
      'helm',
      [],
    ],
    [
      'an operator that is gone, with its Installation',
      [installation(), operatorNode('v3.28.2')],
      'operator',
      [],
    ],
    ['an operator that has made nothing yet', [tigeraOperator('v1.34.5'), installation()], 'operator', []],
    [
      'a migration to the operator that has not begun',
      [tigeraOperator('v1.34.5'), installation(), calicoNode('v3.28.2')],
      'manifest',
      ['operator'],
    ],
    [
      'a migration half way: both run calico-node',
      [tigeraOperator('v1.34.5'), installation(), operatorNode('v3.28.2'), calicoNode('v3.28.2')],
      'operator',
      ['manifest'],
    ],
    [
      'calico.yaml applied over a Helm install',
      [
        tigeraOperator('v1.34.5', { metadata: helm }),
        installation(),
        operatorNode('v3.28.2'),
        calicoNode('v3.28.2'),
      ],
      'helm',
      ['manifest'],
    ],
    ['what is left when calico-node is gone', [typha], 'manifest', []],
  ] as const)('%s', async (_, objects, method, others) => {
    const calico = await calicoOf(objects);
    expect([calico.method, calico.otherMethods]).toEqual([method, others]);
    expect(calico.methodEvidence).not.toEqual([]);
  });

  test.each([
    ['half way, both DaemonSets run', [operatorNode('v3.28.2'), calicoNode('v3.28.2')]],
    ['half way, read in the other order', [calicoNode('v3.28.2'), operatorNode('v3.28.2')]],
  ] as const)('a migration to the operator %s: the install is where it goes', async (_, nodes) => {
    const namespaces = ['kube-system', 'calico-system'].map((name) => object('v1', 'Namespace', { name }));
    const calico = await calicoOf([
      ...namespaces,
      tigeraOperator('v1.34.5'),
      installation(),
      ...nodes,
      typha,
    ]);
    expect([calico.method, calico.otherMethods, calico.namespace]).toEqual([
      'operator',
      ['manifest'],
      'calico-system',
    ]);
  });

  test('a method names every sign of it', async () => {
    const calico = await calicoOf([
      tigeraOperator('v1.34.5', { metadata: helm }),
      installation(),
      operatorNode('v3.28.2'),
      calicoNode('v3.28.2'),
    ]);
    expect(said(calico.methodEvidence)).toEqual([
      'Deployment tigera-operator/tigera-operator metadata.annotations["meta.helm.sh/release-name"] calico',
      'Installation default',
      'Deployment tigera-operator/tigera-operator',
      'DaemonSet calico-system/calico-node',
      'DaemonSet kube-system/calico-node',
    ]);
  });

  test('the operator’s workloads are known by their owner, in any namespace', async () => {
    const owned = operatorNode('v3.28.2', {
      namespace: 'networking',
      metadata: {
        ownerReferences: [
          { apiVersion: 'operator.tigera.io/v1', kind: 'Installation', name: 'default', uid: 'u' },
        ],
      },
    });
    const calico = await calicoOf([tigeraOperator('v1.34.5'), installation(), owned]);
    expect([calico.method, calico.otherMethods, calico.namespace]).toEqual(['operator', [], 'networking']);
  });

  test('an operator that is gone is said, and its Installation kept', async () => {
    const { operator } = await calicoOf([installation(), operatorNode('v3.28.2')]);
    expect(operator?.deployment).toBeNull();
    expect(operator?.replicas).toBe(0);
    expect(operator?.installation?.kind).toBe('Installation');
  });
});

describe('which of upstream’s files it is', () => {
  const none = { CALICO_NETWORKING_BACKEND: 'none' };
  const vxlan = { CALICO_NETWORKING_BACKEND: 'vxlan' };
  const bpf = { FELIX_BPFENABLED: 'true' };
  const canal = (env: Readonly<Record<string, string>>): ReturnType<typeof workload> =>
    workload(
      'DaemonSet',
      'canal',
      { 'calico-node': 'docker.io/calico/node:v3.28.2', 'kube-flannel': 'docker.io/flannel/flannel:v0.24.3' },
      { env: { ...none, ...env } },
    );
  const etcd = { DATASTORE_TYPE: '', ETCD_ENDPOINTS: 'https://10.0.0.5:2379' };

  test.each([
    ['calico', [calicoNode('v3.28.2')], 'CALICO_NETWORKING_BACKEND'],
    ['calico-vxlan', [calicoNode('v3.28.2', { env: vxlan })], 'CALICO_NETWORKING_BACKEND'],
    ['calico-bpf', [calicoNode('v3.28.2', { env: bpf })], 'FELIX_BPFENABLED'],
    ['calico-policy-only', [calicoNode('v3.28.2', { env: none }), typha], 'CALICO_NETWORKING_BACKEND'],
    ['calico-typha', [calicoNode('v3.28.2'), typha], 'calico-typha'],
    ['calico-typha', [calicoNode('v3.28.2', { env: vxlan }), typha], 'calico-typha'],
    ['calico-typha', [calicoNode('v3.28.2', { env: bpf }), typha], 'calico-typha'],
    [
      'calico-typha',
      [calicoNode('v3.28.2', { env: { FELIX_TYPHAK8SSERVICENAME: 'calico-typha' } })],
      'FELIX_TYPHAK8SSERVICENAME',
    ],
    [
      'calico',
      [calicoNode('v3.28.2', { env: { FELIX_TYPHAK8SSERVICENAME: 'none' } })],
      'CALICO_NETWORKING_BACKEND',
    ],
    ['calico-etcd', [calicoNode('v3.28.2', { env: etcd })], 'ETCD_ENDPOINTS'],
    ['calico-etcd', [calicoNode('v3.28.2', { env: { DATASTORE_TYPE: 'etcdv3' } })], 'DATASTORE_TYPE'],
    ['canal', [canal({ DATASTORE_TYPE: 'kubernetes' })], 'flannel'],
    ['canal-etcd', [canal(etcd)], 'flannel'],
    ['operator', [tigeraOperator('v1.34.5'), installation(), operatorNode('v3.28.2')], 'Installation'],
  ] as const)('%s', async (variant, objects, evidence) => {
    const calico = await calicoOf(objects);
    expect(calico.variant).toBe(variant);
    expect(said(calico.variantEvidence)[0]).toContain(evidence);
  });

  test('a backend that the environment takes from a ConfigMap is followed there', async () => {
    const daemonSet = workload(
      'DaemonSet',
      'calico-node',
      { 'calico-node': 'docker.io/calico/node:v3.28.2' },
      {
        pod: {
          containers: [
            {
              name: 'calico-node',
              image: 'docker.io/calico/node:v3.28.2',
              env: [
                { name: 'DATASTORE_TYPE', value: 'kubernetes' },
                {
                  name: 'CALICO_NETWORKING_BACKEND',
                  valueFrom: { configMapKeyRef: { name: 'calico-config', key: 'calico_backend' } },
                },
                { name: 'NODENAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
                { name: 'SECRET', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
              ],
            },
          ],
        },
      },
    );
    const config = object(
      'v1',
      'ConfigMap',
      { name: 'calico-config', namespace: 'kube-system' },
      { data: { calico_backend: 'vxlan' } },
    );
    const calico = await calicoOf([daemonSet, config]);
    expect(calico.variant).toBe('calico-vxlan');
    expect(calico.components.node?.env).toEqual({
      DATASTORE_TYPE: 'kubernetes',
      CALICO_NETWORKING_BACKEND: 'vxlan',
    });
    expect(calico.config.configMap).toEqual(config);
  });

  test.each(['AmazonVPC', 'AzureVNET', 'GKE'])(
    'the operator beside %s only enforces policy',
    async (type) => {
      const state = await stateOf([
        tigeraOperator('v1.34.5'),
        installation({ cni: { type } }),
        operatorNode('v3.28.2'),
      ]);
      expect(state.calico?.providesNetworking).toBe(false);
      expect(state.network.otherCnis).toHaveLength(1);
      expect(state.network.otherCnis[0]?.evidence.field).toBe('spec.cni.type');
    },
  );

  test('etcd: that the data cannot be read is said', async () => {
    const state = await stateOf([calicoNode('v3.28.2', { env: etcd })]);
    expect(state.calico?.datastore).toBe('etcdv3');
    expect(state.unreadable).toEqual([
      {
        resource: 'crd.projectcalico.org',
        reason: 'Calico keeps its data in etcd, which the API server does not serve.',
        isForbidden: false,
        hides: 'which policies, pools and other Calico objects there are',
      },
    ]);
  });
});

describe('native v3 definitions', () => {
  const definition = (name: string): ReturnType<typeof object> => {
    const [plural = '', ...group] = name.split('.');
    return object(
      'apiextensions.k8s.io/v1',
      'CustomResourceDefinition',
      { name },
      {
        spec: {
          group: group.join('.'),
          scope: 'Cluster',
          names: { plural, kind: 'IPPool' },
          versions: [{ name: group.length === 2 ? 'v3' : 'v1' }],
        },
      },
    );
  };
  const v1 = definition('ippools.crd.projectcalico.org');
  const v3 = definition('ippools.projectcalico.org');
  const aggregated = object(
    'apiregistration.k8s.io/v1',
    'APIService',
    { name: 'v3.projectcalico.org' },
    {
      spec: { service: { name: 'calico-api', namespace: 'calico-apiserver' } },
    },
  );
  const migration = (phase: string): ReturnType<typeof object> =>
    object(
      'migration.projectcalico.org/v1beta1',
      'DatastoreMigration',
      { name: 'move' },
      { status: { phase } },
    );
  const pool = (apiVersion: string): ReturnType<typeof object> =>
    object(apiVersion, 'IPPool', { name: 'p' }, { spec: { cidr: '10.0.0.0/16' } });
  const stored = pool('crd.projectcalico.org/v1');
  const view = pool('projectcalico.org/v3');

  test.each([
    [
      'the API server’s view of the other group holds no data',
      [v1, stored, aggregated, view],
      'crd.projectcalico.org',
    ],
    ['definitions of projectcalico.org alone hold it', [v3, view], 'projectcalico.org'],
    ['both, no move asked for', [v1, stored, v3, view], 'crd.projectcalico.org'],
    ['both, the move under way', [v1, stored, v3, view, migration('Migrating')], 'crd.projectcalico.org'],
    ['both, the move done', [v1, stored, v3, view, migration('Converged')], 'projectcalico.org'],
  ] as const)('%s', async (_, objects, group) => {
    const calico = await calicoOf([calicoNode('v3.32.1'), ...objects]);
    expect(calico.dataGroup).toBe(group);
    expect(calico.variant).toBe(group === 'projectcalico.org' ? 'calico-v3-crds' : 'calico');
    expect(calico.data.counts[`ippools.${group}`]).toBe(1);
  });

  test('a move is told with its phase', async () => {
    const calico = await calicoOf([calicoNode('v3.32.1'), v1, v3, migration('WaitingForConflictResolution')]);
    expect(calico.datastoreMigration?.phase).toBe('WaitingForConflictResolution');
  });
});

describe('the edition', () => {
  test.each([
    [
      'Installation variant',
      [installation({ variant: 'TigeraSecureEnterprise' }), operatorNode('v3.28.2')],
      'spec.variant',
    ],
    [
      'image of Tigera',
      [
        workload(
          'DaemonSet',
          'calico-node',
          { 'calico-node': 'quay.io/tigera/cnx-node:v3.19.4' },
          { namespace: 'calico-system' },
        ),
      ],
      'image',
    ],
    ['version of Enterprise', [calicoNode('v3.18.0-2.0')], 'image'],
  ] as const)('%s says Enterprise', async (_, objects, field) => {
    const calico = await calicoOf(objects);
    expect(calico.edition).toBe('enterprise');
    expect(calico.editionEvidence[0]?.field).toContain(field);
  });

  test('the open-source operator’s own image is not Enterprise', async () => {
    const calico = await calicoOf([
      tigeraOperator('v1.34.5'),
      installation({ variant: 'Calico' }),
      operatorNode('v3.28.2'),
    ]);
    expect([calico.edition, calico.editionEvidence]).toEqual(['open-source', []]);
  });
});
