import { inspect } from '../cluster/inspect.js';
import type { ClusterState } from '../cluster/cluster-state.js';
import { explain } from '../errors.js';
import type { ClusterClient } from '../ports/cluster-client.js';
import { formatVersion, type Version } from '../version/version.js';
import type { ManifestReader } from './customisations/read-manifest.js';
import { runSteps } from './engine/run-steps.js';
import type { Run } from './engine/run-steps.js';
import type { StepResult } from './engine/step.js';
import { awaitRelease } from './gates/await-release.js';
import { hopByHelm } from './hop/helm-move.js';
import { ownHops } from './hop/own-hops.js';
import { type HopOptions, planHop } from './hop/plan-hop.js';
import { whyStopped } from './lock/lock.js';
import { checkAfter, type HopChecks } from './post-checks/check-after.js';
import type { Snapshot } from './post-checks/snapshot.js';
import type { PreparedHelm } from './hop/prepare-helm.js';
import { compareHop } from './plan/compare-hop.js';
import type { UpgradePlan } from './plan/plan.js';
import { listNames } from './preflight/finding.js';
import { brakeSteps } from './restore/brake.js';
import { asUserLeftIt } from './resume/as-user-left-it.js';
import type { Resume } from './resume/resume.js';
import { unreadyNodes } from './waves/plan-waves.js';

export interface HopResult {
  readonly to: Version;
  readonly results: readonly StepResult[];
  /** What the checks after it came to; null where the hop did not come so far. */
  readonly checks: HopChecks | null;
}

export interface Climb extends HopOptions, Omit<Run, 'client'> {
  /** Where each hop's results go, those of the one that failed as well. */
  readonly hops: HopResult[];
  /** What the cluster was before the first write. */
  readonly before: Snapshot;
  readonly onWarning: (text: string) => void;
  /** null where Helm did not install Calico. */
  readonly prepared: PreparedHelm | null;
}

/** How long one that looks at the traffic takes, where it does not say. */
const CHECK_MS = 60_000;

/** Goes hop by hop along a plan. Null where it arrived; why not, otherwise. Never throws. */
export async function climb(
  client: ClusterClient,
  manifests: ManifestReader,
  { path, resume }: UpgradePlan,
  options: Climb,
): Promise<string | null> {
  try {
    let { before } = options;
    for (const [index, { from, to }] of ownHops(path).entries()) {
      const isResumed = index === 0 && resume !== null;
      const reached = await hop(
        client,
        manifests,
        { from: from.calico, to: to.calico, resume: isResumed ? resume : null },
        { ...options, before },
      );
      if (typeof reached === 'string') return reached;
      before = reached;
    }
    return null;
  } catch (error) {
    if (options.signal.aborted) return whyStopped(options.signal);
    return explain(error);
  }
}

interface HopOrder {
  readonly from: Version;
  readonly to: Version;
  /** The run that died in the middle of it; null where it begins. */
  readonly resume: Resume | null;
}

/** What the cluster is after the hop; where it failed, why. */
async function hop(
  client: ClusterClient,
  manifests: ManifestReader,
  { from, to, resume }: HopOrder,
  options: Climb,
): Promise<string | Snapshot> {
  const way = { from: formatVersion(from), to: formatVersion(to) };
  options.onProgress(`from Calico ${way.from} to ${way.to}`);
  await options.journal.enter(way);
  const state = await look(client, resume);
  if (state.calico === null) return 'No Calico is seen in the cluster any more.';
  const comparison = await compareHop(client, state.calico, { from, to }, state.calico.objects, manifests);
  if (comparison.kind === 'unknown') return comparison.reason;
  const checksMs = (options.traffic ?? []).reduce(
    (sum, { afterWaveMs }) => sum + (afterWaveMs?.() ?? CHECK_MS),
    0,
  );
  const isResumed = resume !== null;
  const { prepared, ...run } = { ...options, client, checksMs, isResumed, looksBack: true };
  const results =
    prepared === null
      ? await runSteps((await planHop(client, comparison, state, run)).steps, run)
      : await hopByHelm(prepared, comparison, { state, writes: resume?.writes ?? [] }, run);
  const last = results.at(-1);
  const isRolling = last?.outcome === 'failed' && last.stage === 'operator';
  const braked = isRolling ? await brake(client, state, options) : [];
  options.hops.push({ to, results: [...results, ...braked], checks: null });
  if (last && last.outcome !== 'done') return `${last.stage}, ${last.title}: ${last.reason}`;
  const { fault, state: after } = await awaitRelease(client, way.to, options);
  if (fault !== null) return fault;
  options.onProgress('checking what must not have changed');
  const { snapshot, ...checks } = await checkAfter(client, after, options.before, options);
  options.hops.splice(-1, 1, { to, results, checks });
  sayUntrimmed(state, way, options);
  for (const warning of checks.warnings) options.onWarning(warning);
  if (checks.failures.length > 0) return `The checks after the hop failed. ${checks.failures.join(' ')}`;
  for (const { afterHop } of options.traffic ?? []) {
    const lost = await afterHop();
    if (lost !== null) return lost;
  }
  return snapshot;
}

/** With an operator the rules are its own, which knows of one release only. */
function sayUntrimmed(
  { calico, nodes }: ClusterState,
  { from, to }: { readonly from: string; readonly to: string },
  { onWarning }: Climb,
): void {
  const away = unreadyNodes(nodes);
  if (away.length === 0 || calico?.method !== 'manifest') return;
  onWarning(
    `Took no part, and may come back with Calico ${from}: ${listNames(away)}. So accounts keep the rules of ${from} and ${to}, and what only ${from} needed stays. They allow more than is needed, and do no other harm; no later upgrade takes them away.`,
  );
}

/** Keeps the operator from changing any more nodes. Where that fails, the way back is gone all the same. Never throws. */
async function brake(
  client: ClusterClient,
  { calico }: ClusterState,
  options: Climb,
): Promise<readonly StepResult[]> {
  try {
    return calico ? await runSteps(await brakeSteps(client, calico), { ...options, client }) : [];
  } catch (error) {
    options.onProgress(`the operator could not be held: ${explain(error)}`);
    return [];
  }
}

async function look(client: ClusterClient, resume: Resume | null): Promise<ClusterState> {
  const state = await inspect(client);
  return resume === null ? state : asUserLeftIt(state, resume.writes);
}
