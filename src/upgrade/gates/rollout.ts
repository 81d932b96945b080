import { numberAt, textAt } from '../../cluster/fields.js';
import { nameOf, referenceOf } from '../../cluster/object-name.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import { isPodReady } from './pod-fault.js';
import { hashOf, newestHash } from './revision.js';
import type { Sight } from './wait-for.js';
import { isObserved } from './workload.js';

/** Whether a Deployment or DaemonSet runs what it says, everywhere, by its own status. Pure. */
export function rolloutOf(workload: KubernetesObject): Sight {
  const { generation = 0 } = workload.metadata;
  const status = (name: string): number => numberAt(workload, 'status', name) ?? 0;
  const name = nameOf(referenceOf(workload));
  if (status('observedGeneration') < generation) {
    return { kind: 'waiting', reason: `${name} was not looked at by its controller yet` };
  }
  const { wanted, updated, ready, all } =
    workload.kind === 'DaemonSet'
      ? {
          wanted: status('desiredNumberScheduled'),
          updated: status('updatedNumberScheduled'),
          ready: status('numberAvailable'),
          all: status('currentNumberScheduled'),
        }
      : {
          wanted: numberAt(workload, 'spec', 'replicas') ?? 1,
          updated: status('updatedReplicas'),
          ready: status('availableReplicas'),
          all: status('replicas'),
        };
  if (updated < wanted || ready < wanted || all > wanted) {
    return {
      kind: 'waiting',
      reason: `${name}: ${updated} of ${wanted} pods are new, ${ready} are available`,
    };
  }
  return { kind: 'done' };
}

/**
 * Whether a DaemonSet runs what it says on all nodes but some: its status counts those as well, whose pods nobody can
 * change as long as they are lost. Pure.
 */
export function rolloutWithout(
  nodes: readonly string[],
  daemonSet: KubernetesObject,
  revisions: readonly KubernetesObject[],
  pods: readonly KubernetesObject[],
): Sight {
  const name = nameOf(referenceOf(daemonSet));
  const hash = newestHash(daemonSet, revisions);
  if (!isObserved(daemonSet) || hash === null) {
    return { kind: 'waiting', reason: `${name} was not looked at by its controller yet` };
  }
  const elsewhere = pods.filter(
    (pod) =>
      !nodes.includes(textAt(pod, 'spec', 'nodeName')) &&
      pod.metadata.ownerReferences?.some(({ uid }) => uid === daemonSet.metadata.uid) === true,
  );
  const wanted = Math.max(
    (numberAt(daemonSet, 'status', 'desiredNumberScheduled') ?? 0) - nodes.length,
    elsewhere.length,
  );
  const there = elsewhere.filter((pod) => hashOf(pod) === hash && isPodReady(pod)).length;
  if (there >= wanted) return { kind: 'done' };
  return {
    kind: 'waiting',
    reason: `${name}: ${there} of ${wanted} pods are new and Ready, without ${nodes.join(', ')}`,
  };
}
