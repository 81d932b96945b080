import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { renderRollbackHtml, renderRollbackJunit } from '../../../src/report/rollback/rollback-pages.js';
import type { RollbackReport } from '../../../src/report/rollback/rollback-report.js';
import { renderRollbackSummary } from '../../../src/report/rollback/rollback-summary.js';
import { renderRollbackTerminal } from '../../../src/report/rollback/rollback-terminal.js';
import { hostileText } from '../arbitrary-report.js';
import { readElements } from '../read-markup.js';
import {
  buildDone,
  buildFailed,
  buildItem,
  buildOutcome,
  buildPlan,
  buildReport,
  buildResult,
  LINKS,
  TERMINAL,
} from './build-rollback.js';

const planned = buildReport();
const failed = buildReport(buildFailed(), { mode: 'rollback', result: 'rollback-failed' });
const done = buildReport(buildDone(), { mode: 'rollback', result: 'rolled-back' });

describe('on a terminal', () => {
  function linesOf(report: RollbackReport): readonly string[] {
    return renderRollbackTerminal(report, TERMINAL).trimEnd().split('\n');
  }

  test('the cluster, the bundle, what stops it, and the verdict in the last line', () => {
    const lines = linesOf(planned);
    expect(lines.slice(0, 3)).toEqual([
      'cluster     https://192.0.2.1:6443 (11111111-2222-3333-4444-555555555555)',
      'runs        Calico v3.29.4 by manifest, variant calico on Kubernetes v1.31.4',
      'bundle      artifact calico-backup: Calico v3.28.5 by manifest, variant calico, made 2026-11-26T02:00:00.000Z',
    ]);
    const text = lines.join('\n');
    expect(text).toContain('blocker (mandatory) rollback-conflict  1 object of yours was changed');
    expect(text).toContain('  replace  DaemonSet kube-system/calico-node');
    expect(text).toContain('   1. node: calico-node as the bundle has it (1 objects)');
    expect(text).toContain('- { apiGroups: ["apps"], resources: ["daemonsets"], verbs: ["update"] }');
    expect(lines.at(-1)).toBe('blocked: 2 findings stop the way.');
  });

  test('after a failure: where it stopped, why, and the way out before the verdict', () => {
    const lines = linesOf(failed);
    const text = lines.join('\n');
    expect(text).toMatch(/failed node: wave 1 of 1 \(2 written, .*\)\n {4}Pod kube-system\/calico-node-a/);
    expect(lines.at(-2)).toBe('Run the mode rollback again with the same bundle.');
    expect(lines.at(-1)).toMatch(/^failed: node, wave 1 of 1/);
  });

  test('at the end of one that is done: its steps in place of those that would be', () => {
    const text = linesOf(done).join('\n');
    expect(text).toMatch(/done node: wave 1 of 1/);
    expect(text).not.toContain('1. node:');
  });

  test('of many objects, a hundred', () => {
    const items = Array.from({ length: 350 }, () => buildItem());
    const plan = buildPlan();
    const many = buildReport(
      buildOutcome({ plan: { ...plan, restoration: { ...plan.restoration, items } } }),
    );
    const lines = linesOf(many);
    expect(lines.filter((line) => line.startsWith('  replace'))).toHaveLength(100);
    expect(lines).toContain('  … and 250 more; report.json lists all');
  });
});

describe('in the job summary', () => {
  test('how it ended, how to go on, and blockers before objects', () => {
    const summary = renderRollbackSummary(failed, LINKS);
    expect(summary.startsWith('## ⛔ Calico rollback\n\n**failed: ')).toBe(true);
    expect(summary).toContain('> **Now:** Run the mode rollback again');
    expect(summary.indexOf('### Blockers (2)')).toBeLessThan(summary.indexOf('<summary>Objects (2)'));
    expect(renderRollbackSummary(done, LINKS)).toMatch(/^## ✅ Calico rollback\n/);
    expect(renderRollbackSummary({ ...planned, result: 'nothing-to-do' }, LINKS)).toMatch(
      /^## 💤 Calico rollback plan\n/,
    );
  });

  test('of 10,000 objects, within what GitHub takes, and says how many are cut', () => {
    const plan = buildPlan();
    const items = Array.from({ length: 10_000 }, (_, index) =>
      buildItem({ object: { ...buildItem().object, name: `日本-${index}` }, why: '日本'.repeat(60) }),
    );
    const [first] = plan.findings;
    if (!first) throw new Error('the plan has findings');
    const findings = Array.from({ length: 5_000 }, () => ({ ...first, message: '日本'.repeat(400) }));
    const results = Array.from({ length: 2_000 }, () => buildResult({ reason: 'x'.repeat(5_000) }));
    const large = buildReport({
      ...buildFailed(),
      plan: { ...plan, findings, restoration: { ...plan.restoration, items } },
      results,
      reason: 'x'.repeat(2_000_000),
      wayOut: 'y'.repeat(2_000_000),
    });
    const summary = renderRollbackSummary(large, LINKS);
    const bytes = Buffer.byteLength(summary);
    expect(bytes).toBeLessThanOrEqual(1024 * 1024);
    expect(bytes).toBeGreaterThan(1000 * 1024);
    expect(summary).toMatch(/_… and \d+ more; report\.json lists all\._/);
    expect(summary).toContain('[The run and its full report](https://github.com/o/r/actions/runs/1)');
  });
});

describe('as a page', () => {
  test('tells findings, steps and objects, and runs nothing', () => {
    const html = renderRollbackHtml(failed);
    expect(readElements(html).filter((element) => element === 'table')).toHaveLength(3);
    expect(html).toContain('<p class="verdict failure">failed: node, wave 1 of 1');
    expect(html).toContain('<strong>Now:</strong> Run the mode rollback again with the same bundle.</p>');
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).not.toMatch(/<script|<link|<img|\ssrc=|\sstyle=|url\(|@import/);
  });
});

describe('as JUnit', () => {
  test('a test for the whole, each finding, each stage and each step', () => {
    const xml = renderRollbackJunit(failed);
    expect(xml).toContain(`<testsuite name="${failed.cluster.server}" tests="4" failures="3"`);
    expect(xml).toContain(`<testsuite name="${failed.cluster.server}: back" tests="2" failures="2"`);
    expect(xml).toContain('name="node: wave 1 of 1"');
    expect(xml).toContain('time="61.2"');
    expect(xml).toContain('<failure type="rollback-failed"');
    expect(xml).toContain('<failure type="failed"');
    expect(xml).toContain('<failure type="rollback-conflict"');
    expect(renderRollbackJunit(done)).toMatch(/<testsuites .*tests="4" failures="0"/);
  });
});

describe('whatever the cluster and the bundle hold', () => {
  /** A report whose every text that comes from outside is hostile. */
  const hostile = fc
    .record({ text: hostileText, name: hostileText, other: hostileText, value: hostileText })
    .map(({ text, name, other, value }): RollbackReport => {
      const object = { ...buildItem().object, name, namespace: other };
      const fields = [{ field: `spec.${name}`, before: value, after: { deep: other } }];
      const plan = buildPlan();
      const findings = plan.findings.map((one) => ({ ...one, message: text, remedy: other, source: value }));
      const items = [buildItem({ object, why: text, fields })];
      const index = { ...plan.restoration.index, method: other, variant: name, createdAt: value };
      return buildReport({
        ...buildFailed(),
        plan: {
          ...plan,
          place: name,
          summary: text,
          findings,
          restoration: { ...plan.restoration, items, index },
        },
        results: [buildResult({ title: name, reason: text, outcome: 'failed' })],
        reason: text,
        wayOut: other,
      });
    });

  test('the page and the JUnit are well-formed, and nothing in them is markup of theirs', () => {
    const elements = readElements(renderRollbackHtml(failed));
    fc.assert(
      fc.property(hostile, (report) => {
        expect(new Set(readElements(renderRollbackHtml(report)))).toEqual(
          new Set(
            report.findings.some(({ source }) => /^https?:/.test(source ?? ''))
              ? [...elements, 'a']
              : elements.filter((one) => one !== 'a'),
          ),
        );
        readElements(renderRollbackJunit(report));
      }),
    );
  });

  test('the summary has no element and no heading but its own', () => {
    fc.assert(
      fc.property(hostile, (report) => {
        const summary = renderRollbackSummary(report, LINKS);
        const elements = new Set(summary.match(/<\/?[a-z]+/g));
        for (const own of ['<code', '</code', '<details', '</details', '<summary', '</summary']) {
          elements.delete(own);
        }
        expect([...elements]).toEqual([]);
        const headings = summary.split('\n').filter((line) => line.startsWith('#'));
        expect(headings).toEqual([
          expect.stringMatching(/^## ⛔ Calico rollback/),
          '### What failed',
          '### Blockers (2)',
          '### Timeline',
          '### Objects (1)',
          '### Notices (1)',
        ]);
        expect(summary).not.toMatch(/@octocat|\]\(javascript/);
      }),
    );
  });

  test('the terminal has as many lines as ever, and no escape sequence', () => {
    const lineCount = (report: RollbackReport): number =>
      renderRollbackTerminal(report, TERMINAL).split('\n').length;
    fc.assert(
      fc.property(hostile, (report) => {
        expect(renderRollbackTerminal(report, TERMINAL).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
        const mayLack = [report.stages[0]?.reason, report.wayOut].filter((text) => text !== '').length;
        expect(lineCount(report) - mayLack).toBe(32);
      }),
    );
  });
});
