import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { Evidence } from '../evidence.js';
import type { PodState } from '../workload-state.js';
import { isTrueAt, listAt, textAt } from '../fields.js';
import type { Accumulator } from '../interpret/accumulator.js';
import { carriesDikastes } from '../interpret/application-layer.js';
import type { Requests } from '../interpret/nodes.js';
import { findPullFailures } from '../interpret/pull-failures.js';
import { requestsOf } from '../interpret/pod-requests.js';
import { readPod } from '../interpret/pods.js';
import { selects } from '../interpret/workload.js';
import { byNamespace, evidenceOf } from '../object-name.js';
import { type PodReadings, workloadKey } from '../readings.js';

type Pods = Omit<PodReadings, 'isReadable'>;

/** Sums up all pods of a cluster: room on the nodes, Calico's own pods, and the few others that tell something. */
export function summarizePods(workloads: readonly KubernetesObject[]): Accumulator<Pods> {
  const requests = new Map<string, Requests>();
  const byWorkload = new Map<string, PodState[]>();
  const dikastes = new Map<string, number>();
  const owners = byNamespace(workloads);
  const pullFailures = findPullFailures();
  let firstDikastes: Evidence | null = null;
  let kubeProxy: KubernetesObject | null = null;
  let controllerManager: KubernetesObject | null = null;
  let withAddress = 0;

  function addRequests(pod: KubernetesObject, asked: Requests): void {
    if (!isTrueAt(pod, 'spec', 'hostNetwork')) withAddress += 1;
    const node = textAt(pod, 'spec', 'nodeName');
    if (node === '') return;
    const known = requests.get(node);
    requests.set(node, known ? add(known, asked) : asked);
  }

  function addToWorkload(pod: KubernetesObject): void {
    const owner = owners.get(pod.metadata.namespace ?? '')?.find((workload) => selects(workload, pod));
    if (!owner) return;
    const key = workloadKey(owner);
    const pods = byWorkload.get(key);
    if (pods) pods.push(readPod(pod));
    else byWorkload.set(key, [readPod(pod)]);
  }

  return {
    add(pod) {
      const asked = requestsOf(pod);
      if (asked) addRequests(pod, asked);
      addToWorkload(pod);
      pullFailures.add(pod);
      if (asked && carriesDikastes(pod)) {
        const { namespace = '' } = pod.metadata;
        dikastes.set(namespace, (dikastes.get(namespace) ?? 0) + 1);
        firstDikastes ??= evidenceOf(pod, 'spec.containers[name=dikastes]', '');
      }
      if (asked && isSystemPod(pod, 'kube-proxy')) kubeProxy ??= commandsOf(pod);
      if (asked && isSystemPod(pod, 'kube-controller-manager')) controllerManager ??= commandsOf(pod);
    },
    result: () => ({
      requests,
      byWorkload,
      withAddress,
      kubeProxy,
      controllerManager,
      pullFailures: pullFailures.result(),
      dikastes: { byNamespace: dikastes, first: firstDikastes },
    }),
  };
}

function add(a: Requests, b: Requests): Requests {
  return {
    cpuMillis: a.cpuMillis + b.cpuMillis,
    memoryBytes: a.memoryBytes + b.memoryBytes,
    pods: a.pods + b.pods,
  };
}

/** Static pods of the control plane have the component for a label (kubeadm, kOps, RKE2), or their name alone says it. */
function isSystemPod({ metadata }: KubernetesObject, component: string): boolean {
  if (metadata.namespace !== 'kube-system') return false;
  const { labels = {} } = metadata;
  const isNamed = metadata.name === component || metadata.name.startsWith(`${component}-`);
  return labels['component'] === component || labels['k8s-app'] === component || isNamed;
}

/** A pod with what its containers are started with, and nothing else. */
function commandsOf(pod: KubernetesObject): KubernetesObject {
  const { name, namespace = '' } = pod.metadata;
  const containers = listAt(pod, 'spec', 'containers').map((container) => ({
    name: container['name'],
    command: container['command'],
    args: container['args'],
  }));
  return { apiVersion: pod.apiVersion, kind: pod.kind, metadata: { name, namespace }, spec: { containers } };
}
