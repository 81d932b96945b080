import type { KubernetesObject } from '../../ports/cluster-client.js';
import { type Fields, fieldsAt, listAt, textAt, valueAt } from '../fields.js';
import { cpuMillis, memoryBytes } from '../quantity.js';
import type { Requests } from './nodes.js';

type Resource = 'cpu' | 'memory';
const READ: Readonly<Record<Resource, (value: unknown) => number | null>> = {
  cpu: cpuMillis,
  memory: memoryBytes,
};

/** What a pod takes of its node, as the scheduler counts it; null for one that has ended. */
export function requestsOf(pod: KubernetesObject): Requests | null {
  const phase = textAt(pod, 'status', 'phase');
  if (phase === 'Succeeded' || phase === 'Failed') return null;
  return { cpuMillis: requestOf(pod, 'cpu'), memoryBytes: requestOf(pod, 'memory'), pods: 1 };
}

/**
 * The pod's own request where it has one, else the larger of all containers together and the hungriest moment of the
 * init phase; sidecars (init containers that restart) count in both.
 * @see https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers
 */
function requestOf(pod: KubernetesObject, resource: Resource): number {
  const spec = fieldsAt(pod, 'spec');
  const read = READ[resource];
  const overhead = read(valueAt(spec, 'overhead', resource)) ?? 0;
  const own = read(valueAt(spec, 'resources', 'requests', resource));
  if (own !== null) return own + overhead;
  const asked = (container: Fields): number =>
    read(valueAt(container, 'resources', 'requests', resource)) ?? 0;
  let sidecars = 0;
  let initPeak = 0;
  for (const container of listAt(spec, 'initContainers')) {
    if (container['restartPolicy'] === 'Always') sidecars += asked(container);
    else initPeak = Math.max(initPeak, sidecars + asked(container));
  }
  const running = listAt(spec, 'containers').reduce((sum, container) => sum + asked(container), sidecars);
  return Math.max(running, initPeak) + overhead;
}
