import { deadEnd, type DeadPods } from './find-dead.js';
import type { Probe } from './probe.js';
import { commandOf } from './probe-script.js';
import type { NetworkRound, NodeSettled, ProbeFailure, ScenarioResult } from './results.js';
import type { Tried } from './run-round.js';
import { SCENARIO_NAMES, type ScenarioName } from './scenarios/scenario-name.js';
import type { Staffing } from './staff-nodes.js';
import { JUDGEMENTS, sumUpPaths } from './sum-up-paths.js';
import {
  type Baseline,
  explanationOf,
  judge,
  type Judgement,
  type PlainFailures,
  plainFailures,
} from './verdict.js';

/** What a round saw. */
export interface RoundSeen {
  readonly tried: readonly Tried[];
  readonly skipped: ReadonlyMap<ScenarioName, string>;
  /** What became of the nodes that were given new pods. */
  readonly staffing: ReadonlyMap<string, Staffing>;
  readonly skip: ReadonlySet<ScenarioName>;
  /** Pods of the test that do not run, though they were made anew. */
  readonly dead: DeadPods;
}

/** A round as it is judged; `known` is what later rounds are compared with. */
export interface JudgedRound extends Pick<
  NetworkRound,
  'scenarios' | 'failures' | 'moreFailures' | 'paths' | 'morePaths' | 'settled'
> {
  readonly known: ReadonlyMap<string, boolean>;
  /** The probes of the failures, in their order; null where a failure is no probe's. */
  readonly probes: readonly (Probe | null)[];
}

/** One thing that was tried, of whatever scenario. */
interface Judged {
  readonly scenario: ScenarioName;
  readonly judgement: Judgement;
  /** The node that sends, and the one at the other end or what is there. */
  readonly path: { readonly from: string; readonly to: string };
  readonly ms: number;
  /** null where it passed. */
  readonly failure: ProbeFailure | null;
  readonly probe: Probe | null;
}

const MOST_FAILURES = 50;

/** Judges a round against the first. Pure. */
export function judgeRound(seen: RoundSeen, baseline: Baseline): JudgedRound {
  const seenWrong = seen.tried.filter((one) => !one.isRight && deadEnd(one, seen.dead) === null);
  const wrong = plainFailures(seenWrong.map(({ probe }) => probe));
  const all = [
    ...(seen.skip.has('new-pods') ? [] : judgeStaffing(seen.staffing, baseline)),
    ...seen.tried.map((one) => judgeTried(one, { wrong, baseline, dead: seen.dead })),
  ];
  const failing = all
    .filter((one): one is Judged & { failure: ProbeFailure } => one.failure !== null)
    .sort((a, b) => rankOf(a.failure) - rankOf(b.failure));
  const told = failing.slice(0, MOST_FAILURES);
  return {
    scenarios: SCENARIO_NAMES.map((name) => sumUp(name, all, seen)),
    failures: told.map(({ failure }) => failure),
    probes: told.map(({ probe }) => probe),
    moreFailures: failing.length - told.length,
    ...sumUpPaths(all.map(({ scenario, judgement, path, ms }) => ({ scenario, ...path, judgement, ms }))),
    settled: settledOf(seen),
    known: new Map([
      ...[...seen.staffing].map(([node, { kind }]) => [newPodsKey(node), kind === 'staffed'] as const),
      ...seen.tried.map(({ probe, isRight }) => [probe.key, isRight] as const),
    ]),
  };
}

const MOST_DIAGNOSED = 3;

/** The round, with lines that may tell why at its first failures. */
export async function withDiagnosis(
  { scenarios, failures, probes, moreFailures, paths, morePaths, settled }: JudgedRound,
  diagnose: (probe: Probe) => Promise<readonly string[]>,
): Promise<Omit<JudgedRound, 'probes' | 'known'>> {
  const told = failures.map(async (failure, index) => {
    const probe = probes[index];
    const isTold = index < MOST_DIAGNOSED && failure.judgement !== 'flaky' && probe != null;
    return isTold ? { ...failure, diagnosis: await diagnose(probe) } : failure;
  });
  return { scenarios, failures: await Promise.all(told), moreFailures, paths, morePaths, settled };
}

/** Regressions first, and of each sort what explains others before what is explained. */
function rankOf({ judgement, explainedBy }: ProbeFailure): number {
  return JUDGEMENTS.indexOf(judgement) * 2 + (explainedBy === null ? 0 : 1);
}

function sumUp(scenario: ScenarioName, all: readonly Judged[], { skipped, skip }: RoundSeen): ScenarioResult {
  const own = all.filter((one) => one.scenario === scenario);
  const count = (judgement: Judgement): number => own.filter((one) => one.judgement === judgement).length;
  const unsaid = own.length === 0 ? 'there was nothing to try' : null;
  return {
    scenario,
    skipped: skip.has(scenario) ? 'the settings leave it out' : (skipped.get(scenario) ?? unsaid),
    passed: count('passed'),
    flaky: count('flaky'),
    failedBefore: count('failed-before'),
    regressions: count('regression'),
    untried: count('untried'),
    slowestMs: Math.max(0, ...own.filter((one) => one.failure === null).map(({ ms }) => ms)),
  };
}

interface JudgeWith extends Pick<RoundSeen, 'dead'> {
  readonly wrong: PlainFailures;
  readonly baseline: Baseline;
}

function judgeTried(tried: Tried, { wrong, baseline, dead }: JudgeWith): Judged {
  const { probe, seen, tries, ms, phase } = tried;
  const end = tried.isRight ? null : deadEnd(tried, dead);
  const plain = judge(tried, baseline);
  const judgement = end !== null && plain === 'regression' ? 'untried' : plain;
  const base = { scenario: probe.scenario, judgement, path: endsOf(probe), ms, probe };
  if (judgement === 'passed') return { ...base, failure: null };
  const failure: ProbeFailure = {
    judgement,
    scenario: probe.scenario,
    phase,
    from: `pod ${probe.from.name} on ${probe.from.node}`,
    fromNode: probe.from.node,
    to: probe.to,
    toNode: probe.toNode,
    expected: probe.expected,
    seen:
      end ??
      (seen.kind === 'not-run' ? `the probe could not be run: ${seen.text}` : `${seen.kind}: ${seen.text}`),
    tries,
    command: commandOf(probe),
    explainedBy: judgement === 'flaky' || end !== null ? null : explanationOf(probe, wrong),
    diagnosis: [],
  };
  return { ...base, failure };
}

/** Where no one node is at the other end: what is there, without its address, which is another in every run. */
function endsOf({ from, to, toNode, target }: Probe): Judged['path'] {
  return { from: from.node, to: toNode ?? target?.node ?? to.replace(/ \(.*$/, '') };
}

function newPodsKey(node: string): string {
  return `new-pods ${node}`;
}

/** New pods run, have an address, and those of before are gone with theirs. */
function judgeStaffing(staffing: RoundSeen['staffing'], baseline: Baseline): readonly Judged[] {
  return [...staffing].map(([node, one]): Judged => {
    const path = { from: node, to: 'new pods' };
    const base = { scenario: 'new-pods', probe: null, path } as const;
    if (one.kind === 'staffed') return { ...base, judgement: 'passed', ms: one.runningMs, failure: null };
    const judgement =
      baseline === null || baseline.get(newPodsKey(node)) === false ? 'failed-before' : 'regression';
    const failure: ProbeFailure = {
      judgement,
      scenario: 'new-pods',
      phase: '',
      from: `a new pod on ${node}`,
      fromNode: node,
      to: one.part === 'made' ? 'an address of its own' : 'its end',
      toNode: null,
      expected: 'reached',
      seen: one.failure.reason,
      tries: 1,
      command: '',
      explainedBy: null,
      diagnosis: [],
    };
    return { ...base, judgement, ms: 0, failure };
  });
}

function settledOf({ staffing, tried }: RoundSeen): readonly NodeSettled[] {
  const connected = new Map<string, number | null>();
  for (const { probe, phase, isRight, ms } of tried) {
    if (phase !== '') continue;
    for (const node of new Set([probe.from.node, probe.toNode ?? probe.from.node])) {
      const before = connected.get(node) ?? 0;
      const hasFailed = !isRight || connected.get(node) === null;
      connected.set(node, hasFailed ? null : Math.max(before, ms));
    }
  }
  return [...staffing].flatMap(([node, one]) =>
    one.kind === 'staffed'
      ? [{ node, runningMs: one.runningMs, connectedMs: connected.get(node) ?? null }]
      : [],
  );
}
