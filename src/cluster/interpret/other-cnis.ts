import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { NetworkState } from '../cluster-state.js';
import type { Evidence } from '../evidence.js';
import { textAt } from '../fields.js';
import { evidenceOf } from '../object-name.js';
import { hasFlannel, roleOf } from './find-workloads.js';
import { parseImage } from './image-version.js';
import type { NodeReading } from './nodes.js';
import { templateContainers } from './workload.js';

/** A CNI by the image of a DaemonSet that runs on the nodes. */
const BY_IMAGE: readonly (readonly [string, RegExp])[] = [
  ['flannel', /(?:^|\/)(?:[\w-]*-)?flannel(?:-[\w]+)?$/],
  ['cilium', /(?:^|\/)(?:cilium\/cilium|mirrored-cilium-cilium|cilium|gke-cilium|cilium-dataplane)$/],
  ['weave', /(?:^|\/)(?:weave-kube|weaveworks\/weave-kube)$/],
  ['aws-vpc-cni', /(?:^|\/)amazon-k8s-cni$/],
  ['azure-cni', /(?:^|\/)(?:azure-cns|azure-cni)$/],
  ['multus', /(?:^|\/)(?:[\w-]*-)?multus-cni(?:-thick)?$/],
  ['antrea', /(?:^|\/)antrea(?:-agent)?(?:-[\w]+)?$/],
  ['kube-router', /(?:^|\/)kube-router$/],
  ['kube-ovn', /(?:^|\/)kube-ovn(?:-[\w]+)?$/],
  ['ovn-kubernetes', /(?:^|\/)ovn-kube(?:rnetes)?(?:-[\w]+)?$/],
  ['kindnet', /(?:^|\/)kindnetd$/],
  ['romana', /(?:^|\/)romana\/agent$/],
  ['nsx', /(?:^|\/)nsx-ncp(?:-[\w]+)?$/],
  ['gke-netd', /(?:^|\/)netd-init$|(?:^|\/)netd$/],
];
/** The Installation says which CNI is there where Calico only enforces policy. */
const BY_INSTALLATION: Readonly<Record<string, string>> = {
  AmazonVPC: 'aws-vpc-cni',
  AzureVNET: 'azure-cni',
  GKE: 'gke',
};
/** flannel within another process (k3s) leaves only this on the nodes; canal has it too. */
const FLANNEL_ANNOTATION = 'flannel.alpha.coreos.com/backend-type';

type OtherCni = NetworkState['otherCnis'][number];

/** CNIs besides Calico, each once, by name. */
export function readOtherCnis(
  daemonSets: readonly KubernetesObject[],
  installation: KubernetesObject | null,
  nodes: readonly NodeReading[],
): OtherCni[] {
  const found = new Map<string, Evidence>();
  const add = (name: string, evidence: Evidence): void => {
    if (!found.has(name)) found.set(name, evidence);
  };
  for (const daemonSet of daemonSets) {
    const cni = cniOf(daemonSet);
    if (cni) add(cni.name, cni.evidence);
  }
  const type = textAt(installation, 'spec', 'cni', 'type');
  const named = BY_INSTALLATION[type];
  if (installation && named !== undefined) add(named, evidenceOf(installation, 'spec.cni.type', type));
  const marked = nodes.find(({ marks }) => FLANNEL_ANNOTATION in marks);
  if (marked && !daemonSets.some((object) => roleOf(object) === 'node' && hasFlannel(object))) {
    const object = { apiVersion: 'v1', kind: 'Node', namespace: null, name: marked.state.name };
    const value = marked.marks[FLANNEL_ANNOTATION] ?? '';
    add('flannel', { object, field: `metadata.annotations["${FLANNEL_ANNOTATION}"]`, value });
  }
  return [...found]
    .map(([name, evidence]) => ({ name, evidence }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The CNI that a DaemonSet other than Calico's runs; null for any other DaemonSet. */
export function cniOf(daemonSet: KubernetesObject): OtherCni | null {
  if (daemonSet.kind !== 'DaemonSet' || roleOf(daemonSet) !== null) return null;
  for (const { container, isInit } of templateContainers(daemonSet)) {
    const image = textAt(container, 'image');
    const { repository } = parseImage(image);
    const match = BY_IMAGE.find(([, pattern]) => pattern.test(repository));
    const list = isInit ? 'initContainers' : 'containers';
    const field = `spec.template.spec.${list}[name=${textAt(container, 'name')}].image`;
    if (match) return { name: match[0], evidence: evidenceOf(daemonSet, field, image) };
  }
  return null;
}
