import { type FaultRule, type FaultScope, imagePattern } from './faults.js';

/** Expressions of jq over a pod, as kwok evaluates them. @see https://jqlang.org/manual/ */

const ANY_STATUS = '(.status | .initContainerStatuses[]?, .containerStatuses[]?)';
const IS_INITIALIZED = 'any(.status.conditions[]?; .type == "Initialized" and .status == "True")';
const NEXT_INIT = '([.status.initContainerStatuses[]? | select(.ready | not)] | first)';

/** Everything that the stages need to know of the faults. */
export interface Expressions {
  /** `none` where no fault concerns the pod. */
  readonly faultKind: string;
  readonly startDelay: string;
  readonly readyDelay: string;
  readonly stopDelay: string;
  /** Whether the init container whose turn it is cannot be pulled, or is going to crash. */
  readonly initFails: string;
  /** Whether an image of a container that waits cannot be pulled. */
  readonly mainImageFails: string;
}

const NORMAL = { start: '200ms', ready: '500ms', stop: '300ms' } as const;

export function expressionsOf(rules: readonly FaultRule[]): Expressions {
  const ofSlow = (time: 'startMs' | 'readyMs' | 'stopMs') => (rule: FaultRule) =>
    rule.fault.kind === 'slow' && rule.fault[time] !== undefined ? text(`${rule.fault[time]}ms`) : null;
  const stop = choose(rules, ofSlow('stopMs'), text(NORMAL.stop));
  return {
    faultKind: choose(rules, ({ fault }) => text(fault.kind), text('none')),
    startDelay: choose(rules, startDelayOf, text(NORMAL.start)),
    readyDelay: choose(rules, ofSlow('readyMs'), text(NORMAL.ready)),
    stopDelay: withinGrace(stop),
    initFails: choose(rules, initFailsWith, 'false'),
    mainImageFails: choose(
      rules,
      (rule) => (rule.fault.kind === 'image-pull' ? imageFails(rule) : null),
      'false',
    ),
  };
}

/** Whether the rule at this place is the one that counts for the pod. */
export function isRule(rules: readonly FaultRule[], index: number): string {
  const earlier = rules.slice(0, index).map(({ on }) => `(${concerns(on)} | not)`);
  return [...earlier, concerns(rules[index]?.on ?? {})].join(' and ');
}

/** Whether a pod waits for an image that the rule says cannot be pulled. */
export function imageFails({ on }: FaultRule): string {
  const isBad = `(.image | test(${text(imagePattern(on))}))`;
  const waits = '(.state.waiting != null)';
  return `(if ${IS_INITIALIZED} then any(.status.containerStatuses[]?; ${waits} and ${isBad}) else any(${NEXT_INIT}; . != null and ${waits} and ${isBad}) end)`;
}

/** Whether the init container that runs is one that the rule says crashes. */
export function initCrashes({ on, fault }: FaultRule): string {
  const container = fault.kind === 'init-crash-loop' ? fault.container : undefined;
  const isBad = `(.image | test(${text(imagePattern(on))}))`;
  const isNamed = container === undefined ? 'true' : `.name == ${text(container)}`;
  return `(any(${NEXT_INIT}; . != null and .state.running != null and ${isBad} and ${isNamed}))`;
}

function initFailsWith(rule: FaultRule): string | null {
  if (rule.fault.kind === 'image-pull') return imageFails(rule);
  return rule.fault.kind === 'init-crash-loop' ? initCrashes(rule) : null;
}

/** Whether the scope holds for the pod. */
function concerns({ nodes, namespaces, ...images }: FaultScope): string {
  const conditions: string[] = [];
  if (nodes !== undefined) conditions.push(oneOf('.spec.nodeName', nodes));
  if (namespaces !== undefined) conditions.push(oneOf('.metadata.namespace', namespaces));
  if (images.image !== undefined || images.version !== undefined) {
    const pattern = text(imagePattern(images));
    conditions.push(`any(.spec.initContainers[]?, .spec.containers[]; .image | test(${pattern}))`);
  }
  return conditions.length === 0 ? 'true' : `(${conditions.join(' and ')})`;
}

/** The value of the first rule that concerns the pod and has one; the standard value for all other pods. */
function choose(
  rules: readonly FaultRule[],
  valueOf: (rule: FaultRule) => string | null,
  standard: string,
): string {
  if (rules.length === 0) return standard;
  const branches = rules.map((rule) => `${concerns(rule.on)} then ${valueOf(rule) ?? standard}`);
  return `(if ${branches.join(' elif ')} else ${standard} end)`;
}

/** The time before a container is started: longer where it is slow, and longer each time where it crashes. */
function startDelayOf({ fault }: FaultRule): string | null {
  if (fault.kind === 'slow') return fault.startMs === undefined ? null : text(`${fault.startMs}ms`);
  if (fault.kind !== 'crash-loop' && fault.kind !== 'init-crash-loop') return null;
  const { backOffMs = STANDARD_BACK_OFF_MS } = fault;
  const pause = `([${MAX_BACK_OFF_MS}, ${backOffMs} * pow(2; $restarts - 1)] | min | floor | tostring) + "ms"`;
  return `(([${ANY_STATUS} | .restartCount] | max // 0) as $restarts | if $restarts == 0 then ${text(NORMAL.start)} else ${pause} end)`;
}

export const STANDARD_BACK_OFF_MS = 10_000;
const MAX_BACK_OFF_MS = 300_000;

/** No longer than the grace period that the pod was deleted with. */
function withinGrace(stop: string): string {
  const stopSeconds = `(${stop} | rtrimstr("ms") | tonumber / 1000)`;
  const graceSeconds = '([(.metadata.deletionTimestamp | fromdateiso8601) - now, 0] | max)';
  return `(([${stopSeconds}, ${graceSeconds}] | min * 1000 | floor | tostring) + "ms")`;
}

function oneOf(value: string, names: readonly string[]): string {
  return `(${value} | IN(${names.map(text).join(', ')}))`;
}

function text(value: string): string {
  return JSON.stringify(value);
}
