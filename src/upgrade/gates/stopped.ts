import { numberAt, textAt } from '../../cluster/fields.js';
import { nameOf } from '../../cluster/object-name.js';
import type { ClusterClient, ObjectReference } from '../../ports/cluster-client.js';
import { podName } from './pod-fault.js';
import type { Lasts } from './stopwatch.js';
import { type Failure, type Seen, type Sight, waitFor, type Waiting } from './wait-for.js';
import { isObserved, POD, selectorOf, sourceOf } from './workload.js';

/** A kubelet may say a little later than its time that a pod has ended. */
const LATE_MS = 15_000;
/** What a pod that is told to end gets, where it says nothing else. */
const GRACE_SECONDS = 30;

/**
 * Waits until none of the pods of a Deployment that was scaled to nothing is left: a status of no replicas comes before a
 * pod that is to end writes its last.
 */
export async function passStopped(
  client: ClusterClient,
  workload: ObjectReference,
  waiting: Waiting,
): Promise<Failure | null> {
  const live = await client.get(workload);
  if (live === null) return null;
  const pods = {
    kind: POD,
    options: { namespace: workload.namespace, labelSelector: selectorOf(live) },
  };
  const judge = (seen: Seen, lasts: Lasts): Sight => stoppedSight(workload, seen, lasts);
  return waitFor(client, [sourceOf(workload), pods], judge, waiting);
}

/**
 * Whether a Deployment has no pod any more. One that stays longer than it has to end is on a node that nobody hears of, and
 * is waited for no longer. Pure.
 */
export function stoppedSight(workload: ObjectReference, seen: Seen, lasts: Lasts): Sight {
  const [deployments = [], pods = []] = seen;
  const [deployment] = deployments;
  if (!deployment) return { kind: 'done' };
  const name = nameOf(workload);
  if (numberAt(deployment, 'spec', 'replicas') !== 0)
    return { kind: 'waiting', reason: `${name} was started again by somebody else` };
  if (!isObserved(deployment))
    return { kind: 'waiting', reason: `${name} was not looked at by its controller yet` };
  const left = pods.filter((pod) => {
    const phase = textAt(pod, 'status', 'phase');
    if (phase === 'Succeeded' || phase === 'Failed') return false;
    if (pod.metadata.deletionTimestamp === undefined) return true;
    const seconds = numberAt(pod, 'metadata', 'deletionGracePeriodSeconds') ?? GRACE_SECONDS;
    return !lasts(`${pod.metadata.uid} is to end`, seconds * 1000 + LATE_MS);
  });
  const [first] = left;
  if (first === undefined) return { kind: 'done' };
  return { kind: 'waiting', reason: `${podName(first)} has not ended yet`, pods: left };
}
