import type {
  NetworkRound,
  NetworkTestResult,
  PathResult,
  ProbeFailure,
  ScenarioResult,
} from '../../../src/connectivity/results.js';

export function buildScenario(changes: Partial<ScenarioResult> = {}): ScenarioResult {
  return {
    scenario: 'pod-cross-node',
    skipped: null,
    passed: 0,
    flaky: 0,
    failedBefore: 0,
    regressions: 0,
    untried: 0,
    slowestMs: 12,
    ...changes,
  };
}

export function buildPath(changes: Partial<PathResult> = {}): PathResult {
  const path = {
    scenario: 'pod-cross-node',
    from: 'a',
    to: 'b',
    judgement: 'passed',
    probes: 1,
    ms: 12,
  } as const;
  return { ...path, ...changes };
}

export function buildFailure(changes: Partial<ProbeFailure> = {}): ProbeFailure {
  return {
    judgement: 'regression',
    scenario: 'pod-cross-node',
    phase: '',
    from: 'pod source-1 on a',
    fromNode: 'a',
    to: 'pod target-2 on b (10.0.0.2:8080)',
    toNode: 'b',
    expected: 'reached',
    seen: 'blocked: TIMEOUT',
    tries: 3,
    command: 'kubectl exec source-1',
    explainedBy: null,
    diagnosis: ['calico-node of b: dropping what this node forwards'],
    ...changes,
  };
}

export function buildRound(changes: Partial<NetworkRound> = {}): NetworkRound {
  return {
    when: 'before',
    nodes: ['a', 'b', 'c'],
    startedAt: '2026-11-27T02:00:00.000Z',
    ms: 21_400,
    requests: 60,
    scenarios: [
      buildScenario({ passed: 6 }),
      buildScenario({ scenario: 'second-family', skipped: 'pods have addresses of one family' }),
    ],
    failures: [],
    moreFailures: 0,
    paths: [buildPath(), buildPath({ from: 'b', to: 'c' })],
    morePaths: [{ scenario: 'pod-cross-node', judgement: 'passed', paths: 4 }],
    settled: [{ node: 'b', runningMs: 1200, connectedMs: 3000 }],
    ...changes,
  };
}

/** A round in which a path does not work. */
export function buildBroken(
  judgement: 'regression' | 'failed-before' | 'flaky' | 'untried',
  changes: Partial<NetworkRound> = {},
): NetworkRound {
  const counts = {
    regression: 'regressions',
    'failed-before': 'failedBefore',
    flaky: 'flaky',
    untried: 'untried',
  };
  return buildRound({
    scenarios: [buildScenario({ passed: 5, [counts[judgement]]: 1 })],
    failures: [buildFailure({ judgement })],
    paths: [buildPath({ judgement }), buildPath({ from: 'b', to: 'c' })],
    morePaths: [],
    ...changes,
  });
}

export function buildProbes(rounds: readonly NetworkRound[]): NetworkTestResult {
  return { image: 'agnhost', leftOut: [{ node: 'w', reason: 'it runs Windows' }], rounds, warnings: [] };
}
