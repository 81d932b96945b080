import { inspect } from '../cluster/inspect.js';
import { nameOf } from '../cluster/object-name.js';
import type { CalicoState, ClusterState } from '../cluster/cluster-state.js';
import { ActionError, EnvironmentError, InputError } from '../errors.js';
import type { BundleReader } from '../ports/bundle.js';
import type { ClusterClient } from '../ports/cluster-client.js';
import type { ReportStore } from '../ports/report-store.js';
import { formatVersion, type Version } from '../version/version.js';
import type { ManifestReader } from './customisations/read-manifest.js';
import { runSteps } from './engine/run-steps.js';
import type { StepResult } from './engine/step.js';
import { awaitRelease } from './gates/await-release.js';
import { planHop } from './hop/plan-hop.js';
import { type Journal, openJournal, readJournal } from './journal/journal.js';
import { LOCK_LOST, takeLock } from './lock/lock.js';
import { compareHop } from './plan/compare-hop.js';
import type { PlanOptions, UpgradePlan } from './plan/plan.js';
import { runPlan } from './plan/run-plan.js';
import { prePullWidth } from './pre-pull/plan-pulls.js';
import { prePull } from './pre-pull/pre-pull.js';
import { type RollbackOutcome, rollBackUnderLock } from './restore/run-rollback.js';

/** A backup that was proven. */
export interface UpgradeBackup {
  readonly reader: BundleReader;
  readonly directory: string;
  /** Name of the artifact; null where it was not uploaded. */
  readonly artifact: string | null;
  readonly createdAt: string;
}

export interface UpgradeOptions extends PlanOptions {
  /** Address of this run. */
  readonly run: string;
  /** Budget of each step's wave and gates. */
  readonly timeoutMs: number;
  readonly rollbackOnFailure: boolean;
  /** Makes and proves a backup; null where none is wanted. */
  readonly backUp: ((state: ClusterState) => Promise<UpgradeBackup>) | null;
  /** Aborted where the run is told to stop. */
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly onWarning: (text: string) => void;
}

export interface HopResult {
  readonly to: Version;
  readonly results: readonly StepResult[];
}

/** How an upgrade ended. */
export interface UpgradeOutcome {
  readonly plan: UpgradePlan;
  readonly ended: 'not-run' | 'done' | 'failed' | 'interrupted';
  readonly hops: readonly HopResult[];
  /** Why it did not end well; empty otherwise. */
  readonly reason: string;
  /** How to go on or back where it did not end well and was not put right; empty otherwise. */
  readonly wayOut: string;
  readonly backup: UpgradeBackup | null;
  /** What going back by itself came to; null where it did not. */
  readonly rollback: RollbackOutcome | null;
  /** The cluster afterwards; null where nothing was done. */
  readonly after: ClusterState | null;
}

/**
 * Upgrades Calico hop by hop along its plan: looks, takes the lock, makes a backup, and writes stage by stage with a journal
 * and gates. Where a stage fails it goes back to the backup by itself.
 *
 * @throws InputError, ClusterError, EnvironmentError where nothing was written yet
 */
export async function runUpgrade(
  client: ClusterClient,
  manifests: ManifestReader,
  store: ReportStore,
  options: UpgradeOptions,
): Promise<UpgradeOutcome> {
  await refuseJournal(client);
  const first = await runPlan(client, manifests, options);
  if (first.verdict !== 'ready') return notRun(first);
  refuseHelm(first);
  refuseOtherFiles(first);
  const lock = await takeLock(client, options);
  try {
    await refuseJournal(client);
    const signal = AbortSignal.any([options.signal, lock.lost]);
    return await upgradeUnderLock(client, manifests, store, { ...options, signal }, first);
  } finally {
    await lock.release();
  }
}

/** What a run left half done is put right first: the plan of a cluster in between says nothing of the way out. */
async function refuseJournal(client: ClusterClient): Promise<void> {
  const earlier = await readJournal(client);
  if (earlier === null) return;
  throw new EnvironmentError(
    `The ${earlier.mode} that ${earlier.run} began ${earlier.startedAt} is not done: ${earlier.stage} ${earlier.step}`,
    `If that run is still at work, wait for it. If it died: ${earlier.wayOut}`,
  );
}

function refuseHelm({ calico }: UpgradePlan): void {
  if (calico?.method !== 'helm') return;
  const { name = '', namespace = '' } = calico.helm ?? {};
  throw new InputError(
    'mode',
    `Calico is installed by Helm (release ${namespace}/${name}), and this release does not upgrade such installs.`,
    'Nothing was changed. See with mode: plan what the upgrade would be, then apply the new definitions and run helm upgrade.',
  );
}

/** What a manifest install has from files of its own would stay behind. */
function refuseOtherFiles({ calico }: UpgradePlan): void {
  const { apiserver, csi } = calico?.components ?? {};
  const other = calico?.method === 'manifest' ? (apiserver ?? csi) : null;
  if (!other) return;
  throw new InputError(
    'mode',
    `${nameOf(other.reference)} was installed from a file of its own, which this release does not upgrade with the rest.`,
    'Nothing was changed. Upgrade this cluster by hand, or delete what that file brought, upgrade, and apply the file of the target.',
  );
}

async function upgradeUnderLock(
  client: ClusterClient,
  manifests: ManifestReader,
  store: ReportStore,
  options: UpgradeOptions,
  plan: UpgradePlan,
): Promise<UpgradeOutcome> {
  const backup = (await options.backUp?.(plan.state)) ?? null;
  if (isStopped(options)) return { ...notRun(plan), backup, ended: 'interrupted', reason: STOPPED };
  const unpulled = await pullImages(client, plan, options);
  if (isStopped(options)) return { ...notRun(plan), backup, ended: 'interrupted', reason: STOPPED };
  if (unpulled !== null) return { ...notRun(plan), backup, ended: 'failed', reason: unpulled };
  const journal = await openJournal(client, store, aboutOf(plan, backup, options));
  const hops: HopResult[] = [];
  const failure =
    (await climb(client, manifests, plan, { ...options, journal, hops })) ?? (await close(journal, options));
  const outcome = { ...notRun(plan), hops, backup };
  if (failure === null) return { ...outcome, ended: 'done', after: await lookAfterwards(client, options) };
  const ended = isStopped(options) ? 'interrupted' : 'failed';
  // With the lock the journal is another run's
  if (!hasLostLock(options)) await journal.stop(ended, failure).catch(() => undefined);
  const failed = { ...outcome, ended, reason: failure, wayOut: journal.head().wayOut } as const;
  if (ended === 'interrupted' || !options.rollbackOnFailure || backup === null) return failed;
  options.onWarning(`The upgrade failed and goes back by itself: ${failure}`);
  const rollback = await goBack(client, backup, store, options);
  if (rollback?.ended !== 'done') return { ...failed, rollback };
  return { ...failed, wayOut: '', rollback, after: rollback.after };
}

/** Takes the journal away. Why it cannot; null where it is gone. */
async function close(journal: Journal, options: UpgradeOptions): Promise<string | null> {
  if (hasLostLock(options)) return LOCK_LOST;
  try {
    await journal.remove();
    return null;
  } catch (error) {
    return explain(error);
  }
}

/** Only for the report: that the release runs was looked at already. */
async function lookAfterwards(
  client: ClusterClient,
  { onWarning }: UpgradeOptions,
): Promise<ClusterState | null> {
  try {
    return await inspect(client);
  } catch (error) {
    onWarning(`The upgrade is done; the cluster could not be read afterwards. ${explain(error)}`);
    return null;
  }
}

function hasLostLock({ signal }: Pick<UpgradeOptions, 'signal'>): boolean {
  return signal.reason === LOCK_LOST;
}

function explain(error: unknown): string {
  if (error instanceof ActionError) return `${error.message} ${error.remedy}`;
  return `Unexpected: ${error instanceof Error ? error.message : String(error)}`;
}

/** Has every node pull the target's images. Why one cannot; null where all did. Nothing is written to Calico. */
async function pullImages(
  client: ClusterClient,
  { calico, images, state }: UpgradePlan,
  options: UpgradeOptions,
): Promise<string | null> {
  if (calico === null) return null;
  const { failure, warnings, leftOut } = await prePull(client, {
    ...options,
    images,
    nodes: nodesOf(calico, state),
    namespace: calico.namespace,
    pullSecrets: calico.pullSecrets
      .filter(({ isThere, secret }) => isThere !== false && secret.namespace === calico.namespace)
      .map(({ secret }) => secret.name),
    width: prePullWidth(state.nodes.length),
  });
  for (const warning of warnings) options.onWarning(warning);
  for (const { node, reason } of leftOut) options.onProgress(`pre-pull: ${node} is left out: ${reason}`);
  return failure && `${failure.message} Nothing was changed.`;
}

/** Nodes that calico-node runs on: others never pull what it needs. */
function nodesOf({ components }: CalicoState, { nodes }: ClusterState): ClusterState['nodes'] {
  const running = new Set(components.node?.pods.map(({ node }) => node));
  return nodes.filter(({ name }) => running.has(name));
}

function isStopped({ signal }: Pick<UpgradeOptions, 'signal'>): boolean {
  return signal.aborted;
}

const STOPPED = 'The run was told to stop.';

function notRun(plan: UpgradePlan): UpgradeOutcome {
  return {
    plan,
    ended: 'not-run',
    hops: [],
    reason: '',
    wayOut: '',
    backup: null,
    rollback: null,
    after: null,
  };
}

interface Climb extends UpgradeOptions {
  readonly journal: Journal;
  readonly hops: HopResult[];
}

/** Goes hop by hop. Null where it arrived; why not, otherwise. Never throws. */
async function climb(
  client: ClusterClient,
  manifests: ManifestReader,
  { path }: UpgradePlan,
  options: Climb,
): Promise<string | null> {
  const all = path.kind === 'none' ? [] : path.hops;
  // Kubernetes is somebody else's to move: what comes behind such a hop waits for it
  const waiting = all.findIndex(({ component }) => component !== 'calico');
  const own = waiting === -1 ? all : all.slice(0, waiting);
  try {
    for (const { from, to } of own) {
      const failure = await hop(client, manifests, { from: from.calico, to: to.calico }, options);
      if (failure !== null) return failure;
    }
    return null;
  } catch (error) {
    if (options.signal.aborted) return STOPPED;
    return explain(error);
  }
}

async function hop(
  client: ClusterClient,
  manifests: ManifestReader,
  { from, to }: { readonly from: Version; readonly to: Version },
  options: Climb,
): Promise<string | null> {
  options.onProgress(`from Calico ${formatVersion(from)} to ${formatVersion(to)}`);
  const state = await inspect(client);
  if (state.calico === null) return 'No Calico is seen in the cluster any more.';
  const comparison = await compareHop(state.calico, { from, to }, state.calico.objects, manifests);
  if (comparison.kind === 'unknown') return comparison.reason;
  const { steps } = await planHop(client, comparison, state, options);
  const results = await runSteps(steps, { ...options, client });
  options.hops.push({ to, results });
  const last = results.at(-1);
  if (last && last.outcome !== 'done') return `${last.stage}, ${last.title}: ${last.reason}`;
  const { fault } = await awaitRelease(client, formatVersion(to), options);
  return fault;
}

/** Null where going back could not even be planned; the way out says what to do then. */
async function goBack(
  client: ClusterClient,
  { reader }: UpgradeBackup,
  store: ReportStore,
  options: UpgradeOptions,
): Promise<RollbackOutcome | null> {
  try {
    // An upgrade changes nothing that users wrote: what differs of it since is theirs
    return await rollBackUnderLock(client, reader, store, { ...options, choice: 'live', force: true });
  } catch (error) {
    options.onWarning(`Going back failed: ${explain(error)}`);
    return null;
  }
}

function aboutOf(
  { calico, target }: UpgradePlan,
  backup: UpgradeBackup | null,
  { run, now }: UpgradeOptions,
): Parameters<typeof openJournal>[2] {
  const running = calico?.versions.running;
  const place = backup?.artifact ?? backup?.directory ?? '';
  return {
    mode: 'upgrade',
    run,
    startedAt: new Date(now()).toISOString(),
    from: running ? formatVersion(running) : '',
    to: target ? formatVersion(target.calico) : '',
    bundle: backup && { place, createdAt: backup.createdAt },
    wayOut:
      backup === null
        ? 'No backup was made: put the objects that the journal names back by hand (ConfigMaps kube-system/calico-upgrade-action-journal…, field before).'
        : `Run the mode rollback with the bundle ${place} (made ${backup.createdAt}). Until then calico-node may wait for its pods to be deleted (updateStrategy OnDelete), and accounts have the rules of both releases: running nodes keep working.`,
  };
}
