import { listAt, numberAt, textAt } from '../../cluster/fields.js';
import { nameOf, referenceOf } from '../../cluster/object-name.js';
import type { ClusterClient, KubernetesObject, ObjectReference } from '../../ports/cluster-client.js';
import type { Gate } from '../engine/step.js';
import { passEstablished } from './established.js';
import { canaryPods, canarySight, canarySources, operatorSight, operatorSources } from './operator.js';
import { crashSight, createSettled, type Settled } from './look-back.js';
import { untilNoProgress } from './progress.js';
import { nameLost } from './name-lost.js';
import { rolloutWithout } from './rollout.js';
import { soak } from './soak.js';
import type { Lasts } from './stopwatch.js';
import { passStopped } from './stopped.js';
import { type Failure, failure, type Seen, type Sight, waitFor, type Waiting } from './wait-for.js';
import {
  faultOfNewPods,
  POD,
  podsElsewhere,
  REVISIONS,
  selectorOf,
  sourceOf,
  unreadyOf,
} from './workload.js';

const API_SERVICE = { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', namespace: null } as const;

/**
 * Waits until a gate's condition holds.
 *
 * @param settled the nodes that were changed before, which an operator's rollout must not lose again; a canary's are added
 * @returns null where it does; why not, otherwise
 */
export async function passGate(
  client: ClusterClient,
  gate: Gate,
  waiting: Waiting,
  settled: Settled = createSettled(waiting.now),
): Promise<Failure | null> {
  const fault = await pass(client, gate, waiting, settled);
  return fault === null || waiting.signal.aborted ? fault : nameLost(client, gate, fault, waiting);
}

async function pass(
  client: ClusterClient,
  gate: Gate,
  waiting: Waiting,
  settled: Settled,
): Promise<Failure | null> {
  switch (gate.kind) {
    case 'established':
      return passEstablished(client, gate.names, waiting);
    case 'rollout':
      return passRollout(client, gate, waiting);
    case 'stopped':
      return passStopped(client, gate.workload, waiting);
    case 'api-service':
      return waitFor(client, [sourceOf({ ...API_SERVICE, name: gate.name })], available(gate.name), waiting);
    case 'gone':
      return waitFor(client, gate.objects.map(sourceOf), goneFrom, waiting);
    case 'canary':
      return passCanary(client, gate, waiting, settled);
    case 'operator':
      return untilNoProgress(
        client,
        operatorSources(gate),
        (seen, lasts) => crashSight(seen, settled) ?? operatorSight(gate, seen, lasts),
        waiting,
      );
  }
}

async function passRollout(
  client: ClusterClient,
  { workload, without = [], steadyMs = 0, minReadySeconds = 0 }: Extract<Gate, { readonly kind: 'rollout' }>,
  waiting: Waiting,
): Promise<Failure | null> {
  const live = await client.get(workload);
  const revisions = REVISIONS[workload.kind];
  if (live === null || !revisions) return failure(`${nameOf(workload)} is not there any more.`);
  const options = { namespace: workload.namespace, labelSelector: selectorOf(live) };
  const sources = [sourceOf(workload), { kind: revisions, options }, { kind: POD, options }];
  const judge = (seen: Seen, lasts: Lasts): Sight => {
    if ((numberAt(seen[0]?.[0], 'spec', 'minReadySeconds') ?? 0) < minReadySeconds) {
      return { kind: 'waiting', reason: `${nameOf(workload)} does not say minReadySeconds yet` };
    }
    const sight = rolloutSight(workload, without, seen, lasts);
    if (sight.kind !== 'done' || steadyMs === 0 || lasts('it is rolled out', steadyMs)) return sight;
    return { kind: 'waiting', reason: `${nameOf(workload)} has to stay well for ${steadyMs / 1000} s` };
  };
  return untilNoProgress(client, sources, judge, waiting);
}

function rolloutSight(
  workload: ObjectReference,
  without: readonly string[],
  seen: Seen,
  lasts: Lasts,
): Sight {
  const [objects = [], revisions = [], pods = []] = seen;
  const [object] = objects;
  if (!object) return { kind: 'failed', reason: `${nameOf(workload)} was deleted.` };
  const sight = rolloutWithout(without, object, revisions, pods);
  if (sight.kind !== 'waiting') return sight;
  const elsewhere = podsElsewhere(pods, without);
  const fault = faultOfNewPods(object, revisions, elsewhere, lasts);
  return fault === null
    ? { ...sight, pods: unreadyOf(object, revisions, elsewhere) }
    : { kind: 'failed', ...fault };
}

/** The operator’s own knob keeps it from going on while the first nodes soak. */
async function passCanary(
  client: ClusterClient,
  gate: Extract<Gate, { readonly kind: 'canary' }>,
  waiting: Waiting,
  settled: Settled,
): Promise<Failure | null> {
  let pods: readonly KubernetesObject[] = [];
  const judge = (seen: Seen, lasts: Lasts): Sight => {
    pods = canaryPods(gate, seen);
    return canarySight(gate, seen, lasts);
  };
  const fault = await untilNoProgress(client, canarySources(gate), judge, waiting);
  if (fault !== null) return fault;
  const live = await client.get(gate.workload.object);
  if (live === null) return failure(`${nameOf(gate.workload.object)} is not there any more.`);
  const unwell = await soak(client, live, { pods, soakMs: gate.soakMs }, waiting);
  if (unwell === null) settled.remember(pods);
  return unwell;
}

function available(name: string): (seen: Seen) => Sight {
  return ([services = []]) => {
    const [service] = services;
    const condition = listAt(service, 'status', 'conditions').find(({ type }) => type === 'Available');
    if (textAt(condition, 'status') === 'True') return { kind: 'done' };
    const said = textAt(condition, 'message') || 'it says nothing yet';
    return { kind: 'waiting', reason: `APIService ${name} is not Available: ${said}` };
  };
}

function goneFrom(seen: Seen): Sight {
  const [left] = seen.flat();
  if (!left) return { kind: 'done' };
  const said = listAt(left, 'status', 'conditions').find((condition) => condition['status'] === 'True');
  const why = textAt(said, 'message');
  return {
    kind: 'waiting',
    reason: `${nameOf(referenceOf(left))} is still under deletion${why === '' ? '' : `: ${why}`}`,
  };
}
