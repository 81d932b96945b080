import { describe, expect, test } from '@jest/globals';
import { buildPlanReport, type PlanReport } from '../../../src/report/plan/plan-report.js';
import { publishPlan } from '../../../src/report/plan/publish-plan.js';
import { renderPlanSummary } from '../../../src/report/plan/plan-summary.js';
import { renderPlanTerminal } from '../../../src/report/plan/plan-terminal.js';
import { showValue } from '../../../src/report/plan/show-value.js';
import { createFakeReportStore } from '../../ports/fake-report-store.js';
import { createFakeReporter } from '../../ports/fake-reporter.js';
import { buildPlan, SECRET } from './build-plan.js';

function report(nodes = 3): PlanReport {
  return buildPlanReport(buildPlan(nodes), { force: false, result: 'failed' });
}

const LINKS = { blobUrl: null, runUrl: 'https://github.com/o/r/actions/runs/1' };

describe('the plan as text', () => {
  test('on a terminal: blockers first, the verdict in the last line', () => {
    const lines = renderPlanTerminal(report(), { colour: false, width: 120 }).trimEnd().split('\n');
    expect(lines.at(-1)).toBe('blocked: Calico v3.29.4 to v3.30.7 in 1 hop, stopped by 1 finding');
    const text = lines.join('\n');
    expect(text).toMatch(/blocker \(skippable\) node-not-ready/);
    expect(text).toMatch(/1\. Calico v3\.30\.7 \(on Kubernetes v1\.31\), tested/);
    expect(text).toMatch(/node +0 +1 +0 +2 min/);
    expect(text).toContain(
      'conflicting DaemonSet kube-system/calico-node spec.x = 2 against 3 (Both changed it.)',
    );
    expect(text).toContain('kept DaemonSet kube-system/calico-node spec.y = 5 in place of 4');
    expect(text).toContain('- { apiGroups: ["apps"], resources: ["daemonsets"], verbs: ["patch"] }');
  });

  test('in the job summary: verdict, blockers, a diagram; nothing of the cluster is markup', () => {
    const summary = renderPlanSummary(report(), LINKS);
    expect(summary.startsWith('## ⛔ Calico upgrade plan\n\n**blocked: ')).toBe(true);
    expect(summary).toContain('```mermaid\nflowchart LR');
    expect(summary).toContain('p0["Kubernetes v1.31<br>Calico v3.29.4"]');
    expect(summary).toContain('<code>spec.y</code> <code>5</code> in place of <code>4</code>');
    expect(summary).not.toContain('<script>');
    expect(summary.indexOf('Blockers (1)')).toBeLessThan(summary.indexOf('### Path'));
  });

  test('stays within what GitHub takes, however large the cluster', () => {
    expect(Buffer.byteLength(renderPlanSummary(report(5000), LINKS, 20_000))).toBeLessThanOrEqual(20_000);
  });

  test('no form shows what a field calls a secret', async () => {
    const reporter = createFakeReporter();
    const store = createFakeReportStore();
    await publishPlan(report(), { reporter, store, links: LINKS, terminal: { colour: false, width: 120 } });
    const everything = JSON.stringify([
      reporter,
      [...store.files.keys()].map((name) => store.text(name)),
      report(),
    ]);
    expect(everything).toContain('(not shown)');
    expect(everything).not.toContain(SECRET);
  });
});

describe('showValue', () => {
  test.each([
    ['data.veth_mtu', '1400', '1400'],
    ['spec.replicas', 3, '3'],
    ['spec.x', undefined, ''],
    ['env[name=API_TOKEN].value', 'abc', '(not shown)'],
    ['data.password', 'abc', '(not shown)'],
    [
      'spec.template.spec.containers[name=calico-node].env',
      [{ name: 'MY_SECRET', value: 'abc' }],
      '[{"name":"MY_SECRET","value":"(not shown)"}]',
    ],
    ['spec.template.spec.volumes[name=typha-ca].secretName', 'typha-certs', 'typha-certs'],
  ])('%s: %j as %s', (field, value, shown) => {
    expect(showValue(field, value)).toBe(shown);
  });
});
