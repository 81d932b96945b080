import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { renderUpgradeJunit } from '../../../src/report/upgrade/publish-upgrade.js';
import { renderUpgradeHtml } from '../../../src/report/upgrade/upgrade-html.js';
import { resultOf } from '../../../src/report/upgrade/upgrade-words.js';
import type { UpgradeReport } from '../../../src/report/upgrade/upgrade-report.js';
import { renderUpgradeSummary } from '../../../src/report/upgrade/upgrade-summary.js';
import { renderUpgradeTerminal } from '../../../src/report/upgrade/upgrade-terminal.js';
import { SUMMARY_LIMIT_BYTES } from '../../../src/report/summary.js';
import { describeDisruption } from '../../../src/connectivity/monitor/disruption.js';
import { gapAt, NOON, pathFrom, readingOf, readingsOf } from '../../connectivity/monitor/readings.js';
import { hostileText } from '../arbitrary-report.js';
import { buildPlan as buildUpgradePlan } from '../plan/build-plan.js';
import { versionOf } from '../../../src/catalog/queries.js';
import { buildCalico } from '../../cluster/build-state.js';
import { readElements } from '../read-markup.js';
import type { RestoreItem } from '../../../src/upgrade/restore/restore-item.js';
import type { UpgradeOutcome } from '../../../src/upgrade/run-upgrade.js';
import { buildItem, buildResult, LINKS, TERMINAL } from '../rollback/build-rollback.js';
import {
  buildOutcome,
  buildReport,
  buildResume,
  buildRolledBack,
  buildStuck,
  REASON,
  running,
  SECRET,
} from './build-upgrade.js';

const done = buildReport();
const back = buildReport(buildRolledBack(), 'rolled-back');
const stuck = buildReport(buildStuck(), 'rollback-failed');
const blocked = buildReport(
  { ...buildOutcome({ plan: buildUpgradePlan() }), ended: 'not-run', hops: [], backup: null, after: null },
  'failed',
);
const ALL = [done, back, stuck, blocked];
const summaryOf = (report: UpgradeReport): string => renderUpgradeSummary(report, LINKS);

describe('the first lines of the job summary', () => {
  function firstLines(report: UpgradeReport): string {
    return summaryOf(report).split('\n').slice(0, 3).join('\n');
  }

  test('of one that is done: from which release to which, and nothing to do', () => {
    expect(firstLines(done)).toBe(
      '## ✅ Calico is upgraded: v3.29.4 → v3.30.7\n\n> **Now:** Nothing. How to go back stands below, should it be wanted.',
    );
  });

  test('of one that goes on where a run died after its last node: from which release that one began', () => {
    const outcome = buildOutcome();
    const calico = buildCalico({ versions: { ...buildCalico().versions, running: versionOf('v3.30.7') } });
    const resume = buildResume({ from: 'v3.29.4', to: 'v3.30.7' });
    const report = buildReport({ ...outcome, plan: { ...outcome.plan, calico, resume } });
    expect(firstLines(report)).toContain('Calico is upgraded: v3.29.4 → v3.30.7');
    expect(summaryOf(report)).toContain('| Calico | <code>v3.29.4</code> | <code>v3.30.7</code> |');
  });

  test('of one that went back: what runs, and that the night is over', () => {
    expect(firstLines(back)).toMatch(
      /↩️ .* rolled back: Calico v3\.29\.4 runs again\n\n> \*\*Now:\*\* Nothing tonight/,
    );
  });

  test('of one that went back, and after which a path works no more: so, and what to look at', () => {
    const network = { probes: null, fault: 'The network test found what worked before: pod-cross-node (1).' };
    const result = resultOf(buildRolledBack(), network);
    const report = buildReport(buildRolledBack(), result, network);
    expect(result).toBe('rollback-failed');
    expect(firstLines(report)).toMatch(
      /^## 🚨 The upgrade failed: Calico v3\.29\.4 runs again, but traffic does not flow as it did before\n/,
    );
    expect(firstLines(report)).toContain('nothing left to go back to: find out why these paths do not work');
    expect(report.networkFault).toBe(network.fault);
    for (const form of [summaryOf(report), renderUpgradeHtml(report), renderUpgradeJunit(report)]) {
      expect(form).toContain('But traffic does not flow: The network test found what worked before');
    }
    const lines = renderUpgradeTerminal(report, TERMINAL).trimEnd().split('\n');
    expect(lines.at(-2)).toMatch(/^failed, and went back: .* But traffic does not flow: The network test/);
  });

  describe('of one that went back and left objects of users as they were by then', () => {
    function buildKept(count: number): UpgradeOutcome {
      const items = Array.from({ length: count }, (_, index): RestoreItem => {
        const object = {
          apiVersion: 'crd.projectcalico.org/v1',
          kind: 'GlobalNetworkPolicy',
          namespace: null,
          name: `p${index}`,
        };
        const saved = { ...object, metadata: { name: object.name } };
        return buildItem({ object, class: 'user', action: 'keep', saved, live: index === 0 ? null : saved });
      });
      const made = buildItem({ class: 'user', action: 'keep', why: 'It was made since the backup.' });
      const back = buildRolledBack();
      const { plan } = back.rollback!;
      const restoration = { ...plan.restoration, items: [...items, made] };
      return { ...back, rollback: { ...back.rollback!, plan: { ...plan, restoration } } };
    }

    test.each([
      [
        1,
        '1 object of yours is not as when the backup was made, and was left so: GlobalNetworkPolicy p0 (gone).',
      ],
      [
        5,
        '5 objects of yours are not as when the backup was made, and were left so: GlobalNetworkPolicy p0 (gone), GlobalNetworkPolicy p1, GlobalNetworkPolicy p2 and 2 more.',
      ],
    ])('%d: that they are, which, and how to have them as they were', (count, what) => {
      const report = buildReport(buildKept(count), 'rolled-back');
      expect(report.next).toBe(
        `${what} To put the backup’s back: mode rollback with calico-backup-7-1-11111111 and on-conflict: bundle. Calico itself is as it was before. Put right what failed, then run the upgrade again.`,
      );
      expect(firstLines(report)).toContain('not as when the backup was made');
      expect(renderUpgradeHtml(report)).toContain('not as when the backup was made');
      expect(renderUpgradeTerminal(report, TERMINAL).trimEnd().split('\n').at(-1)).toContain(what);
    });

    test('beside what the network test found, which they may be the reason of', () => {
      const network = { probes: null, fault: 'The network test found what worked before.' };
      const { next } = buildReport(buildKept(1), 'rollback-failed', network);
      expect(next).toMatch(
        /find out why these paths do not work.* left so: GlobalNetworkPolicy p0 \(gone\)\./,
      );
    });

    test('what was only made since is no reason not to call the cluster as it was', () => {
      expect(buildReport(buildKept(0), 'rolled-back').next).toMatch(
        /^Nothing tonight: the cluster is as it was/,
      );
    });
  });

  test('of one that went back over a change that somebody made meanwhile: which, to be made again', () => {
    const back = buildRolledBack();
    const { plan } = back.rollback!;
    const restoration = {
      ...plan.restoration,
      items: [buildItem({ why: 'It was changed by kubectl-edit.' })],
    };
    const outcome = { ...back, rollback: { ...back.rollback!, plan: { ...plan, restoration } } };
    expect(buildReport(outcome, 'rolled-back').next).toMatch(
      /^DaemonSet kube-system\/calico-node: It was changed by kubectl-edit\. Calico itself is as it was before\./,
    );
  });

  test('of one that neither went forward nor back: the way out', () => {
    expect(firstLines(stuck)).toContain('🚨 The upgrade failed, and so did going back');
    expect(firstLines(stuck)).toContain('**Now:** Run the mode rollback again with the same bundle.');
  });

  test('of one that did not begin: that nothing was changed', () => {
    expect(firstLines(blocked)).toContain('did not begin: nothing of Calico was changed');
    expect(firstLines(blocked)).toContain('Put right what the findings name');
  });

  test('of one that was stopped half way without going back', () => {
    const report = buildReport({ ...buildStuck(), rollback: null, ended: 'interrupted' }, 'failed');
    expect(firstLines(report)).toContain('was stopped half way, and was not rolled back');
    expect(firstLines(report)).toContain('**Now:** Run the mode rollback.');
  });
});

describe('the job summary', () => {
  test('says versions before and after', () => {
    expect(summaryOf(done)).toContain('| Calico | <code>v3.29.4</code> | <code>v3.30.7</code> |');
    expect(summaryOf(back)).toContain(
      '| Calico | <code>v3.29.4</code> | <code>v3.29.4 (target v3.30.7)</code> |',
    );
    expect(summaryOf(stuck)).toContain(
      '| Calico | <code>v3.29.4</code> | <code>not known: look (target v3.30.7)</code> |',
    );
  });

  test('shows what failed, and to be unfolded what the cluster says about it', () => {
    const text = summaryOf(back);
    expect(text).toContain(
      '### What failed\n\n**Calico v3.30.7, node: wave 1 of 2, canary: 1 node** after 12 s: Pod',
    );
    expect(text).toMatch(
      /<details><summary>last lines of Pod kube-system\/calico-node-a \(3 lines\)<\/summary>\n\n<pre>\nfelix: starting\n/,
    );
    expect(text).toContain('&lt;/pre&gt;&lt;script&gt;');
    expect(text).not.toContain('<script>');
    expect(text).toContain('password=***');
  });

  test('has a timeline in which what failed is marked', () => {
    const [, chart = ''] = /```mermaid\n([^`]*)```/.exec(summaryOf(back)) ?? [];
    expect(chart.split('\n').slice(0, 6)).toEqual([
      'gantt',
      '  dateFormat YYYY-MM-DD HH:mm:ss.SSS',
      '  axisFormat %H:%M:%S',
      '  section Calico v3.30.7',
      '  crds, definitions of kinds :done, s0, 2000-01-01 00:00:00.000, 61200ms',
      '  FAILED node, wave 1 of 2, canary 1 node :crit, s1, 2000-01-01 00:01:01.200, 12000ms',
    ]);
    expect(chart).toContain('  section back\n  node, wave 1 of 1 :done');
  });

  test('of many waves, shows the first and the last in the timeline', () => {
    const results = Array.from({ length: 300 }, (_, index) =>
      buildResult({ title: `wave ${index + 1} of 300`, ms: 1000 }),
    );
    const text = summaryOf(buildReport(buildOutcome({ hops: [{ ...buildOutcome().hops[0]!, results }] })));
    const [, chart = ''] = /```mermaid\n([^`]*)```/.exec(text) ?? [];
    expect(chart).toContain('wave 1 of 300');
    expect(chart).toContain('  261 more steps :done, s10, 2000-01-01 00:00:10.000, 261000ms');
    expect(chart).toContain('wave 300 of 300 :done, s39, 2000-01-01 00:04:59.000, 1000ms');
  });

  test('counts the user’s changes, and shows at once those that were not kept', () => {
    const text = summaryOf(done);
    expect(text).toContain('### Your changes: 2 kept, 0 dropped, 1 conflicting\n\n- ⚠️ conflicting');
    expect(text).toMatch(/<details><summary>Kept \(2\)<\/summary>/);
  });

  test('says how to go back, by a command and by inputs', () => {
    const text = summaryOf(done);
    expect(text).toContain(
      'node dist/index.js --mode rollback --kubeconfig "$KUBECONFIG" --backup-artifact calico-backup-7-1-11111111 --run-id team/clusters/7 --github-token "$GITHUB_TOKEN" --encryption-key "$BACKUP_KEY"',
    );
    expect(text).toContain(
      'with:\n  mode: rollback\n  kubeconfig: ${{ secrets.KUBECONFIG }}\n  backup-artifact: calico-backup-7-1-11111111\n  run-id: team/clusters/7\n  encryption-key: ${{ secrets.BACKUP_KEY }}\n',
    );
  });

  test('of a backup that was not uploaded names the directory, quoted for a shell', () => {
    const backup = { ...buildOutcome().backup!, artifact: null, directory: "/runner/it's here" };
    const text = summaryOf(buildReport(buildOutcome({ backup })));
    expect(text).toContain(`--backup-artifact '/runner/it'\\''s here' --encryption-key`);
    expect(text).not.toContain('run-id');
  });

  test('says that there is no backup', () => {
    expect(summaryOf(buildReport(buildOutcome({ backup: null })))).toContain('nothing to go back to');
  });

  test('shows blockers before anything that is folded', () => {
    const text = summaryOf({
      ...blocked,
      findings: blocked.findings.map((one) => ({ ...one, severity: 'error' as const })),
    });
    expect(text.indexOf('### Blockers (1)')).toBeLessThan(text.indexOf('<details>'));
  });

  test('is never larger than GitHub takes, and says what was cut; how it ended stays', () => {
    const plan = buildUpgradePlan(3);
    const [hop] = plan.hops;
    const [stage] = hop!.stages;
    const changes = Array.from({ length: 5000 }, () => stage!.changes[0]!);
    const large = { ...plan, hops: [{ ...hop!, stages: [{ ...stage!, changes }] }] };
    const text = summaryOf(buildReport({ ...buildRolledBack(), plan: large }, 'rolled-back'));
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(SUMMARY_LIMIT_BYTES);
    expect(text).toMatch(/… and \d+ more; report\.json lists all\./);
    expect(text).toContain('### What failed');
    expect(text).toContain('felix: starting');
    expect(text).toContain('### Backup, and how to go back');
    expect(text).toContain('The run and its full report');
  });
});

test.each([
  ['done', buildOutcome(), 'passed'],
  ['went back', buildRolledBack(), 'rolled-back'],
  ['neither forward nor back', buildStuck(), 'rollback-failed'],
  ['failed and did not go back', buildOutcome({ ended: 'failed' }), 'failed'],
] as const)(
  'what the network test found changes nothing but of one that went back: %s',
  (_, outcome, result) => {
    expect(resultOf(outcome, null)).toBe(result);
    expect(resultOf(outcome, { probes: null, fault: null })).toBe(result);
    const found = resultOf(outcome, { probes: null, fault: 'No path works.' });
    expect(found).toBe(result === 'rolled-back' ? 'rollback-failed' : result);
  },
);

test('report.json keeps the fields of a plan, and has these besides', () => {
  expect(Object.keys(back)).toEqual(
    expect.arrayContaining(['schemaVersion', 'mode', 'result', 'clusters', 'findings', 'cluster', 'plan']),
  );
  expect(back).toMatchObject({
    mode: 'upgrade',
    result: 'rolled-back',
    calicoAfter: 'v3.29.4',
    rollback: { verdict: 'ready' },
    backup: { artifact: 'calico-backup-7-1-11111111', wayBack: { inputs: { mode: 'rollback' } } },
  });
  expect(back.stages[1]).toMatchObject({
    hop: 'Calico v3.30.7',
    stage: 'node',
    seconds: 12,
    outcome: 'failed',
    reason: REASON,
  });
  expect(back.restored).toHaveLength(2);
  expect(JSON.parse(JSON.stringify(back))).toEqual(back);
});

test('JUnit has a test for each stage and each step, with their times and why they failed', () => {
  const xml = renderUpgradeJunit(back);
  readElements(xml);
  const cases = [...xml.matchAll(/<testcase name="([^"]*)".* time="([\d.]*)"/g)].map(([, ...found]) => found);
  expect(cases).toContainEqual(['stage crds', '61.2']);
  expect(cases).toContainEqual(['stage node', '12']);
  expect(cases).toContainEqual(['node: wave 1 of 2, canary: 1 node', '12']);
  expect(xml).toContain(`<failure type="failed" message="${REASON}">${REASON}\nlast lines of Pod`);
  const suites = [...xml.matchAll(/<testsuite name="([^"]*)".* time="([\d.]*)"/g)].map(
    ([, ...found]) => found,
  );
  expect(suites).toEqual([
    [back.cluster.server, '0'],
    [`${back.cluster.server}: Calico v3.30.7`, '73.2'],
    [`${back.cluster.server}: back`, '61.2'],
  ]);
});

test('on a terminal the last lines say how to go back, how it ended and what to do now', () => {
  const lines = renderUpgradeTerminal(back, TERMINAL).trimEnd().split('\n');
  expect(lines.at(-1)).toMatch(
    /^The upgrade failed and was rolled back: Calico v3\.29\.4 runs again\. Now: Nothing tonight/,
  );
  expect(lines.join('\n')).toContain(
    'failed Calico v3.30.7  node: wave 1 of 2, canary: 1 node (2 written, 12 s)',
  );
  expect(lines.join('\n')).toContain('  node dist/index.js --mode rollback');
});

test('the HTML page shows the timeline, the evidence and the way back', () => {
  const page = renderUpgradeHtml(back);
  expect(page).toContain('<rect class="failed"');
  expect(page).toContain('<summary>last lines of Pod kube-system/calico-node-a</summary>');
  expect(page).toContain('--backup-artifact calico-backup-7-1-11111111');
  expect(page).not.toContain('<script>');
  expect(page).not.toContain(' style=');
});

test('where going back failed too every form says what is left to be done by hand', () => {
  const forms = [summaryOf(stuck), renderUpgradeHtml(stuck), renderUpgradeTerminal(stuck, TERMINAL)];
  for (const form of forms) {
    expect(form).toContain('By hand: what is not yet as the bundle has it');
    expect(form).toContain('backup/objects/apps_v1_daemonsets/kube-system/calico-node.json');
  }
  expect(stuck.byHand?.steps).toHaveLength(1);
  expect([done.byHand, back.byHand]).toEqual([null, null]);
});

test('no form has a secret in it', () => {
  for (const report of ALL) {
    for (const text of [
      JSON.stringify(report),
      summaryOf(report),
      renderUpgradeHtml(report),
      renderUpgradeJunit(report),
      renderUpgradeTerminal(report, TERMINAL),
    ])
      expect(text).not.toContain(SECRET);
  }
});

test('no form is broken by what stands in a reason, a title or a log', () => {
  const fences = summaryOf(back).match(/^```/gm)?.length ?? 0;
  fc.assert(
    fc.property(hostileText, (text) => {
      const hop = {
        ...buildOutcome().hops[0]!,
        results: [
          buildResult({
            outcome: 'failed',
            title: text,
            reason: text,
            evidence: [{ title: text, lines: [text] }],
          }),
        ],
      };
      const report = buildReport(
        { ...buildRolledBack(), hops: [hop], reason: text, after: running('v3.29.4') },
        'rolled-back',
      );
      readElements(renderUpgradeJunit(report));
      readElements(renderUpgradeHtml(report).replace(/^<!doctype html>/, ''));
      const summary = summaryOf(report);
      expect(summary.match(/^```/gm)).toHaveLength(fences);
      expect(summary.match(/<pre>/g)).toHaveLength(summary.match(/<\/pre>/g)?.length ?? 0);
    }),
  );
});

describe('what held connections went through', () => {
  const path = { ...readingOf(pathFrom('a', 'b'), [gapAt(1000, 700)]) };
  const time = { nodes: ['a', 'b'], startedAt: NOON, endedAt: NOON + 10_000, stages: [] };
  const report: UpgradeReport = { ...done, disruption: describeDisruption(readingsOf([path]), time) };

  test('is told and drawn in every form', () => {
    const told = /Longest gap of 1 held connection: 700 ms, UDP a → b/;
    for (const form of [
      renderUpgradeHtml(report),
      summaryOf(report),
      renderUpgradeTerminal(report, TERMINAL),
    ]) {
      expect(form).toMatch(told);
    }
    expect(summaryOf(report)).toContain('### Disruption');
    expect(renderUpgradeHtml(report)).toContain('aria-label="Gaps of held connections under the stages"');
  });

  test('is not told of where none were held', () => {
    expect(summaryOf(done)).not.toContain('### Disruption');
  });
});
