import { expect, test } from '@jest/globals';
import { renderPlanHtml } from '../../../src/report/plan/plan-html.js';
import { renderPlanJunit } from '../../../src/report/plan/plan-junit.js';
import { buildPlanReport } from '../../../src/report/plan/plan-report.js';
import { publishPlan } from '../../../src/report/plan/publish-plan.js';
import { createFakeReportStore } from '../../ports/fake-report-store.js';
import { createFakeReporter } from '../../ports/fake-reporter.js';
import { readElements } from '../read-markup.js';
import { buildPlan } from './build-plan.js';

const report = buildPlanReport(buildPlan(), { force: false, result: 'failed' });

test('the report directory holds the plan as JSON, JUnit and HTML', async () => {
  const store = createFakeReportStore();
  const links = { blobUrl: null, runUrl: null };
  await publishPlan(report, {
    reporter: createFakeReporter(),
    store,
    links,
    terminal: { colour: false, width: 120 },
  });
  expect([...store.files.keys()].sort()).toEqual(['junit.xml', 'report.html', 'report.json']);
  expect(JSON.parse(store.text('report.json'))).toEqual(JSON.parse(JSON.stringify(report)));
});

test('the page tells cluster, findings, path, stages, changes, customisations and images, and runs nothing', () => {
  const html = renderPlanHtml(report);
  expect(readElements(html).filter((element) => element === 'table')).toHaveLength(7);
  expect(html).toContain(`<p class="verdict failure">${report.plan.summary}</p>`);
  expect(html).toContain('docker.io/calico/node:v3.30.7');
  expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(html).not.toMatch(/<script|<link|<img|\ssrc=|\sstyle=|url\(|@import/);
});

test('JUnit: the way passes, and what stops the upgrade fails', () => {
  const xml = renderPlanJunit(report);
  expect(xml).toContain(`<testsuite name="${report.cluster.server}" tests="2" failures="1"`);
  expect(xml).toContain('name="way to Calico v3.30.7"');
  expect(xml).toContain('<failure type="node-not-ready"');
});

test('JUnit: no target is a failure of its own', () => {
  const { plan } = report;
  const without = { ...report, findings: [], plan: { ...plan, target: null, summary: 'blocked: no Calico' } };
  expect(renderPlanJunit(without)).toContain('<failure type="path" message="blocked: no Calico">');
});

test('warnings and notices pass', () => {
  const [finding] = report.findings;
  if (!finding) throw new Error('the plan has a finding');
  const xml = renderPlanJunit({
    ...report,
    findings: [{ ...finding, severity: 'warning', weight: 'warning' }],
  });
  expect(xml).toContain('tests="2" failures="0"');
});
