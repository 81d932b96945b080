import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { WorkloadWarning } from '../calico-state.js';
import { fieldsAt, numberAt, textAt } from '../fields.js';
import type { Accumulator } from './accumulator.js';

const MOST_KEPT = 50;
const LONGEST_MESSAGE = 300;

/** Keeps the newest warnings about objects whose names begin like one of the workloads. */
export function newestWarnings(workloadNames: readonly string[]): Accumulator<WorkloadWarning[]> {
  let kept: WorkloadWarning[] = [];
  return {
    add(event) {
      const warning = readWarning(event);
      if (!workloadNames.some((name) => warning.object.name.startsWith(name))) return;
      kept.push(warning);
      if (kept.length >= 2 * MOST_KEPT) kept = newest(kept);
    },
    result: () => newest(kept),
  };
}

function newest(warnings: readonly WorkloadWarning[]): WorkloadWarning[] {
  return [...warnings].sort((a, b) => (a.lastSeen < b.lastSeen ? 1 : -1)).slice(0, MOST_KEPT);
}

function readWarning(event: KubernetesObject): WorkloadWarning {
  const about = fieldsAt(event, 'involvedObject');
  const lastSeen =
    textAt(event, 'lastTimestamp') ||
    textAt(event, 'series', 'lastObservedTime') ||
    textAt(event, 'eventTime');
  return {
    object: {
      apiVersion: textAt(about, 'apiVersion') || 'v1',
      kind: textAt(about, 'kind'),
      namespace: textAt(about, 'namespace') || null,
      name: textAt(about, 'name'),
    },
    reason: textAt(event, 'reason'),
    message: textAt(event, 'message').slice(0, LONGEST_MESSAGE),
    count: numberAt(event, 'series', 'count') ?? numberAt(event, 'count') ?? 1,
    lastSeen,
  };
}
