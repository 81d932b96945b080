import { describe, expect, test } from '@jest/globals';
import type { KubernetesObject, ObjectMetadata } from '../../../src/ports/cluster-client.js';
import { calicoNode, installation, object, operatorNode, pod, tigeraOperator } from '../build.js';
import { calicoOf } from '../state-of.js';

const CRD = 'crd.projectcalico.org/v1';
const of = (kind: string, metadata: ObjectMetadata, spec: object = {}): KubernetesObject =>
  object(CRD, kind, metadata, { spec });
const policy = (name: string, tier?: string, kind = 'NetworkPolicy'): KubernetesObject =>
  of(
    kind,
    { name, ...(kind.includes('Global') ? {} : { namespace: 'default' }) },
    tier === undefined ? {} : { tier },
  );

describe('Calico’s objects', () => {
  test('are counted by kind, and policies by tier', async () => {
    const { data } = await calicoOf([
      calicoNode('v3.30.7'),
      policy('default.a'),
      policy('b', 'default'),
      policy('platform.c', 'platform'),
      policy('default.d', 'default', 'GlobalNetworkPolicy'),
      policy('default.e', 'default', 'StagedNetworkPolicy'),
      of('StagedKubernetesNetworkPolicy', { name: 'f', namespace: 'default' }),
      object('networking.k8s.io/v1', 'NetworkPolicy', { name: 'g', namespace: 'default' }),
      of('IPAMBlock', { name: '10-0-0-0-26' }),
      of('GlobalNetworkSet', { name: 'set' }),
    ]);
    expect(data.counts).toEqual({
      'globalnetworkpolicies.crd.projectcalico.org': 1,
      'globalnetworksets.crd.projectcalico.org': 1,
      'ipamblocks.crd.projectcalico.org': 1,
      'networkpolicies.crd.projectcalico.org': 2 + 1,
      'networkpolicies.networking.k8s.io': 1,
      'stagedkubernetesnetworkpolicies.crd.projectcalico.org': 1,
      'stagednetworkpolicies.crd.projectcalico.org': 1,
    });
    expect(data.policiesByTier).toEqual({
      'default/GlobalNetworkPolicy': 1,
      'default/NetworkPolicy': 2,
      'default/StagedNetworkPolicy': 1,
      'platform/NetworkPolicy': 1,
    });
    expect(data.defaultPrefix).toEqual({ withPrefix: 3, without: 1 });
  });

  test('what 3.32 no longer enforces or renames is named, the operator’s own left out', async () => {
    const admin = (kind: string, name: string): KubernetesObject =>
      object('policy.networking.k8s.io/v1alpha1', kind, { name });
    const owned = {
      ownerReferences: [
        { apiVersion: 'operator.tigera.io/v1', kind: 'Installation', name: 'default', uid: 'u' },
      ],
    };
    const { data } = await calicoOf([
      calicoNode('v3.30.7'),
      admin('AdminNetworkPolicy', 'deny'),
      admin('BaselineAdminNetworkPolicy', 'default'),
      policy('allow-tigera.mine', 'allow-tigera', 'GlobalNetworkPolicy'),
      of(
        'NetworkPolicy',
        { name: 'allow-tigera.apiserver', namespace: 'calico-system', ...owned },
        { tier: 'allow-tigera' },
      ),
    ]);
    expect(data.adminNetworkPolicies.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'AdminNetworkPolicy deny',
      'BaselineAdminNetworkPolicy default',
    ]);
    expect(data.allowTigeraPolicies.map(({ name }) => name)).toEqual(['allow-tigera.mine']);
  });

  test('host endpoints of all interfaces, those that Calico makes left out', async () => {
    const endpoint = (
      name: string,
      interfaceName: string,
      labels: Readonly<Record<string, string>> = {},
    ): KubernetesObject => of('HostEndpoint', { name, labels }, { interfaceName });
    const { data } = await calicoOf([
      calicoNode('v3.28.2'),
      endpoint('all', '*'),
      endpoint('eth0', 'eth0'),
      endpoint('node-1-auto-hep', '*', { 'projectcalico.org/created-by': 'calico-kube-controllers' }),
    ]);
    expect(data.allInterfaceHostEndpoints.map(({ name }) => name)).toEqual(['all']);
  });

  test('what a finalizer holds under deletion, and definitions that go', async () => {
    const going = { deletionTimestamp: '2026-01-01T00:00:00Z' };
    const { data } = await calicoOf([
      tigeraOperator('v1.34.5'),
      {
        ...installation(),
        metadata: { name: 'default', ...going, finalizers: ['tigera.io/operator-cleanup'] },
      },
      operatorNode('v3.28.2'),
      of('IPPool', { name: 'p', ...going, finalizers: ['projectcalico.org'] }),
      of('IPPool', { name: 'q', ...going }),
      object(
        'apiextensions.k8s.io/v1',
        'CustomResourceDefinition',
        { name: 'tiers.crd.projectcalico.org', ...going },
        {
          spec: {
            group: 'crd.projectcalico.org',
            names: { kind: 'Tier', plural: 'tiers' },
            versions: [{ name: 'v1' }],
          },
        },
      ),
    ]);
    expect(
      data.stuck.map(({ object: held, finalizers }) => `${held.kind} ${held.name} ${finalizers.join()}`),
    ).toEqual(['IPPool p projectcalico.org', 'Installation default tigera.io/operator-cleanup']);
    expect(data.terminatingCrds).toEqual(['tiers.crd.projectcalico.org']);
  });

  test('only a few of many are named, all are counted', async () => {
    const many = Array.from({ length: 50 }, (_, index) => policy(`allow-tigera.${index}`, 'allow-tigera'));
    const { data } = await calicoOf([calicoNode('v3.28.2'), ...many]);
    expect(data.allowTigeraPolicies).toHaveLength(20);
    expect(data.policiesByTier).toEqual({ 'allow-tigera/NetworkPolicy': 50 });
  });
});

describe('Calico’s configuration', () => {
  test('pools and tiers', async () => {
    const { config } = await calicoOf([
      calicoNode('v3.28.2'),
      object(
        CRD,
        'IPPool',
        { name: 'a', labels: { 'app.kubernetes.io/managed-by': 'tigera-operator' } },
        {
          spec: {
            cidr: '10.244.0.0/16',
            ipipMode: 'Always',
            natOutgoing: true,
            blockSize: 26,
            nodeSelector: 'all()',
          },
        },
      ),
      of('IPPool', { name: 'b' }, { cidr: 'fd00::/48', vxlanMode: 'CrossSubnet', disabled: true }),
      of('Tier', { name: 'platform' }, { order: 100 }),
      of('Tier', { name: 'default' }),
    ]);
    expect(config.pools).toEqual([
      {
        name: 'a',
        cidr: '10.244.0.0/16',
        ipipMode: 'Always',
        vxlanMode: 'Never',
        natOutgoing: true,
        disabled: false,
        blockSize: 26,
        nodeSelector: 'all()',
        isOperatorOwned: true,
      },
      {
        name: 'b',
        cidr: 'fd00::/48',
        ipipMode: 'Never',
        vxlanMode: 'CrossSubnet',
        natOutgoing: false,
        disabled: true,
        blockSize: null,
        nodeSelector: '',
        isOperatorOwned: false,
      },
    ]);
    expect(config.tiers).toEqual([
      { name: 'platform', order: 100 },
      { name: 'default', order: null },
    ]);
  });

  test('configuration objects are kept whole, without managedFields', async () => {
    const felix = {
      ...of(
        'FelixConfiguration',
        { name: 'default', managedFields: [{ manager: 'x' }], uid: 'u' },
        { bpfEnabled: false },
      ),
    };
    const { config } = await calicoOf([calicoNode('v3.28.2'), felix]);
    expect(config.felix).toEqual([
      {
        apiVersion: CRD,
        kind: 'FelixConfiguration',
        metadata: { name: 'default', uid: 'u' },
        spec: { bpfEnabled: false },
      },
    ]);
  });

  test('the pod network by kubeadm and by the controller manager’s flag', async () => {
    const kubeadm = object(
      'v1',
      'ConfigMap',
      { name: 'kubeadm-config', namespace: 'kube-system' },
      {
        data: {
          ClusterConfiguration:
            'kind: ClusterConfiguration\nnetworking:\n  podSubnet: 10.244.0.0/16,fd00::/48\n',
        },
      },
    );
    const manager = pod('kube-controller-manager-cp-1', {
      namespace: 'kube-system',
      labels: { component: 'kube-controller-manager' },
      spec: {
        containers: [{ name: 'm', command: ['kube-controller-manager', '--cluster-cidr=10.244.0.0/16'] }],
      },
    });
    expect((await calicoOf([calicoNode('v3.28.2'), kubeadm, manager])).config.podSubnets).toEqual([
      '10.244.0.0/16',
      'fd00::/48',
    ]);
    expect((await calicoOf([calicoNode('v3.28.2')])).config.podSubnets).toEqual([]);
  });
});

describe('application layer policy', () => {
  const dikastes = (where: 'containers' | 'initContainers'): KubernetesObject =>
    pod('app', {
      namespace: 'shop',
      spec: { containers: [], [where]: [{ name: 'dikastes', image: 'docker.io/calico/dikastes:v3.28.2' }] },
    });
  const injected = object('v1', 'Namespace', { name: 'mesh', labels: { 'istio-injection': 'enabled' } });

  test('is in use where Felix syncs policies, and says which namespaces Istio injects into', async () => {
    const felix = of(
      'FelixConfiguration',
      { name: 'default' },
      { policySyncPathPrefix: '/var/run/nodeagent' },
    );
    const { applicationLayerPolicy } = await calicoOf([calicoNode('v3.28.2'), felix, injected]);
    expect(applicationLayerPolicy).toMatchObject({ isInUse: true, namespaces: ['mesh'], injectedPods: 0 });
    expect(applicationLayerPolicy.evidence[0]).toMatchObject({
      field: 'spec.policySyncPathPrefix',
      value: '/var/run/nodeagent',
    });
  });

  test.each(['containers', 'initContainers'] as const)(
    'is in use where a pod carries Dikastes among its %s',
    async (where) => {
      const { applicationLayerPolicy } = await calicoOf([calicoNode('v3.28.2'), dikastes(where)]);
      expect(applicationLayerPolicy).toMatchObject({ isInUse: true, namespaces: ['shop'], injectedPods: 1 });
    },
  );

  test('is not in use because Istio is', async () => {
    const { applicationLayerPolicy } = await calicoOf([calicoNode('v3.28.2'), injected]);
    expect(applicationLayerPolicy).toEqual({ isInUse: false, evidence: [], namespaces: [], injectedPods: 0 });
  });
});
