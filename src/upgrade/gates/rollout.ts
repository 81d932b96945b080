import { numberAt } from '../../cluster/fields.js';
import { nameOf, referenceOf } from '../../cluster/object-name.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { Sight } from './wait-for.js';

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
