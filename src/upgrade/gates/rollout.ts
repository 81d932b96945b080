import { numberAt } from '../../cluster/fields.js';
import { nameOf, referenceOf } from '../../cluster/object-name.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import { isPodReady } from './pod-fault.js';
import { isOwnedBy } from './owner.js';
import { hashOf, newestHash } from './revision.js';
import type { Sight } from './wait-for.js';
import { isObserved, podsElsewhere, podsOf, podsOn } from './workload.js';

/** How many pods a workload has, by its own status. */
interface Counts {
  readonly wanted: number;
  readonly updated: number;
  readonly ready: number;
  readonly all: number;
}

function countsOf(workload: KubernetesObject): Counts {
  const status = (name: string): number => numberAt(workload, 'status', name) ?? 0;
  return workload.kind === 'DaemonSet'
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
}

/** Whether a Deployment or DaemonSet runs what it says, everywhere, by its own status. Pure. */
export function rolloutOf(workload: KubernetesObject): Sight {
  const name = nameOf(referenceOf(workload));
  if (!isObserved(workload)) {
    return { kind: 'waiting', reason: `${name} was not looked at by its controller yet` };
  }
  const { wanted, updated, ready, all } = countsOf(workload);
  if (updated < wanted || ready < wanted || all > wanted) {
    return {
      kind: 'waiting',
      reason: `${name}: ${updated} of ${wanted} pods are new, ${ready} are available`,
    };
  }
  return { kind: 'done' };
}

/**
 * Whether a Deployment or DaemonSet runs what it says on all nodes but some, none perhaps. A Deployment lacks what has to end
 * there, or was scheduled there; what it has elsewhere has to be well. Pure.
 */
export function rolloutWithout(
  nodes: readonly string[],
  workload: KubernetesObject,
  revisions: readonly KubernetesObject[],
  pods: readonly KubernetesObject[],
): Sight {
  if (nodes.length > 0 && workload.kind === 'DaemonSet') {
    return daemonSetWithout(nodes, workload, revisions, pods);
  }
  const sight = rolloutOf(workload);
  if (sight.kind === 'done' || !isObserved(workload)) return sight;
  const { wanted, updated, ready, all } = countsOf(workload);
  const own = podsOf(workload, pods);
  const isWell = (pod: KubernetesObject): boolean =>
    isPodReady(pod) || pod.metadata.deletionTimestamp !== undefined;
  const isHeldUp =
    all <= wanted &&
    wanted - Math.min(updated, ready) <= podsOn(nodes, own).length &&
    podsElsewhere(own, nodes).every(isWell);
  return isHeldUp ? { kind: 'done' } : sight;
}

/**
 * Whether a DaemonSet runs what it says on all nodes but some: its status counts those as well, whose pods nobody can
 * change as long as they are lost. Pure.
 */
function daemonSetWithout(
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
  const elsewhere = podsElsewhere(pods, nodes).filter((pod) => isOwnedBy(pod, daemonSet));
  const wanted = Math.max(countsOf(daemonSet).wanted - nodes.length, elsewhere.length);
  const there = elsewhere.filter((pod) => hashOf(pod) === hash && isPodReady(pod)).length;
  const { ready: available } = countsOf(daemonSet);
  if (there >= wanted && available >= wanted) return { kind: 'done' };
  return {
    kind: 'waiting',
    reason: `${name}: ${there} of ${wanted} pods are new and Ready, ${available} are available, without ${nodes.join(', ')}`,
  };
}
