import { versionOf } from '../../../src/catalog/queries.js';
import type { KubernetesObject, ObjectReference } from '../../../src/ports/cluster-client.js';
import {
  buildRollbackReport,
  type RollbackReport,
  type RollbackReportOptions,
} from '../../../src/report/rollback/rollback-report.js';
import type { BundleIndex } from '../../../src/upgrade/backup/bundle-index.js';
import type { Step, StepResult } from '../../../src/upgrade/engine/step.js';
import type { RollbackPlan } from '../../../src/upgrade/restore/plan-rollback.js';
import type { RestoreItem } from '../../../src/upgrade/restore/restore-item.js';
import type { RollbackOutcome } from '../../../src/upgrade/restore/run-rollback.js';
import { buildCalico, buildState } from '../../cluster/build-state.js';

/** Stands where fields call it a secret. */
export const SECRET = 'hunter2-hunter2';
export const LINKS = { blobUrl: null, runUrl: 'https://github.com/o/r/actions/runs/1' };
export const TERMINAL = { colour: false, width: 120 };

const DAEMON_SET: ObjectReference = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  namespace: 'kube-system',
  name: 'calico-node',
};
const CONTAINER = 'spec.template.spec.containers[name=calico-node]';

export function buildIndex(changes: Partial<BundleIndex> = {}): BundleIndex {
  const index: Partial<BundleIndex> = {
    formatVersion: 1,
    madeBy: '0.1.0',
    createdAt: '2026-11-26T02:00:00.000Z',
    run: '',
    clusterUid: '11111111-2222-3333-4444-555555555555',
    kubernetes: 'v1.31.4',
    calico: 'v3.28.5',
    method: 'manifest',
    variant: 'calico',
    namespace: 'kube-system',
    dataGroup: 'crd.projectcalico.org',
    counts: {},
    secrets: 'encrypted',
    leftOut: [],
    ...changes,
  };
  return index as BundleIndex;
}

export function buildItem(changes: Partial<RestoreItem> = {}): RestoreItem {
  return {
    object: DAEMON_SET,
    class: 'install',
    action: 'replace',
    stage: 'node',
    why: '',
    fields: [
      { field: `${CONTAINER}.image`, before: 'a:v3.29.4', after: 'a:v3.28.5' },
      { field: `${CONTAINER}.env[name=DB_PASSWORD].value`, before: SECRET, after: `${SECRET}-older` },
      { field: 'data.password', before: SECRET, after: undefined },
    ],
    live: null,
    saved: null,
    ...changes,
  };
}

const wave: Step = {
  stage: 'node',
  title: 'wave 1 of 1, canary: 2 nodes',
  writes: [],
  wave: { daemonSet: DAEMON_SET, nodes: ['worker-1', 'worker-2'], soakMs: 0 },
  gates: [],
};

/** The plan of a way back from v3.29.4 to v3.28.5, with a blocker, a warning and a notice. */
export function buildPlan(changes: Partial<RollbackPlan> = {}): RollbackPlan {
  const write: KubernetesObject = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'calico-node', namespace: 'kube-system' },
  };
  return {
    place: 'artifact calico-backup',
    restoration: {
      index: buildIndex(),
      state: buildState(),
      calico: buildCalico(),
      hasOperator: false,
      items: [buildItem(), buildItem({ action: 'keep', why: 'It may be somebody’s own.', fields: [] })],
      compared: 61,
      notServed: [],
      refused: [],
      node: null,
      moved: [],
    } as unknown as RollbackPlan['restoration'],
    steps: [
      {
        stage: 'node',
        title: 'calico-node as the bundle has it',
        writes: [{ kind: 'object', object: DAEMON_SET, before: null, after: write }],
        wave: null,
        gates: [],
      },
      wave,
    ],
    waves: { waves: [], leftOut: [], unready: [], classes: [] },
    findings: [
      {
        code: 'rollback-conflict',
        weight: 'mandatory',
        message: '1 object of yours was changed: <script>alert(1)</script>.',
        remedy: 'Look at both.',
        source: 'https://example.com/why',
      },
      {
        code: 'rollback-variant',
        weight: 'skippable',
        message: 'Another variant.',
        remedy: 'Force it.',
        source: null,
      },
      {
        code: 'rollback-kept',
        weight: 'notice',
        message: '1 object stays.',
        remedy: 'None.',
        source: null,
      },
    ],
    verdict: 'blocked',
    summary: 'blocked: 2 findings stop the way.',
    missingRules: [{ apiGroups: ['apps'], resources: ['daemonsets'], verbs: ['update'] }],
    earlier: null,
    release: null,
    ...changes,
  };
}

export function buildResult(changes: Partial<StepResult> = {}): StepResult {
  return {
    stage: 'node',
    title: 'wave 1 of 1',
    written: 2,
    ms: 61_240,
    outcome: 'done',
    reason: '',
    evidence: [],
    ...changes,
  };
}

export function buildOutcome(changes: Partial<RollbackOutcome> = {}): RollbackOutcome {
  return {
    plan: buildPlan(),
    ended: 'not-run',
    results: [],
    reason: '',
    wayOut: '',
    after: null,
    ...changes,
  };
}

/** An outcome that is done: v3.28.5 runs. */
export function buildDone(): RollbackOutcome {
  const running = versionOf('v3.28.5');
  const versions = { ...buildCalico().versions, running };
  return buildOutcome({
    ended: 'done',
    plan: buildPlan({ findings: [], verdict: 'ready', missingRules: [] }),
    results: [buildResult(), buildResult({ title: 'strategy', written: 1, ms: 40 })],
    after: buildState({ calico: buildCalico({ versions }) }),
  });
}

/** One that failed in its first wave. */
export function buildFailed(): RollbackOutcome {
  const reason = 'Pod kube-system/calico-node-a: ImagePullBackOff';
  return buildOutcome({
    ended: 'failed',
    results: [buildResult({ outcome: 'failed', reason })],
    reason: `node, wave 1 of 1: ${reason}`,
    wayOut: 'Run the mode rollback again with the same bundle.',
  });
}

export function buildReport(
  outcome: RollbackOutcome = buildOutcome(),
  options: Partial<RollbackReportOptions> = {},
): RollbackReport {
  return buildRollbackReport(outcome, { mode: 'plan', force: false, result: 'failed', ...options });
}
