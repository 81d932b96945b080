import { describe, expect, test } from '@jest/globals';
import type { NetworkTestResult } from '../../../src/connectivity/results.js';
import { keepFew, sumUpPaths } from '../../../src/connectivity/sum-up-paths.js';
import { buildPlanReport, type PlanReport } from '../../../src/report/plan/plan-report.js';
import { renderPlanHtml } from '../../../src/report/plan/plan-html.js';
import { renderPlanJunit } from '../../../src/report/plan/plan-junit.js';
import { renderPlanSummary } from '../../../src/report/plan/plan-summary.js';
import { renderPlanTerminal } from '../../../src/report/plan/plan-terminal.js';
import { renderRollbackJunit } from '../../../src/report/rollback/rollback-pages.js';
import { buildRollbackReport } from '../../../src/report/rollback/rollback-report.js';
import { renderRollbackSummary } from '../../../src/report/rollback/rollback-summary.js';
import { reportProbes } from '../../../src/report/run/report-probes.js';
import { SUMMARY_LIMIT_BYTES } from '../../../src/report/summary.js';
import { renderUpgradeJunit } from '../../../src/report/upgrade/publish-upgrade.js';
import { renderUpgradeHtml } from '../../../src/report/upgrade/upgrade-html.js';
import { buildUpgradeReport, type UpgradeReport } from '../../../src/report/upgrade/upgrade-report.js';
import { renderUpgradeSummary } from '../../../src/report/upgrade/upgrade-summary.js';
import type { UpgradeOutcome } from '../../../src/upgrade/run-upgrade.js';
import { buildPlan } from '../plan/build-plan.js';
import { readElements } from '../read-markup.js';
import { buildDone, LINKS, TERMINAL } from '../rollback/build-rollback.js';
import { buildOutcome, PLACE } from '../upgrade/build-upgrade.js';
import {
  buildBroken,
  buildFailure,
  buildPath,
  buildProbes,
  buildRound,
  buildScenario,
} from './build-probes.js';

function upgradeWith(
  probes: NetworkTestResult | null,
  outcome: UpgradeOutcome = buildOutcome(),
): UpgradeReport {
  return buildUpgradeReport(outcome, {
    force: false,
    result: 'passed',
    place: PLACE,
    network: { probes, fault: null },
  });
}

/** The cases of a JUnit file, as `name: what came of it`. */
function casesOf(junit: string): readonly string[] {
  return [...junit.matchAll(/<testcase name="([^"]*)"[^>]*?(?:\/>|>([\s\S]*?)<\/testcase>)/g)].map(
    ([, name = '', body = '']) =>
      `${name}: ${body.includes('<failure') ? 'failed' : body.includes('<skipped') ? 'skipped' : 'passed'}`,
  );
}

describe('junit.xml has a case for each scenario and path', () => {
  const wave = buildBroken('regression', { when: 'wave', nodes: ['b'] });
  const junit = renderUpgradeJunit(upgradeWith(buildProbes([buildRound(), wave])));

  test('of every round, with a case for those that are not told one by one', () => {
    expect(casesOf(junit)).toEqual(
      expect.arrayContaining([
        'pod-cross-node: a → b: passed',
        'pod-cross-node: b → c: passed',
        'pod-cross-node: 4 more paths: works: passed',
        'second-family: skipped',
        'pod-cross-node: a → b: failed',
      ]),
    );
    expect(junit).toContain('network test 1, before the first write"');
    expect(junit).toContain('network test 2, after the wave of b"');
  });

  test('a failure says from where to where, what was seen, how to try it again and what may tell why', () => {
    const [, text = ''] = /<failure type="regression" message="[^"]*">([^<]*)</.exec(junit) ?? [];
    expect(text).toContain('pod source-1 on a should reach pod target-2 on b (10.0.0.2:8080)');
    expect(text).toContain('Again: kubectl exec source-1');
    expect(text).toContain('dropping what this node forwards');
    expect(readElements(junit)).toContain('failure');
  });

  test.each([
    ['failed-before', 'skipped'],
    ['flaky', 'passed'],
    ['untried', 'failed'],
  ] as const)('of an upgrade what is %s is %s', (judgement, outcome) => {
    const rounds = [buildRound(), buildBroken(judgement, { when: 'hop' })];
    expect(casesOf(renderUpgradeJunit(upgradeWith(buildProbes(rounds))))).toContain(
      `pod-cross-node: a → b: ${outcome}`,
    );
  });
});

test('many paths are told only in part, the wrong ones first, and all are counted', () => {
  const right = Array.from({ length: 900 }, (_, at) => buildPath({ from: `n${at}` }));
  const { paths, morePaths } = sumUpPaths([...right, buildPath({ from: 'x', judgement: 'regression' })]);
  expect(paths).toHaveLength(21);
  expect(paths[0]).toMatchObject({ from: 'x', judgement: 'regression' });
  expect(morePaths).toEqual([{ scenario: 'pod-cross-node', judgement: 'passed', paths: 880 }]);
  expect(keepFew(paths, morePaths, () => 5).morePaths).toEqual([
    { scenario: 'pod-cross-node', judgement: 'passed', paths: 895 },
  ]);
});

test('a path is as good as the worst that was tried on it', () => {
  const { paths } = sumUpPaths([
    buildPath({ ms: 5 }),
    buildPath({ judgement: 'flaky', ms: 900 }),
    buildPath({ ms: 7 }),
  ]);
  expect(paths).toEqual([buildPath({ judgement: 'flaky', probes: 3, ms: 900 })]);
});

test('a thousand waves make no report without an end, nor does a log line tell a secret', () => {
  const scenarios = [buildScenario({ passed: 300 })];
  const paths = Array.from({ length: 20 }, (_, at) => buildPath({ from: `n${at}` }));
  const token = `ghp_${'a'.repeat(36)}`;
  const bad = buildBroken('regression', { failures: [buildFailure({ diagnosis: [`token=${token}`] })] });
  const rounds = [
    ...Array.from({ length: 1000 }, () => buildRound({ scenarios, paths, morePaths: [] })),
    bad,
  ];
  const probes = reportProbes(buildProbes(rounds));
  expect(probes.rounds.flatMap((round) => round.paths)).toHaveLength(1002);
  expect(JSON.stringify(probes)).not.toContain(token);
  const summary = renderUpgradeSummary(upgradeWith(buildProbes(rounds)), LINKS);
  expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(SUMMARY_LIMIT_BYTES);
});

describe('the job summary of an upgrade', () => {
  const rounds = [buildRound(), buildBroken('regression', { when: 'wave', nodes: ['b'] })];
  const summary = renderUpgradeSummary(upgradeWith(buildProbes(rounds)), LINKS);

  test('says the network in one sentence, what regressed below it, and folds the rest', () => {
    const [, section = ''] = summary.split('### Network test\n\n');
    expect(section).toMatch(
      /^2 rounds on 3 nodes: 1 regression, 11 passed\. New pods had their network within 4\.2 s \(b\)\.\n/,
    );
    expect(section).toContain('### Network: worked before, and does not now (1)');
    expect(section).toContain('<details><summary>Rounds of the network test (2)</summary>');
    expect(section).toContain('| after the wave of b | 1 | 0 | 0 | 0 | 5 | 21.4 s |');
    expect(section).toContain('pods have addresses of one family');
    expect(section).toContain('w: it runs Windows');
  });

  test('shows the first of many, and folds those that they explain', () => {
    const failures = Array.from({ length: 9 }, (_, at) => buildFailure({ from: `pod p${at} on a` }));
    const bad = buildBroken('regression', { when: 'hop', failures });
    const text = renderUpgradeSummary(upgradeWith(buildProbes([buildRound(), bad])), LINKS);
    const [open = '', folded = ''] = text.split('<details><summary>More of this: worked before');
    expect(open).toContain('### Network: worked before, and does not now (9)');
    expect([
      open.includes('pod p4 on a'),
      open.includes('pod p5 on a'),
      folded.includes('pod p5 on a'),
    ]).toEqual([true, false, true]);
  });

  test('the page is well formed and has the same', () => {
    const page = renderUpgradeHtml(upgradeWith(buildProbes([buildRound(), buildBroken('regression')])));
    expect(readElements(page)).toContain('table');
    expect(page).toContain('What the network test found');
  });

  test('checks after a hop are cases, what they found is said, and all are to be unfolded', () => {
    const each = [
      { name: 'what users wrote', failures: ['1 of 2 Tier objects are gone.'], warnings: [] },
      { name: 'addresses of pods', failures: [], warnings: ['Some were not looked at.'] },
      { name: 'addresses of nodes', failures: [], warnings: [] },
    ];
    const [hop] = buildOutcome().hops;
    const outcome = buildOutcome({ hops: [{ ...hop!, checks: { failures: [], warnings: [], each } }] });
    const report = upgradeWith(null, outcome);
    expect(casesOf(renderUpgradeJunit(report))).toEqual(
      expect.arrayContaining([
        'what users wrote: failed',
        'addresses of pods: passed',
        'addresses of nodes: passed',
      ]),
    );
    const text = renderUpgradeSummary(report, LINKS);
    expect(text).toContain('- ⛔ Calico v3.30.7, what users wrote: 1 of 2 Tier objects are gone.');
    expect(text).toContain('<details><summary>Checks after each hop (3)</summary>');
    expect(report.checks).toHaveLength(3);
    expect(readElements(renderUpgradeHtml(report))).toContain('table');
  });
});

describe('a plan that tests the network', () => {
  const plan = { ...buildPlan(), verdict: 'nothing-to-do', summary: 'nothing to do.', findings: [] } as const;

  function planWith(probes: NetworkTestResult | null, fault: string | null): PlanReport {
    const result = fault === null ? 'nothing-to-do' : 'failed';
    return buildPlanReport(plan, { force: false, result, network: { probes, fault } });
  }

  const broken = planWith(
    buildProbes([buildBroken('failed-before', { when: 'alone' })]),
    'It does not work.',
  );

  test('says so in its first lines, and what does not work is not excused', () => {
    const summary = renderPlanSummary(broken, LINKS);
    expect(summary).toMatch(
      /^## ⛔ Calico upgrade plan, and network test\n\n\*\*nothing to do\.\*\*\n\n\*\*Network: It does not work\.\*\*/,
    );
    expect(summary).toContain('### Network: does not work (1)');
    expect(casesOf(renderPlanJunit(broken))).toEqual(
      expect.arrayContaining(['network test: failed', 'pod-cross-node: a → b: failed']),
    );
    expect(renderPlanTerminal(broken, TERMINAL).trimEnd().split('\n').at(-1)).toBe(
      'network: It does not work.',
    );
    expect(readElements(renderPlanHtml(broken))).toContain('table');
  });

  test('says that all works', () => {
    const well = planWith(buildProbes([buildRound({ when: 'alone' })]), null);
    expect(renderPlanSummary(well, LINKS)).toMatch(
      /^## 💤 .*\n\n.*\n\n\*\*Network: all paths that were tried work/,
    );
    expect(casesOf(renderPlanJunit(well))).toContain('network test: passed');
  });

  test('and where it could not begin, why', () => {
    const report = planWith(null, 'Another run is at work on this cluster: run 9');
    expect(renderPlanSummary(report, LINKS)).toContain('Network: Another run is at work');
    expect(report.probes).toBeNull();
  });

  test('a plan that was not asked says nothing of it', () => {
    const report = buildPlanReport(plan, { force: false, result: 'nothing-to-do' });
    expect(renderPlanSummary(report, LINKS)).not.toMatch(/network test|Network:/);
    expect(report).not.toHaveProperty('networkFault');
  });
});

test('a rollback after which a path works no more is told so first, with what to do', () => {
  const network = {
    probes: buildProbes([buildRound(), buildBroken('regression', { when: 'end' })]),
    fault: 'The network test found what worked before: pod-cross-node (1).',
  };
  const report = buildRollbackReport(buildDone(), {
    mode: 'rollback',
    force: false,
    result: 'rollback-failed',
    network,
  });
  const [head = ''] = renderRollbackSummary(report, LINKS).split('\n|');
  expect(head).toContain('⛔ Calico rollback');
  expect(head).toContain('But traffic does not flow: The network test found what worked before');
  expect(head).toContain('nothing left to go back to: find out why');
  expect(casesOf(renderRollbackJunit(report))).toEqual(
    expect.arrayContaining(['rollback: failed', 'pod-cross-node: a → b: failed']),
  );
});
