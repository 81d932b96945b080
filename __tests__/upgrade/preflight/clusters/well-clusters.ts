import type { KubernetesObject } from '../../../../src/ports/cluster-client.js';
import { installation, node, object, podsOf, rolledOut, workload } from '../../../cluster/build.js';
import { calicoFile, operatorDefinitions, operatorFile } from './upstream-files.js';

export const NODES = ['node-1', 'node-2', 'node-3'] as const;
export const CRD = 'crd.projectcalico.org/v1';

/** A cluster of three nodes with nothing in it. */
export function emptyCluster(kubernetes: string): KubernetesObject[] {
  return NODES.map((name) => node(name, { info: { kubeletVersion: kubernetes } }));
}

/** Calico by manifest, rolled out, with everything well. */
export function manifestInstall(release: string, kubernetes: string): KubernetesObject[] {
  return [...emptyCluster(kubernetes), ...rolledOut(calicoFile(release), NODES), ...dataOf(release)];
}

/** Calico by the operator, rolled out, with everything well. */
export function operatorInstall(release: string, kubernetes: string): KubernetesObject[] {
  const rendered = { namespace: 'calico-system', metadata: { ownerReferences: [OWNER] } };
  const daemonSet = workload(
    'DaemonSet',
    'calico-node',
    { 'calico-node': `quay.io/calico/node:${release}` },
    { ...rendered, count: 3, env: { DATASTORE_TYPE: 'kubernetes', CALICO_NETWORKING_BACKEND: 'bird' } },
  );
  const typha = workload(
    'Deployment',
    'calico-typha',
    { 'calico-typha': `quay.io/calico/typha:${release}` },
    { ...rendered, count: 2 },
  );
  return [
    ...emptyCluster(kubernetes),
    object('v1', 'Namespace', { name: 'calico-system' }),
    ...operatorDefinitions(release),
    ...rolledOut(operatorFile(release), NODES),
    installation(
      { variant: 'Calico', calicoNetwork: { ipPools: [WANTED_POOL], linuxDataplane: 'Iptables' } },
      { calicoVersion: release },
    ),
    tigeraStatus('calico', 'Available'),
    daemonSet,
    ...podsOf(daemonSet, NODES),
    typha,
    ...podsOf(typha, NODES.slice(0, 2)),
    ...dataOf(release),
  ];
}

const OWNER = {
  apiVersion: 'operator.tigera.io/v1',
  kind: 'Installation',
  name: 'default',
  uid: '11111111-2222-4333-8444-555555555555',
  controller: true,
};

/** What the Installation says of the pool that {@link pool} is. */
export const WANTED_POOL = {
  cidr: '10.244.0.0/16',
  encapsulation: 'VXLANCrossSubnet',
  blockSize: 26,
  natOutgoing: 'Enabled',
};

/** The pool as it is stored. */
export function pool(spec: Readonly<Record<string, unknown>> = {}): KubernetesObject {
  return object(
    CRD,
    'IPPool',
    { name: 'default-ipv4-ippool' },
    {
      spec: {
        cidr: '10.244.0.0/16',
        ipipMode: 'Never',
        vxlanMode: 'CrossSubnet',
        natOutgoing: true,
        blockSize: 26,
        nodeSelector: 'all()',
        ...spec,
      },
    },
  );
}

/** A TigeraStatus of which one condition is true. */
export function tigeraStatus(name: string, condition: string): KubernetesObject {
  const conditions = ['Available', 'Progressing', 'Degraded'].map((type) => ({
    type,
    status: type === condition ? 'True' : 'False',
    reason: 'Why',
    message: 'because',
  }));
  return object('operator.tigera.io/v1', 'TigeraStatus', { name }, { status: { conditions } });
}

function dataOf(release: string): KubernetesObject[] {
  return [
    pool(),
    object(
      CRD,
      'ClusterInformation',
      { name: 'default' },
      { spec: { calicoVersion: release, datastoreReady: true } },
    ),
  ];
}
