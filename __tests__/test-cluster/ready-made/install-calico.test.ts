import { beforeAll, expect, it } from '@jest/globals';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import type { ClusterClient, KubernetesObject, ObjectReference } from '../../../src/ports/cluster-client.js';
import { createBulk } from '../../../test-cluster/ready-made/bulk.js';
import { installCalicoData } from '../../../test-cluster/ready-made/calico-data.js';
import { installIpamState } from '../../../test-cluster/ready-made/calico-node-writes.js';
import { listAt, referenceOf, textAt } from '../../../test-cluster/ready-made/fields.js';
import { createHelmRelease } from '../../../test-cluster/ready-made/helm-release.js';
import {
  installCalico,
  type InstallOptions,
  variantsOf,
} from '../../../test-cluster/ready-made/install-calico.js';
import type { Installed } from '../../../test-cluster/ready-made/install-objects.js';
import { installKubeadmObjects } from '../../../test-cluster/ready-made/kubeadm.js';
import { editLive, setEnv } from '../../../test-cluster/ready-made/kubectl.js';
import { LAST_APPLIED } from '../../../test-cluster/ready-made/last-applied.js';
import {
  isDefinition,
  manifestAvailability,
  manifestFiles,
  manifestVersions,
  readManifest,
} from '../../../test-cluster/ready-made/manifests.js';
import { describeWithCalico } from '../../../test-cluster/ready-made/jest.js';
import { eventually } from '../eventually.js';

const versions = manifestAvailability().isAvailable ? manifestVersions() : [];
const manifestInstalls = versions.flatMap((version) =>
  variantsOf(version).map((variant) => [version, variant] as const),
);
const operatorVersions = versions.filter((version) =>
  manifestFiles(version).includes('tigera-operator.yaml'),
);
const node: ObjectReference = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  namespace: 'kube-system',
  name: 'calico-node',
};

/** Managers of an object and how each of them wrote. */
function managersOf(object: KubernetesObject | null): string[] {
  const entries = object?.metadata.managedFields ?? [];
  return entries.map(({ manager, operation }) => `${manager ?? ''} ${operation ?? ''}`).sort();
}

/** Definitions are kept, and namespaces need a controller to go. */
function isRemovable(object: KubernetesObject): boolean {
  return !isDefinition(object) && object.kind !== 'Namespace';
}

/** Kinds that the server refused, and that it said so. */
function refusedKinds({ refused }: Installed): string[] {
  for (const { reason } of refused) expect(reason).toContain('does not know the kind');
  return [...new Set(refused.map(({ object }) => `${object.kind} ${object.apiVersion}`))];
}

describeWithCalico('upstream’s manifests in an API server', { own: true, controllers: false }, (cluster) => {
  let client: ClusterClient;

  beforeAll(async () => {
    client = await createClusterClient(cluster().kubeconfig, null);
  });

  /** Installs, and takes away what can be. */
  async function installOnce(options: InstallOptions): Promise<Installed> {
    const installed = await installCalico(client, options);
    for (const object of installed.objects.filter(isRemovable)) await client.delete(referenceOf(object));
    return installed;
  }

  it.each(manifestInstalls)(
    'takes %s %s, but for what this Kubernetes no longer serves',
    async (version, variant) => {
      const definitions = variant === 'calico'; // the same in all of them
      const installed = await installOnce({ version, method: 'manifest', variant, definitions });
      expect(refusedKinds(installed)).toEqual(
        version === 'v3.22.0' ? ['PodDisruptionBudget policy/v1beta1'] : [],
      );
      const wanted = readManifest(version, `${variant}.yaml`).filter(
        (one) => definitions || !isDefinition(one),
      );
      expect(installed.objects).toHaveLength(wanted.length - installed.refused.length);
    },
  );

  it.each(operatorVersions)('takes the operator of %s with its custom resources', async (version) => {
    // They take long: only where custom-resources.yaml needs newer ones than are there.
    const definitions = ['v3.22.0', 'v3.28.2', 'v3.30.7', 'v3.32.1'].includes(version);
    const command = 'apply --server-side';
    const installed = await installOnce({ version, method: 'operator', command, definitions });
    expect(refusedKinds(installed)).toEqual(
      version === 'v3.22.0' ? ['PodSecurityPolicy policy/v1beta1'] : [],
    );
    expect(installed.objects.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['Installation', 'APIServer', 'Deployment']),
    );
  });

  it('refuses a definition that is too large for kubectl apply, and goes on', async () => {
    const definition = 'installations.operator.tigera.io';
    const reference: ObjectReference = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      namespace: null,
      name: definition,
    };
    await client.delete(reference);
    await eventually(async () => ((await client.get(reference)) === null ? true : null));
    const { objects, refused } = await installOnceWithoutResources('v3.28.2');
    expect(refused.map(({ object }) => object.name)).toEqual([definition]);
    expect(refused[0]?.reason).toContain('Too long');
    expect(objects.map(({ kind }) => kind)).toContain('Deployment');
  });

  function installOnceWithoutResources(version: string): Promise<Installed> {
    return installOnce({ version, method: 'operator', command: 'apply', customResources: false });
  }

  it('leaves managed fields as kubectl does, through apply, set env, edit and apply of the next release', async () => {
    const customisations = { mtu: 1400, poolCidr: '10.9.0.0/16' };
    await installCalico(client, { version: 'v3.28.2', method: 'manifest', customisations });
    const applied = await client.get(node);
    expect(managersOf(applied)).toEqual(['kubectl-client-side-apply Update']);
    expect(textAt(applied, 'metadata', 'annotations', LAST_APPLIED)).toContain('"value":"10.9.0.0/16"');

    await setEnv(client, node, 'calico-node', { FELIX_LOGSEVERITYSCREEN: 'Debug' });
    await editLive(client, node, (fields) => {
      Object.assign(fields['spec'] as object, { minReadySeconds: 3 });
    });
    const edited = await client.get(node);
    expect(managersOf(edited)).toEqual([
      'kubectl-client-side-apply Update',
      'kubectl-edit Update',
      'kubectl-set Update',
    ]);
    expect(edited?.metadata.annotations?.[LAST_APPLIED]).toBe(applied?.metadata.annotations?.[LAST_APPLIED]);

    const { refused } = await installCalico(client, { version: 'v3.31.7', method: 'manifest' });
    const upgraded = await client.get(node);
    const [container] = listAt(upgraded, 'spec', 'template', 'spec', 'containers');
    const names = listAt(container, 'env').map(({ name }) => name);
    expect(refused).toEqual([]);
    expect(names).toContain('FELIX_LOGSEVERITYSCREEN');
    expect(names).not.toContain('CALICO_IPV4POOL_CIDR');
    expect(listAt(upgraded, 'spec', 'template', 'spec', 'initContainers').map(({ name }) => name)).toEqual([
      'upgrade-ipam',
      'install-cni',
      'ebpf-bootstrap',
    ]);
    expect(upgraded).toMatchObject({ spec: { minReadySeconds: 3 } });
  });

  it('shows customisations in the live objects', async () => {
    const config = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kube-system', name: 'calico-config' };
    const customisations = { mtu: 1400, backend: 'vxlan', registry: 'registry.example.com' } as const;
    await installCalico(client, { version: 'v3.31.7', method: 'manifest', customisations });
    expect(await client.get(config)).toMatchObject({ data: { veth_mtu: '1400', calico_backend: 'vxlan' } });
    const [container] = listAt(await client.get(node), 'spec', 'template', 'spec', 'containers');
    expect(textAt(container, 'image')).toBe('registry.example.com/calico/node:v3.31.7');
  });

  it.each([
    ['flux', 'kustomize-controller Apply'],
    ['kops', 'kops Apply'],
    ['argocd', 'argocd-controller Update'],
    ['helm', 'helm Update'],
    ['k3s', 'deploy@server-0 Update'],
  ] as const)('writes as %s does', async (owner, manager) => {
    const definitions = readManifest('v3.31.7', 'calico.yaml').filter(isDefinition);
    for (const object of readManifest('v3.31.7', 'calico.yaml'))
      if (!isDefinition(object)) await client.delete(referenceOf(object));
    const { refused } = await installCalico(client, { version: 'v3.31.7', method: 'manifest', owner });
    // Tools that create find definitions of an earlier install in their way.
    expect(refused.length).toBe(owner === 'helm' || owner === 'k3s' ? definitions.length : 0);
    expect(managersOf(await client.get(node))).toEqual([manager]);
  });

  it('has the data of an owner of a cluster, in the kinds of the release', async () => {
    const installed = await installCalicoData(client, { nodes: ['a'] });
    expect(installed.refused).toEqual([]);
    const kinds = new Set(installed.objects.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual([
      'BGPConfiguration',
      'BGPFilter',
      'BGPPeer',
      'GlobalNetworkPolicy',
      'GlobalNetworkSet',
      'HostEndpoint',
      'IPPool',
      'IPReservation',
      'Namespace',
      'NetworkPolicy',
      'NetworkSet',
      'StagedGlobalNetworkPolicy',
      'StagedKubernetesNetworkPolicy',
      'StagedNetworkPolicy',
      'Tier',
    ]);
  });

  it('takes the run-time state of IPAM, what kubeadm leaves and a release of Helm', async () => {
    await installIpamState(client, ['a', 'b']);
    const kubeadm = await installKubeadmObjects(client, { kubernetes: 'v1.34.4', kubeProxyMode: 'nftables' });
    expect(kubeadm.refused).toEqual([]);
    await client.create(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'helm-test' } },
      { fieldManager: 'test' },
    );
    const secret = await createHelmRelease(client, {
      version: 'v3.28.2',
      namespace: 'helm-test',
      manifest: [],
    });
    expect(managersOf(secret)).toEqual(['helm Update']);
  });

  it('is filled in bulk', async () => {
    const { created } = await createBulk(client, { count: 200 });
    expect(created).toBe(200);
  });
});
