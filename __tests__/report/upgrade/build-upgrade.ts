import { versionOf } from '../../../src/catalog/queries.js';
import type { AloneResult } from '../../../src/connectivity/test-alone.js';
import type { Result } from '../../../src/report/report.js';
import { buildUpgradeReport, type UpgradeReport } from '../../../src/report/upgrade/upgrade-report.js';
import type { Resume } from '../../../src/upgrade/resume/resume.js';
import type { UpgradeOutcome } from '../../../src/upgrade/run-upgrade.js';
import type { UpgradeBackup } from '../../../src/upgrade/upgrade-options.js';
import { buildCalico, buildState } from '../../cluster/build-state.js';
import { createMemoryBundle } from '../../ports/memory-bundle.js';
import { buildPlan, SECRET } from '../plan/build-plan.js';
import { buildDone, buildFailed, buildResult } from '../rollback/build-rollback.js';

export { SECRET };
export const PLACE = { repository: 'team/clusters', runId: '7', hasKey: true, context: null };
export const REASON = 'Pod kube-system/calico-node-a, container calico-node: CrashLoopBackOff';
const TARGET = versionOf('v3.30.7');

export const BACKUP: UpgradeBackup = {
  reader: createMemoryBundle(),
  directory: '/runner/calico-report/backup-20261127T020000Z',
  artifact: 'calico-backup-7-1-11111111',
  createdAt: '2026-11-27T02:00:00.000Z',
};

export function buildOutcome(changes: Partial<UpgradeOutcome> = {}): UpgradeOutcome {
  return {
    plan: { ...buildPlan(), verdict: 'ready', summary: 'ready: Calico v3.29.4 to v3.30.7 in 1 hop' },
    ended: 'done',
    hops: [
      {
        to: TARGET,
        checks: null,
        results: [
          buildResult({ stage: 'crds', title: 'definitions of kinds', written: 20, ms: 4200 }),
          buildResult({ title: 'wave 1 of 2, canary: 1 node', written: 0, ms: 61_240 }),
          buildResult({ title: 'wave 2 of 2, workers: 2 nodes', written: 0, ms: 75_000 }),
        ],
      },
    ],
    reason: '',
    wayOut: '',
    backup: BACKUP,
    rollback: null,
    backFault: '',
    after: running('v3.30.7'),
    ...changes,
  };
}

export function running(version: string): UpgradeOutcome['after'] {
  const versions = { ...buildCalico().versions, running: versionOf(version) };
  return buildState({ calico: buildCalico({ versions }) });
}

/** What the journal tells of an upgrade that died in its only hop. */
export function buildResume({ from, to }: { readonly from: string; readonly to: string }): Resume {
  return {
    head: {
      formatVersion: 1,
      mode: 'upgrade',
      run: 'https://ci.example.com/runs/1',
      startedAt: '2026-11-27T02:00:00.000Z',
      from,
      to,
      hop: { from, to },
      bundle: null,
      status: 'running',
      stage: 'node',
      step: '',
      reason: '',
      wayOut: '',
      entries: 0,
    },
    hop: { from: versionOf(from), to: versionOf(to) },
    target: versionOf(to),
    writes: [],
  };
}

/** Its canary crashed, and it went back. */
export function buildRolledBack(): UpgradeOutcome {
  const failed = buildResult({
    title: 'wave 1 of 2, canary: 1 node',
    outcome: 'failed',
    ms: 12_000,
    reason: REASON,
    evidence: [
      {
        title: 'last lines of Pod kube-system/calico-node-a',
        lines: ['felix: starting', '</pre><script>alert(1)</script>', `password=${SECRET}`],
      },
    ],
  });
  const { results } = buildDone();
  return buildOutcome({
    ended: 'failed',
    hops: [
      {
        to: TARGET,
        checks: null,
        results: [buildResult({ stage: 'crds', title: 'definitions of kinds' }), failed],
      },
    ],
    reason: `node, wave 1 of 2: ${REASON}`,
    rollback: { ...buildDone(), results },
    after: running('v3.29.4'),
  });
}

/** Neither forward nor back. */
export function buildStuck(): UpgradeOutcome {
  return { ...buildRolledBack(), rollback: buildFailed(), after: null, wayOut: 'Run the mode rollback.' };
}

export function buildReport(
  outcome: UpgradeOutcome = buildOutcome(),
  result: Result = 'passed',
  network: AloneResult | null = null,
): UpgradeReport {
  return buildUpgradeReport(outcome, { force: true, result, place: PLACE, network });
}
