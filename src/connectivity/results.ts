import { CAUGHT_FAILURES } from './scenarios/caught-failures.js';
import type { ScenarioName } from './scenarios/scenario-name.js';
import type { Expected } from './probe.js';
import type { Judgement } from './verdict.js';

/** What a scenario came to in one round. */
export interface ScenarioResult {
  readonly scenario: ScenarioName;
  /** Why it was not tried; null where it was. */
  readonly skipped: string | null;
  readonly passed: number;
  readonly flaky: number;
  readonly failedBefore: number;
  readonly regressions: number;
  /** What could not be tried though it worked before. */
  readonly untried: number;
  /** How long the slowest path took to be right, in ms. */
  readonly slowestMs: number;
}

/** Something that is not as it has to be, on one path. */
export interface ProbeFailure {
  /** `untried`: a pod of the test's own has died, and the path worked before. */
  readonly judgement: 'regression' | 'untried' | 'failed-before' | 'flaky';
  readonly scenario: ScenarioName;
  /** What was being tried; empty where the scenario is all there is to say. */
  readonly phase: string;
  /** `pod source-… on worker-1`. */
  readonly from: string;
  readonly fromNode: string;
  readonly to: string;
  readonly toNode: string | null;
  readonly expected: Expected;
  /** What was said last. */
  readonly seen: string;
  readonly tries: number;
  /** Tries it again by hand, while the pods are there; empty where there is no such command. */
  readonly command: string;
  /** A plainer scenario that fails on the same path; null where this is the plainest. */
  readonly explainedBy: string | null;
  /** Lines that may tell why; only for a few. */
  readonly diagnosis: readonly string[];
}

/** What came of all that was tried of a scenario from one node to another. */
export interface PathResult {
  readonly scenario: ScenarioName;
  /** The node that sends. */
  readonly from: string;
  /** The node at the other end, or what is there where that is no one node's. */
  readonly to: string;
  /** Of the worst. */
  readonly judgement: Judgement;
  readonly probes: number;
  /** How long the slowest took to be right, or to be given up, in ms. */
  readonly ms: number;
}

/** Paths that are not told one by one. */
export interface MorePaths {
  readonly scenario: ScenarioName;
  readonly judgement: Judgement;
  readonly paths: number;
}

/** How long the new pods of a node took. */
export interface NodeSettled {
  readonly node: string;
  /** From their making until both ran. */
  readonly runningMs: number;
  /** From then until the last of their paths was right; null where one never was. */
  readonly connectedMs: number | null;
}

/**
 * One run of the network test; `end`: after a rollback, or an upgrade that failed, whether it went back or not; `alone`:
 * of a network that nothing changes.
 */
export interface NetworkRound {
  readonly when: 'before' | 'wave' | 'hop' | 'end' | 'alone';
  /** The nodes whose pods were made anew for it. */
  readonly nodes: readonly string[];
  readonly startedAt: string;
  readonly ms: number;
  readonly requests: number;
  readonly scenarios: readonly ScenarioResult[];
  /** The worst first; of many paths that fail only some are told one by one. */
  readonly failures: readonly ProbeFailure[];
  /** How many failures there are beside those. */
  readonly moreFailures: number;
  /** The worst first; of paths that passed only some of each scenario. */
  readonly paths: readonly PathResult[];
  /** How many there are beside those. */
  readonly morePaths: readonly MorePaths[];
  readonly settled: readonly NodeSettled[];
}

/** All that the network test found. */
export interface NetworkTestResult {
  readonly image: string;
  /** Nodes that take no part, and why. */
  readonly leftOut: readonly { readonly node: string; readonly reason: string }[];
  readonly rounds: readonly NetworkRound[];
  readonly warnings: readonly string[];
}

/** What was to be seen, between who sends and where to. */
export const SHOULD: Readonly<Record<Expected, string>> = {
  reached: 'should reach',
  blocked: 'should not reach',
  refused: 'should be refused (403) by',
};

/** The regressions of a round in a few sentences; null where there is none. Pure. */
export function explainRegressions({ scenarios, failures }: NetworkRound): string | null {
  const regressions = failures.filter(({ judgement }) => judgement === 'regression');
  const first = regressions.find(({ explainedBy }) => explainedBy === null) ?? regressions[0];
  if (first === undefined) return null;
  const names = scenarios
    .filter((one) => one.regressions > 0)
    .map((one) => `${one.scenario} (${one.regressions})`);
  return `The network test found what worked before: ${names.join(', ')}. First ${sayFirst(first)}`;
}

function sayFirst({ scenario, phase, from, to, expected, seen, command }: ProbeFailure): string {
  const when = phase === '' ? '' : ` when ${phase}`;
  const again = command === '' ? '' : ` Again: ${command}`;
  return `${scenario}${when}: ${from} ${SHOULD[expected]} ${to}, and ${seen}.${again}${elsewhere(scenario)}`;
}

function elsewhere(scenario: ScenarioName): string {
  const issues = CAUGHT_FAILURES.filter((one) => one.scenarios.includes(scenario)).flatMap(
    (one) => one.issues,
  );
  return issues.length === 0 ? '' : ` Upgrades failed like that in ${issues.slice(0, 4).join(', ')}.`;
}

/** What does not work where nothing was compared, in a few sentences; null where all does. Pure. */
export function explainBroken({ scenarios, failures }: NetworkRound): string | null {
  const broken = failures.filter(({ judgement }) => judgement === 'failed-before');
  const first = broken.find(({ explainedBy }) => explainedBy === null) ?? broken[0];
  if (first === undefined) return null;
  const names = scenarios
    .filter((one) => one.failedBefore > 0)
    .map((one) => `${one.scenario} (${one.failedBefore})`);
  return `The network test found what does not work: ${names.join(', ')}. First ${sayFirst(first)}`;
}

/** What nothing is known of any more, since pods of the test have died, in a sentence; null where there is none. Pure. */
export function explainUntried({ scenarios, failures }: NetworkRound): string | null {
  const first = failures.find(({ judgement }) => judgement === 'untried');
  if (first === undefined) return null;
  const names = scenarios.filter((one) => one.untried > 0).map((one) => `${one.scenario} (${one.untried})`);
  return `The network test could not try what worked before, nor with new pods: ${names.join(', ')}. First ${first.scenario}: ${first.from} to ${first.to}: ${first.seen}. That is no word on the network, good or bad.`;
}

/** What does not work before anything is changed, in a sentence; null where all does. Pure. */
export function explainFailedBefore({ scenarios, failures }: NetworkRound): string | null {
  const first = failures.find(({ judgement }) => judgement === 'failed-before');
  if (first === undefined) return null;
  const names = scenarios
    .filter((one) => one.failedBefore > 0)
    .map((one) => `${one.scenario} (${one.failedBefore})`);
  return `The network test found what does not work already, and will not count it: ${names.join(', ')}. First ${first.scenario}: ${first.from} to ${first.to}: ${first.seen}.`;
}
