import type { KubernetesObject } from '../../src/ports/cluster-client.js';
import { type Fields, listAt, numberAt, textAt } from '../ready-made/fields.js';

/*
 * What TigeraStatus says: tigera/operator v1.36.16 pkg/controller/status/status.go. The three conditions are computed
 * apart and written apart, one after the other.
 */

export type ConditionType = 'Available' | 'Progressing' | 'Degraded';

export interface Condition {
  readonly type: ConditionType;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/** What workloads are about: `progressing` and `failing` hold a sentence each. */
export interface Rollout {
  readonly progressing: readonly string[];
  readonly failing: readonly string[];
}

/** What a controller of the operator knows when it writes its status. */
export interface StatusState {
  /** Whether it has got so far that it looks at its workloads; until then only Degraded is written. */
  readonly isReadyToMonitor: boolean;
  /** null where all it has to do went well. */
  readonly degraded: { readonly reason: string; readonly message: string } | null;
  readonly rollout: Rollout;
}

/** Why a DaemonSet is still rolling; null where it is not (`syncState`). */
export function daemonSetProgress(daemonSet: KubernetesObject): string | null {
  const name = `DaemonSet "${daemonSet.metadata.namespace ?? ''}/${daemonSet.metadata.name}"`;
  const status = (field: string): number => numberAt(daemonSet, 'status', field);
  const desired = status('desiredNumberScheduled');
  if (status('updatedNumberScheduled') < desired) {
    return `${name} update is rolling out (${status('updatedNumberScheduled')} out of ${desired} updated)`;
  }
  if (status('numberUnavailable') > 0)
    return `${name} is not available (awaiting ${status('numberUnavailable')} nodes)`;
  if (status('numberAvailable') === 0 && desired !== 0) return `${name} is not yet scheduled on any nodes`;
  return observation(name, daemonSet);
}

/** Why a Deployment is not available; null where it is. */
export function deploymentProgress(deployment: KubernetesObject): string | null {
  const name = `Deployment "${deployment.metadata.namespace ?? ''}/${deployment.metadata.name}"`;
  const unavailable = numberAt(deployment, 'status', 'unavailableReplicas');
  if (unavailable > 0) return `${name} is not available (awaiting ${unavailable} replicas)`;
  if (numberAt(deployment, 'status', 'availableReplicas') === 0)
    return `${name} is not yet scheduled on any nodes`;
  return observation(name, deployment);
}

function observation(name: string, workload: KubernetesObject): string | null {
  const generation = workload.metadata.generation ?? 0;
  const observed = numberAt(workload, 'status', 'observedGeneration');
  if (generation <= observed) return null;
  return `${name} update is being processed (generation ${generation}, observed generation ${observed})`;
}

/** Why a pod fails, as the operator sees it; null where it does not (`podsFailing`, `containerErrorMessage`). */
export function podFailure(pod: KubernetesObject): string | null {
  const name = `Pod ${pod.metadata.namespace ?? ''}/${pod.metadata.name}`;
  if (textAt(pod, 'status', 'phase') === 'Failed') return `${name} has failed`;
  const containers = [
    ...listAt(pod, 'status', 'initContainerStatuses'),
    ...listAt(pod, 'status', 'containerStatuses'),
  ];
  for (const container of containers) {
    const failure = containerFailure(container);
    if (failure !== null) return `${name} ${failure}: ${textAt(container, 'name')}`;
  }
  return null;
}

function containerFailure(container: Fields): string | null {
  const waiting = textAt(container, 'state', 'waiting', 'reason');
  if (waiting === 'CrashLoopBackOff') return 'has crash looping container';
  if (waiting === 'ImagePullBackOff' || waiting === 'ErrImagePull')
    return 'failed to pull container image for';
  return textAt(container, 'state', 'terminated', 'reason') === 'Error' ? 'has terminated container' : null;
}

/** The conditions to write, in the order in which the operator writes them (`updateStatus`). */
export function conditionsOf({ isReadyToMonitor, degraded, rollout }: StatusState): Condition[] {
  const { progressing, failing } = rollout;
  const isDegraded = degraded !== null || (isReadyToMonitor && failing.length > 0);
  const messages = [...(degraded ? [degraded.message] : []), ...(isReadyToMonitor ? failing : [])];
  const reason = degraded?.reason ?? 'PodFailure';
  if (!isReadyToMonitor) return [degradedCondition(isDegraded, reason, messages, false)];
  const isAvailable = degraded === null && progressing.length === 0 && failing.length === 0;
  const isProgressing = progressing.length > 0 && failing.length === 0;
  return [
    condition('Available', isAvailable, isAvailable ? ALL_AVAILABLE : UNKNOWN),
    condition('Progressing', isProgressing, progressingText(isProgressing, isAvailable, progressing)),
    degradedCondition(isDegraded, reason, messages, isAvailable),
  ];
}

interface Words {
  readonly reason: string;
  readonly message: string;
}

const ALL_AVAILABLE: Words = { reason: 'AllObjectsAvailable', message: 'All objects available' };
const NOTHING_WRONG: Words = { reason: 'AllObjectsAvailable', message: 'All Objects Available' };
const UNKNOWN: Words = { reason: 'Unknown', message: '' };

function progressingText(
  isProgressing: boolean,
  isAvailable: boolean,
  progressing: readonly string[],
): Words {
  if (isProgressing) return { reason: 'ResourceNotReady', message: progressing.join('\n') };
  return isAvailable ? NOTHING_WRONG : UNKNOWN;
}

function degradedCondition(
  isDegraded: boolean,
  reason: string,
  messages: readonly string[],
  isAvailable: boolean,
): Condition {
  if (isDegraded) return condition('Degraded', true, { reason, message: messages.join('\n') });
  return condition('Degraded', false, isAvailable ? NOTHING_WRONG : UNKNOWN);
}

function condition(type: ConditionType, isTrue: boolean, words: Words): Condition {
  return { type, status: isTrue ? 'True' : 'False', ...words };
}

/** Conditions of an object with one put in: the time changes with the status alone. Null where nothing changes. */
export function putCondition(
  conditions: readonly Fields[],
  { type, ...rest }: Condition,
  observedGeneration: number,
  now: string,
): Fields[] | null {
  const old = conditions.find((one) => one['type'] === type);
  const generation = observedGeneration === 0 ? {} : { observedGeneration };
  const isSameStatus = old?.['status'] === rest.status;
  const next: Fields = {
    type,
    ...rest,
    ...generation,
    lastTransitionTime: isSameStatus ? old['lastTransitionTime'] : now,
  };
  const isUnchanged = isSameStatus && Object.keys(next).every((name) => old[name] === next[name]);
  if (isUnchanged) return null;
  return old ? conditions.map((one) => (one === old ? next : one)) : [...conditions, next];
}
