import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { PodState } from '../workload-state.js';
import { type Fields, listAt, numberAt, textAt } from '../fields.js';

/** Containers wait with these for a moment whenever a pod starts. */
const NORMAL_WAITS = new Set(['ContainerCreating', 'PodInitializing']);
const LONGEST_MESSAGE = 300;

/** What is kept of a pod of the install. */
export function readPod(pod: KubernetesObject): PodState {
  const statuses = [
    ...listAt(pod, 'status', 'initContainerStatuses'),
    ...listAt(pod, 'status', 'containerStatuses'),
  ];
  const waiting = statuses.find((status) => isStuck(status));
  const restarts = statuses.reduce((sum, status) => sum + (numberAt(status, 'restartCount') ?? 0), 0);
  const ready = listAt(pod, 'status', 'conditions').find(
    (item) => item['type'] === 'Ready' && item['status'] === 'True',
  );
  return {
    name: pod.metadata.name,
    namespace: pod.metadata.namespace ?? '',
    node: textAt(pod, 'spec', 'nodeName') || null,
    phase: textAt(pod, 'status', 'phase'),
    isReady: ready !== undefined,
    isTerminating: pod.metadata.deletionTimestamp !== undefined,
    images: imagesOf(pod),
    restarts,
    waitingReason: waiting ? textAt(waiting, 'state', 'waiting', 'reason') : null,
    waitingMessage: waiting
      ? textAt(waiting, 'state', 'waiting', 'message').slice(0, LONGEST_MESSAGE) || null
      : null,
    // After a restart the time says when it became Ready again
    startMs:
      ready && restarts === 0
        ? millisBetween(pod.metadata.creationTimestamp, textAt(ready, 'lastTransitionTime'))
        : null,
  };
}

function isStuck(status: Fields): boolean {
  const reason = textAt(status, 'state', 'waiting', 'reason');
  return reason !== '' && !NORMAL_WAITS.has(reason);
}

function imagesOf(pod: KubernetesObject): Readonly<Record<string, string>> {
  const containers = [...listAt(pod, 'spec', 'initContainers'), ...listAt(pod, 'spec', 'containers')];
  return Object.fromEntries(
    containers.map((container) => [textAt(container, 'name'), textAt(container, 'image')]),
  );
}

function millisBetween(created: string | undefined, ready: string): number | null {
  const span = Date.parse(ready) - Date.parse(created ?? '');
  return Number.isFinite(span) && span >= 0 ? span : null;
}
