import type { KubernetesObject } from '../../ports/cluster-client.js';
import { parseVersion, type Version } from '../../version/version.js';
import type { NodeState } from '../node-state.js';
import { firstText, isTrueAt, listAt, scalarAt, textAt, textMapAt, textsAt, valueAt } from '../fields.js';
import { isCalicoImage, isOperatorImage } from './image-version.js';
import { cpuMillis, memoryBytes, parseQuantity } from '../quantity.js';

/** A node as read from its object: what its pods ask for is not taken off its room yet. */
export interface NodeReading {
  readonly state: NodeState;
  /** Annotations that tell a distribution or another CNI; the rest is left out. */
  readonly marks: Readonly<Record<string, string>>;
  readonly providerId: string;
}

const UNKNOWN: Version = { major: 0, minor: 0, patch: null, suffix: '' };
const PRESSURES = ['DiskPressure', 'MemoryPressure', 'PIDPressure', 'NetworkUnavailable'];
const CONTROL_PLANE_LABELS = [
  'node-role.kubernetes.io/control-plane',
  'node-role.kubernetes.io/master',
  'node.kubernetes.io/microk8s-controlplane',
];
const MARKS =
  /^(?:rke\.cattle\.io|flannel\.alpha\.coreos\.com|k3s\.io|machineconfiguration\.openshift\.io)\//;

/** Reads a node. Its room is what is allocatable, until {@link withRoom} takes off what its pods ask for. */
export function readNode(node: KubernetesObject): NodeReading {
  const annotations = node.metadata.annotations ?? {};
  return {
    state: {
      name: node.metadata.name,
      ...systemOf(node),
      isSchedulable: !isTrueAt(node, 'spec', 'unschedulable'),
      isControlPlane: CONTROL_PLANE_LABELS.some((label) => label in (node.metadata.labels ?? {})),
      ...conditionsOf(node),
      images: calicoImagesOf(node),
      taints: listAt(node, 'spec', 'taints').map((taint) => ({
        key: textAt(taint, 'key'),
        value: textAt(taint, 'value'),
        effect: textAt(taint, 'effect'),
      })),
      labels: node.metadata.labels ?? {},
      addresses: {
        internal: listAt(node, 'status', 'addresses')
          .filter((address) => address['type'] === 'InternalIP')
          .map((address) => textAt(address, 'address')),
        calico: filterKeys(annotations, (key) => key.startsWith('projectcalico.org/')),
      },
      room: {
        cpuMillis: cpuMillis(valueAt(node, 'status', 'allocatable', 'cpu')) ?? 0,
        memoryBytes: memoryBytes(valueAt(node, 'status', 'allocatable', 'memory')) ?? 0,
        pods: parseQuantity(valueAt(node, 'status', 'allocatable', 'pods')) ?? 0,
      },
      isVirtual: isVirtual(node),
      inside: null,
    },
    marks: filterKeys(annotations, (key) => MARKS.test(key)),
    providerId: textAt(node, 'spec', 'providerID'),
  };
}

/** Cheap, since a node lists up to fifty images, and nearly all are others. */
const LIKE_CALICO = /calico|tigera/i;

function calicoImagesOf(node: KubernetesObject): readonly string[] {
  return listAt(node, 'status', 'images')
    .flatMap((image) => textsAt(image, 'names'))
    .filter((name) => LIKE_CALICO.test(name) && (isCalicoImage(name) || isOperatorImage(name)));
}

function systemOf(
  node: KubernetesObject,
): Pick<NodeState, 'kubelet' | 'os' | 'osImage' | 'kernel' | 'architecture' | 'runtime'> {
  const info = textMapAt(node, 'status', 'nodeInfo');
  const labels = node.metadata.labels ?? {};
  return {
    kubelet: parseVersion(info['kubeletVersion'] ?? '') ?? UNKNOWN,
    os: firstText(info['operatingSystem'], labels['kubernetes.io/os'], 'linux'),
    osImage: info['osImage'] ?? '',
    kernel: info['kernelVersion'] ?? '',
    architecture: firstText(info['architecture'], labels['kubernetes.io/arch']),
    runtime: info['containerRuntimeVersion'] ?? '',
  };
}

function conditionsOf(node: KubernetesObject): Pick<NodeState, 'isReady' | 'pressures'> {
  const conditions = listAt(node, 'status', 'conditions').filter((item) => item['status'] === 'True');
  const types = conditions.map((item) => scalarAt(item, 'type'));
  return { isReady: types.includes('Ready'), pressures: PRESSURES.filter((type) => types.includes(type)) };
}

/** virtual-kubelet's own label and taint, and the label of EKS Fargate. */
function isVirtual(node: KubernetesObject): boolean {
  const labels = node.metadata.labels ?? {};
  return (
    labels['type'] === 'virtual-kubelet' ||
    labels['eks.amazonaws.com/compute-type'] === 'fargate' ||
    listAt(node, 'spec', 'taints').some((taint) => taint['key'] === 'virtual-kubelet.io/provider')
  );
}

/** What the pods of a node ask for. */
export interface Requests {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly pods: number;
}

/** The node with its room less what its pods ask for. */
export function withRoom(node: NodeState, used: Requests | undefined): NodeState {
  if (!used) return node;
  const { room } = node;
  return {
    ...node,
    room: {
      cpuMillis: room.cpuMillis - used.cpuMillis,
      memoryBytes: room.memoryBytes - used.memoryBytes,
      pods: room.pods - used.pods,
    },
  };
}

function filterKeys(
  record: Readonly<Record<string, string>>,
  keep: (key: string) => boolean,
): Record<string, string> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => keep(key)));
}
