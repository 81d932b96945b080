import { describe, expect, test } from '@jest/globals';
import { publishRollback } from '../../../src/report/rollback/publish-rollback.js';
import { EnvironmentError } from '../../../src/errors.js';
import { createFakeReportStore } from '../../ports/fake-report-store.js';
import { createFakeReporter } from '../../ports/fake-reporter.js';
import {
  buildDone,
  buildFailed,
  buildOutcome,
  buildPlan,
  buildReport,
  LINKS,
  SECRET,
  TERMINAL,
} from './build-rollback.js';

describe('report.json of a rollback', () => {
  const report = buildReport(buildDone(), { mode: 'rollback', result: 'rolled-back' });

  test('has these fields and no others', () => {
    expect(Object.keys(report).sort()).toEqual(
      [
        'schemaVersion',
        'mode',
        'result',
        'clusters',
        'pairs',
        'detections',
        'skips',
        'findings',
        'cluster',
        'backup',
        'plan',
        'stages',
        'restored',
        'probes',
        'networkFault',
        'calicoAfter',
        'summary',
        'wayOut',
        'next',
        'again',
        'byHand',
      ].sort(),
    );
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  test('says what ran before and after, and of which bundle it goes back to', () => {
    expect(report).toMatchObject({
      schemaVersion: 1,
      mode: 'rollback',
      result: 'rolled-back',
      clusters: [{ name: 'https://192.0.2.1:6443', kubernetes: ['v1.31.4'], calico: ['v3.29.4'] }],
      calicoAfter: 'v3.28.5',
      backup: { place: 'artifact calico-backup', calico: 'v3.28.5', method: 'manifest' },
      summary: 'rolled back: Calico v3.28.5 as of 2026-11-26T02:00:00.000Z, 3 objects written.',
      wayOut: '',
    });
  });

  test('says which steps were done, in seconds', () => {
    expect(report.stages).toEqual([
      {
        hop: 'back',
        stage: 'node',
        title: 'wave 1 of 1',
        outcome: 'done',
        written: 2,
        seconds: 61.2,
        reason: '',
        evidence: [],
      },
      {
        hop: 'back',
        stage: 'node',
        title: 'strategy',
        outcome: 'done',
        written: 1,
        seconds: 0,
        reason: '',
        evidence: [],
      },
    ]);
  });

  test('says which steps there would be, and their nodes', () => {
    expect(report.plan.steps).toEqual([
      { stage: 'node', title: 'calico-node as the bundle has it', writes: 1, nodes: [] },
      { stage: 'node', title: 'wave 1 of 1, canary: 2 nodes', writes: 0, nodes: ['worker-1', 'worker-2'] },
    ]);
    expect(report.plan).toMatchObject({ compared: 61, written: 1, goesOnWith: null });
  });

  test('says what is written to which objects, field by field', () => {
    expect(report.restored[0]).toEqual({
      object: 'DaemonSet kube-system/calico-node',
      action: 'replace',
      stage: 'node',
      why: '',
      fields: [
        {
          field: 'spec.template.spec.containers[name=calico-node].image',
          before: 'a:v3.29.4',
          after: 'a:v3.28.5',
        },
        {
          field: 'spec.template.spec.containers[name=calico-node].env[name=DB_PASSWORD].value',
          before: '(not shown)',
          after: '(not shown)',
        },
        { field: 'data.password', before: '(not shown)', after: '' },
      ],
    });
  });

  test('weighs what stops it by whether it is forced', () => {
    const severities = (force: boolean) =>
      buildReport(buildOutcome(), { force }).findings.map(({ severity }) => severity);
    expect(severities(false)).toEqual(['error', 'error', 'notice']);
    expect(severities(true)).toEqual(['error', 'warning', 'notice']);
  });

  test.each([
    ['not-run', 'blocked: 2 findings stop the way.'],
    ['interrupted', 'interrupted: node, x: y'],
    ['failed', 'failed: node, x: y'],
  ] as const)('says in one line how it ended: %s', (ended, summary) => {
    expect(buildReport(buildOutcome({ ended, reason: 'node, x: y' })).summary).toBe(summary);
  });

  test('says which earlier run it goes on with', () => {
    const earlier = {
      run: 'https://github.com/o/r/actions/runs/7',
      startedAt: '2026-11-27T01:00:00Z',
      mode: 'rollback',
      stage: 'node',
      reason: 'killed',
      wayOut: 'left out',
    };
    const plan = buildPlan({ earlier: earlier as unknown as ReturnType<typeof buildPlan>['earlier'] });
    const { goesOnWith } = buildReport(buildOutcome({ plan })).plan;
    const { wayOut, ...told } = earlier;
    expect(wayOut).toBe('left out');
    expect(goesOnWith).toEqual(told);
  });
});

describe('a rollback is published', () => {
  async function publish(outcome = buildOutcome(), store = createFakeReportStore()) {
    const reporter = createFakeReporter();
    const report = buildReport(outcome, { mode: 'rollback' });
    await publishRollback(report, { reporter, store, links: LINKS, terminal: TERMINAL });
    return { reporter, store, report };
  }

  test('as JSON, JUnit, HTML, a summary, and text', async () => {
    const { reporter, store, report } = await publish();
    expect([...store.files.keys()].sort()).toEqual(['junit.xml', 'report.html', 'report.json']);
    expect(JSON.parse(store.text('report.json'))).toEqual(JSON.parse(JSON.stringify(report)));
    expect(reporter.summaries).toHaveLength(1);
    expect(reporter.lines.at(-1)).toMatch(/^info: cluster /);
  });

  test('with its outputs', async () => {
    const { reporter } = await publish(buildDone());
    expect(reporter.outputs).toMatchObject({
      result: 'failed',
      'findings-count': '0',
      'errors-count': '0',
      'kubernetes-version': 'v1.31.4',
      'calico-version-before': 'v3.29.4',
      'calico-version-after': 'v3.28.5',
      'report-dir': 'calico-report',
    });
  });

  test('with annotations of what stops it, as many as are shown', async () => {
    const [first] = buildPlan().findings;
    if (!first) throw new Error('the plan has findings');
    const findings = Array.from({ length: 30 }, () => first);
    const { reporter } = await publish(buildOutcome({ plan: buildPlan({ findings }) }));
    expect(reporter.annotations).toHaveLength(10);
    expect(reporter.annotations[0]).toMatchObject({ severity: 'error', title: 'rollback-conflict' });
  });

  test('though no file can be written: with a warning, and without the directory', async () => {
    const full = createFakeReportStore(
      'calico-report',
      new EnvironmentError('The disk is full.', 'Free some.'),
    );
    const { reporter } = await publish(buildFailed(), full);
    expect(reporter.lines.filter((line) => line.startsWith('warning'))).toHaveLength(3);
    expect(reporter.outputs['report-dir']).toBe('');
    expect(reporter.summaries).toHaveLength(1);
  });

  test.each([
    ['planned', buildOutcome()],
    ['done', buildDone()],
    ['failed', buildFailed()],
  ])('and no form shows what a field calls a secret: %s', async (_, outcome) => {
    const { reporter, store, report } = await publish(outcome);
    const files = [...store.files.keys()].map((name) => store.text(name));
    const everything = JSON.stringify([reporter, files, report]);
    expect(everything).toContain('(not shown)');
    expect(everything).not.toContain(SECRET);
  });
});
