import type { Probe, ProbeSeen } from './probe.js';
import type { ScenarioName } from './scenarios/scenario-name.js';

/** How a probe ended, after all its tries. */
export interface ProbeOutcome {
  readonly probe: Probe;
  /** The last try. */
  readonly seen: ProbeSeen;
  readonly isRight: boolean;
  readonly tries: number;
  /** From the first try (or the change before it) until it was right, or was given up. */
  readonly ms: number;
  /** Whether it was to take a while: a pod at one end was new, or something had just been changed. */
  readonly maySettle: boolean;
}

export type Judgement =
  /** Right, at once or within the time that new pods and changes get. */
  | 'passed'
  /** Right, but only when tried again with nothing that explains it. */
  | 'flaky'
  /** Wrong, and right before. */
  | 'regression'
  /** Not known, and right before: a pod of the test's own does not run. */
  | 'untried'
  /** Wrong, and so it was before anything was changed. */
  | 'failed-before';

/** What was right before the first write, by the probes' keys; null where this is that round. */
export type Baseline = ReadonlyMap<string, boolean> | null;

/**
 * Judges a probe against how it was before. What was not probed then is taken to have worked: a new failure is never
 * excused. Pure.
 */
export function judge({ probe, isRight, tries, maySettle }: ProbeOutcome, baseline: Baseline): Judgement {
  if (isRight) return tries > 1 && !maySettle ? 'flaky' : 'passed';
  return baseline === null || baseline.get(probe.key) === false ? 'failed-before' : 'regression';
}

/** Whether a probe saw what it is to see. A command that did not run saw nothing. */
export function isRight({ expected }: Probe, seen: ProbeSeen): boolean {
  return seen.kind === expected;
}

/** Scenarios that everything between the same two nodes rests on, the plainest first. */
const PLAIN: readonly ScenarioName[] = ['host-to-host', 'pod-same-node', 'pod-cross-node', 'udp', 'service'];

/** Plain probes that failed in a round, by the node that sent. */
export type PlainFailures = ReadonlyMap<string, readonly Probe[]>;

/** @param failed all that failed in a round */
export function plainFailures(failed: readonly Probe[]): PlainFailures {
  const failures = new Map<string, Probe[]>();
  for (const probe of failed) {
    if (!PLAIN.includes(probe.scenario)) continue;
    const own = failures.get(probe.from.node);
    if (own) own.push(probe);
    else failures.set(probe.from.node, [probe]);
  }
  return failures;
}

/** The plainer scenario that fails between the same nodes, which explains this failure; null where there is none. Pure. */
export function explanationOf(probe: Probe, failures: PlainFailures): ScenarioName | null {
  const rank = PLAIN.indexOf(probe.scenario);
  const plainer = rank === -1 ? PLAIN : PLAIN.slice(0, rank);
  const found = (failures.get(probe.from.node) ?? []).find(
    (other) =>
      plainer.includes(other.scenario) &&
      (other.check.kind !== 'udp' || probe.check.kind === 'udp') &&
      (probe.toNode === null || other.toNode === null || other.toNode === probe.toNode),
  );
  return found?.scenario ?? null;
}
