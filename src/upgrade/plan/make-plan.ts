import { caveatsBetween, conditionHolds } from '../../catalog/queries.js';
import type { Caveat, Uses } from '../../catalog/types.js';
import type { CalicoState } from '../../cluster/calico-state.js';
import type { ClusterState } from '../../cluster/cluster-state.js';
import { referenceOf } from '../../cluster/object-name.js';
import { formatMinor, formatVersion, type Version } from '../../version/version.js';
import type { Hop, Path } from '../path/hop.js';
import type { Target } from '../path/choose-target.js';
import { rulesOf } from '../permissions.js';
import { finding } from '../preflight/finding.js';
import { planImages } from '../preflight/images.js';
import type {
  Comparison,
  MissingAccess,
  PreflightFinding,
  PreflightInput,
  StoredProblem,
} from '../preflight/preflight.js';
import { isBlocking, runPreflight } from '../preflight/run-preflight.js';
import { planWaves, type WavePlan } from '../waves/plan-waves.js';
import type { Resume } from '../resume/resume.js';
import { excuseHalfDone } from '../resume/excuse-half-done.js';
import { estimateStage } from './estimate.js';
import type { ObjectChange } from './object-change.js';
import type { HopPlan, PlanOptions, StagePlan, UpgradePlan, Verdict } from './plan.js';
import type { StageName } from './stage-name.js';
import { STAGE_SUMMARIES, stageObjects } from './stages.js';

/** All that a plan is made of. */
export interface PlanParts {
  readonly state: ClusterState;
  readonly calico: CalicoState;
  /** The upgrade that died and is gone on with; null where none is. */
  readonly resume: Resume | null;
  readonly from: Version;
  readonly target: Extract<Target, { readonly kind: 'release' }>;
  readonly path: Path;
  readonly uses: Uses;
  readonly comparisons: readonly Comparison[];
  readonly missingAccess: readonly MissingAccess[];
  /** What the first hop of Calico would change; null where it could not be tried. */
  readonly changes: readonly ObjectChange[] | null;
  readonly storedProblems: readonly StoredProblem[];
}

/** Puts the plan together. Pure. */
export function makePlan(parts: PlanParts, options: PlanOptions): UpgradePlan {
  const { state, calico, resume, target, path, missingAccess } = parts;
  const input = toInput(parts, options);
  const found = runPreflight(input);
  const preflight = resume === null ? found : found.map(excuseHalfDone);
  const findings = byWeight([...preflight, ...wrongMethod(calico, options)]);
  const hops = planHops(parts, options);
  const verdict = verdictOf(path, findings, options.force);
  return {
    state,
    calico,
    resume,
    verdict,
    summary: summarize(verdict, parts, findings, options),
    target: { calico: target.calico, because: target.because },
    path,
    hops,
    images: input.images,
    findings,
    missingRules: rulesOf(missingAccess),
  };
}

/** The plan where there is nothing to go to: no Calico, no version that could be told, no target that can be used. */
export function planWithoutTarget(
  state: ClusterState,
  target: Extract<Target, { readonly kind: 'none' }> | null,
): UpgradePlan {
  const findings = whyNoTarget(state, target);
  const reason = findings[0]?.message ?? 'There is no target.';
  return {
    state,
    calico: state.calico,
    resume: null,
    verdict: 'blocked',
    summary: `blocked: ${reason}`,
    target: null,
    path: { kind: 'none', missing: [], reason },
    hops: [],
    images: [],
    findings,
    missingRules: [],
  };
}

function whyNoTarget(
  { calico }: ClusterState,
  target: Extract<Target, { readonly kind: 'none' }> | null,
): PreflightFinding[] {
  if (!calico) {
    return [
      finding('calico-missing', 'mandatory', {
        message: 'No Calico was found in this cluster.',
        remedy: 'Look at the context of the kubeconfig, and at the permissions of its account.',
      }),
    ];
  }
  if (target)
    return [finding('target-unusable', 'mandatory', { message: target.reason, remedy: target.remedy })];
  return [
    finding('version-conflict', 'mandatory', {
      message: calico.versions.explanation,
      remedy: 'Find out which release runs on the nodes and bring the other sources to it first.',
      evidence: calico.versions.readings.map(({ at }) => at),
    }),
  ];
}

function toInput(parts: PlanParts, options: PlanOptions): PreflightInput {
  const { state, calico, from, target, path, uses, comparisons, missingAccess, storedProblems, changes } =
    parts;
  return {
    state,
    calico,
    from,
    to: target.calico,
    kubernetesTo: options.kubernetes,
    path,
    uses,
    comparisons,
    storedProblems,
    missingAccess,
    changes: changes ?? [],
    images: planImages(calico, state.nodes, comparisons),
    policy: options.policy,
  };
}

function wrongMethod(calico: CalicoState, { installMethod }: PlanOptions): PreflightFinding[] {
  if (installMethod === 'auto' || installMethod === calico.method) return [];
  return [
    finding('install-method-differs', 'mandatory', {
      message: `The input install-method says ${installMethod}, and Calico is installed by ${calico.method}.`,
      remedy:
        'Set install-method to auto or to what the cluster shows; this action never converts one into the other.',
      evidence: calico.methodEvidence,
    }),
  ];
}

function planHops(parts: PlanParts, options: PlanOptions): readonly HopPlan[] {
  const { path, comparisons, state, calico, uses } = parts;
  if (path.kind === 'none') return [];
  const waves = planWaves(state.nodes, options);
  return path.hops
    .filter(({ component }) => component === 'calico')
    .map((hop, index) => {
      const comparison = comparisons[index];
      const stages = planStages(comparison, index === 0 ? parts.changes : null, calico, waves, options);
      const compared = comparison?.kind === 'compared' ? comparison.result : null;
      return {
        hop,
        stages,
        waves,
        choosesNodes: calico.method === 'manifest',
        customisations: compared?.customisations ?? [],
        upstreamChanges: compared?.upstreamChanges ?? null,
        irreversible: irreversibleOf(hop, uses),
        estimateMs: sum(stages.map(({ estimateMs }) => estimateMs)),
      };
    });
}

function planStages(
  comparison: Comparison | undefined,
  tried: readonly ObjectChange[] | null,
  calico: CalicoState,
  waves: WavePlan,
  { soakMs }: PlanOptions,
): readonly StagePlan[] {
  if (comparison?.kind !== 'compared') return [];
  const known = new Map((tried ?? []).map((change) => [JSON.stringify(change.object), change]));
  const written = stageObjects(comparison.result.objects).map(({ stage, objects }) => ({
    stage,
    changes: objects.map(
      (object) => known.get(JSON.stringify(referenceOf(object))) ?? untried(referenceOf(object)),
    ),
  }));
  const names: readonly StageName[] = calico.method === 'manifest' ? ['rbac-trim'] : ['node', 'rbac-trim'];
  const all = [...written, ...names.map((stage) => ({ stage, changes: [] as readonly ObjectChange[] }))];
  return all.map(({ stage, changes }) => ({
    name: stage,
    summary: STAGE_SUMMARIES[stage],
    changes,
    estimateMs: estimateStage(stage, calico, waves, soakMs),
  }));
}

function untried(object: ObjectChange['object']): ObjectChange {
  return {
    object,
    action: 'update',
    fields: [],
    dryRun: 'not-tried',
    note: 'An earlier hop has to be made before this can be tried.',
  };
}

function irreversibleOf({ from, to }: Hop, uses: Uses): readonly Caveat[] {
  return caveatsBetween(to.calico, from.calico, 'rollback').filter(({ condition }) =>
    conditionHolds(condition, uses),
  );
}

function verdictOf(path: Path, findings: readonly PreflightFinding[], force: boolean): Verdict {
  const isMoving = path.kind !== 'found' || path.hops.some(({ component }) => component === 'calico');
  if (!isMoving) return 'nothing-to-do';
  return path.kind === 'none' || findings.some((one) => isBlocking(one, force)) ? 'blocked' : 'ready';
}

function summarize(
  verdict: Verdict,
  parts: PlanParts,
  findings: readonly PreflightFinding[],
  options: PlanOptions,
): string {
  const { from, target, path } = parts;
  if (verdict === 'nothing-to-do') {
    const kubernetes = path.kind === 'found' && path.hops.length > 0 ? options.kubernetes : null;
    const moves = kubernetes ? ` Kubernetes can go to ${formatMinor(kubernetes)} with it.` : '';
    return `nothing to do: Calico is at ${formatVersion(from)}. ${target.because}${moves}`;
  }
  const blocking = findings.filter((one) => isBlocking(one, options.force)).length;
  const hops = path.kind === 'none' ? 0 : path.hops.length;
  const way = `Calico ${formatVersion(from)} to ${formatVersion(target.calico)}`;
  if (path.kind === 'none') return `blocked: there is no way from ${way}. ${path.reason}`;
  const going =
    parts.resume === null ? '' : `, going on with the upgrade that died (${parts.resume.head.run})`;
  const steps = `${hops} ${hops === 1 ? 'hop' : 'hops'}${going}`;
  return verdict === 'blocked'
    ? `blocked: ${way} in ${steps}, stopped by ${blocking} ${blocking === 1 ? 'finding' : 'findings'}`
    : `ready: ${way} in ${steps}`;
}

function byWeight(findings: readonly PreflightFinding[]): readonly PreflightFinding[] {
  const order = ['mandatory', 'skippable', 'warning', 'notice'];
  return [...findings].sort((a, b) => order.indexOf(a.weight) - order.indexOf(b.weight));
}

function sum(parts: readonly (number | null)[]): number | null {
  return parts.reduce<number | null>(
    (total, part) => (total === null || part === null ? null : total + part),
    0,
  );
}
