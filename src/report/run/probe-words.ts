import {
  type NetworkRound,
  type NetworkTestResult,
  type ProbeFailure,
  type ScenarioResult,
  SHOULD,
} from '../../connectivity/results.js';
import type { Judgement } from '../../connectivity/verdict.js';
import { count } from '../text.js';

type Count = 'passed' | 'flaky' | 'failedBefore' | 'regressions' | 'untried';

/** Said of a network test by itself that found nothing. */
export const ALL_WORKS = 'all paths that were tried work.';

/** Whether later rounds were compared with one before the first write. */
export function hasBaseline({ rounds }: Pick<NetworkTestResult, 'rounds'>): boolean {
  return rounds.some(({ when }) => when === 'before');
}

/** `after the wave of real-2`. */
export function roundTitle({ when, nodes }: Pick<NetworkRound, 'when' | 'nodes'>): string {
  switch (when) {
    case 'before':
      return 'before the first write';
    case 'wave':
      return `after the wave of ${nodes.length <= 3 ? nodes.join(', ') : count(nodes.length, 'node')}`;
    case 'hop':
      return 'at the end of the hop';
    case 'end':
      return 'at the end of the run';
    case 'alone':
      return 'as it is';
  }
}

/** How many probes of a round, or of several, came to that. */
export function sumOf(scenarios: readonly ScenarioResult[], what: Count): number {
  return scenarios.reduce((sum, scenario) => sum + scenario[what], 0);
}

/** What a judgement is called where people read it. */
export function wordOf(judgement: Judgement, isCompared: boolean): string {
  switch (judgement) {
    case 'regression':
      return 'worked before, and does not now';
    case 'untried':
      return 'worked before, and could not be tried';
    case 'failed-before':
      return isCompared ? 'did not work before either' : 'does not work';
    case 'flaky':
      return 'worked only when tried again';
    case 'passed':
      return 'works';
  }
}

function sayBroken(paths: number, isCompared: boolean): string {
  return paths > 1 && !isCompared
    ? `${paths} do not work`
    : `${paths} ${wordOf('failed-before', isCompared)}`;
}

/** All rounds in one sentence: what regressed first. Pure. */
export function sayNetwork(result: NetworkTestResult): string {
  const { rounds } = result;
  if (rounds.length === 0) return 'It could not begin.';
  const all = rounds.flatMap(({ scenarios }) => scenarios);
  const isCompared = hasBaseline(result);
  const [regressions, untried] = [sumOf(all, 'regressions'), sumOf(all, 'untried')];
  const broken = Math.max(0, ...rounds.map(({ scenarios }) => sumOf(scenarios, 'failedBefore')));
  const parts = [
    ...(isCompared ? [regressions === 0 ? 'no regression' : count(regressions, 'regression')] : []),
    ...(untried === 0 ? [] : [`${untried} could not be tried`]),
    ...(broken === 0 ? [] : [sayBroken(broken, isCompared)]),
    ...(sumOf(all, 'flaky') === 0 ? [] : [`${sumOf(all, 'flaky')} worked only when tried again`]),
    `${sumOf(all, 'passed')} passed`,
  ];
  const slowest = slowestNode(rounds);
  const settled = slowest === null ? '' : ` New pods had their network within ${slowest}.`;
  const nodes = new Set(rounds.flatMap((round) => round.nodes)).size;
  return `${count(rounds.length, 'round')} on ${count(nodes, 'node')}: ${parts.join(', ')}.${settled}`;
}

/** `4.2 s (real-2)`: of all new pods that came to have a network the slowest; null where none did. */
export function slowestNode(rounds: readonly Pick<NetworkRound, 'settled'>[]): string | null {
  const times = rounds
    .flatMap(({ settled }) => settled)
    .flatMap(({ node, runningMs, connectedMs }) =>
      connectedMs === null ? [] : [{ node, ms: runningMs + connectedMs }],
    );
  const slowest = times.reduce<(typeof times)[number] | null>(
    (worst, one) => (worst === null || one.ms > worst.ms ? one : worst),
    null,
  );
  return slowest && `${seconds(slowest.ms)} (${slowest.node})`;
}

export function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}

/** A failure in one sentence. */
export function sayFailure(failure: ProbeFailure): string {
  const { scenario, phase, from, to, expected, seen, tries, explainedBy } = failure;
  const when = phase === '' ? '' : ` when ${phase}`;
  const because = explainedBy === null ? '' : ` Explained by ${explainedBy}.`;
  return `${scenario}${when}: ${from} ${SHOULD[expected]} ${to}; ${seen} (${count(tries, 'time').replace('1 time', 'once')}).${because}`;
}

/** Scenarios of all rounds together, and why those that were tried in none were not. */
export function scenarioSums(rounds: readonly NetworkRound[]): readonly ScenarioResult[] {
  const sums = new Map<string, ScenarioResult>();
  for (const one of rounds.flatMap(({ scenarios }) => scenarios)) {
    const sum = sums.get(one.scenario);
    sums.set(one.scenario, sum === undefined ? one : plus(sum, one));
  }
  return [...sums.values()];
}

function plus(a: ScenarioResult, b: ScenarioResult): ScenarioResult {
  return {
    scenario: a.scenario,
    skipped: a.skipped === null ? null : b.skipped,
    passed: a.passed + b.passed,
    flaky: a.flaky + b.flaky,
    failedBefore: a.failedBefore + b.failedBefore,
    regressions: a.regressions + b.regressions,
    untried: a.untried + b.untried,
    slowestMs: Math.max(a.slowestMs, b.slowestMs),
  };
}
