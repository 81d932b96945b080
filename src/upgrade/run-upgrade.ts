import { inspect } from '../cluster/inspect.js';
import type { ClusterState } from '../cluster/cluster-state.js';
import { EnvironmentError, explain } from '../errors.js';
import type { ClusterClient } from '../ports/cluster-client.js';
import type { ReportStore } from '../ports/report-store.js';
import { formatVersion } from '../version/version.js';
import type { ManifestReader } from './customisations/read-manifest.js';
import { baseline, findBackup, pullImages } from './before-writing.js';
import { type Climb, climb, type HopResult } from './climb.js';
import { prepareHelm } from './hop/prepare-helm.js';
import {
  type Journal,
  type JournalHead,
  openJournal,
  readJournal,
  removeJournal,
} from './journal/journal.js';
import { clearLeftovers } from './lock/clear-leftovers.js';
import { clearLock, hasLostLock, takeLock, whyStopped } from './lock/lock.js';
import type { UpgradePlan } from './plan/plan.js';
import { runPlan } from './plan/run-plan.js';
import { guardDefinitions } from './post-checks/guard-definitions.js';
import { takeSnapshot } from './post-checks/snapshot.js';
import type { UpgradeBackup, UpgradeOptions } from './upgrade-options.js';
import { sayHeld } from './restore/brake.js';
import { type RollbackOutcome, rollBackUnderLock, type RunOptions } from './restore/run-rollback.js';

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
  /** Why going back could not even be planned; empty otherwise. */
  readonly backFault: string;
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
  const earlier = await readJournal(client);
  if (earlier !== null) return afterAnother(client, manifests, store, options, earlier);
  const first = await runPlan(client, manifests, options);
  if (first.verdict === 'nothing-to-do') await clearLock(client, options);
  if (first.verdict !== 'ready') return notRun(first);
  // What Helm lacks is said before anything is written, the lock included
  await prepareHelm(client, first, options);
  return underLock(client, options, async (held, locked) => {
    const beaten = await readJournal(held);
    if (beaten !== null) throw notDone(beaten);
    return planAndUpgrade(held, manifests, store, locked);
  });
}

/** Goes on with an upgrade that died. What another run left half done otherwise is put right first. */
async function afterAnother(
  client: ClusterClient,
  manifests: ManifestReader,
  store: ReportStore,
  options: UpgradeOptions,
  earlier: JournalHead,
): Promise<UpgradeOutcome> {
  if (earlier.mode !== 'upgrade' && earlier.status !== 'done') throw notDone(earlier);
  return underLock(client, options, async (held, locked) => {
    const head = await readJournal(held);
    if (head?.status === 'done') await removeJournal(held);
    return planAndUpgrade(held, manifests, store, locked);
  });
}

/** Looks at the cluster as it is now that nobody else changes it, and upgrades it. */
async function planAndUpgrade(
  client: ClusterClient,
  manifests: ManifestReader,
  store: ReportStore,
  options: UpgradeOptions,
): Promise<UpgradeOutcome> {
  const plan = await runPlan(client, manifests, { ...options, holdsLock: true });
  if (plan.verdict !== 'ready') {
    if (plan.resume !== null) await warnOfHeld(client, plan, options);
    return { ...notRun(plan), wayOut: plan.resume?.head.wayOut ?? '' };
  }
  try {
    const prepared = await prepareHelm(client, plan, options);
    return await upgradeUnderLock(client, manifests, store, { ...options, prepared }, plan);
  } catch (error) {
    // Stopped before it wrote: what the dead run held it did not let go
    if (plan.resume !== null) await warnOfHeld(client, plan, options);
    throw error;
  }
}

async function underLock(
  client: ClusterClient,
  options: UpgradeOptions,
  run: (held: ClusterClient, options: UpgradeOptions) => Promise<UpgradeOutcome>,
): Promise<UpgradeOutcome> {
  const lock = await takeLock(client, options);
  try {
    await clearLeftovers(lock.client, options.onWarning);
    return await run(lock.client, { ...options, signal: AbortSignal.any([options.signal, lock.lost]) });
  } finally {
    for (const { close } of options.traffic ?? []) await close();
    await lock.release();
  }
}

async function upgradeUnderLock(
  client: ClusterClient,
  manifests: ManifestReader,
  store: ReportStore,
  options: UpgradeOptions & Pick<Climb, 'prepared'>,
  plan: UpgradePlan,
): Promise<UpgradeOutcome> {
  const { resume } = plan;
  const backup = await (resume === null
    ? (options.backUp?.(plan.state) ?? null)
    : findBackup(resume, options));
  const stopped = { ...notRun(plan), backup, wayOut: resume?.head.wayOut ?? '' } as const;
  if (isStopped(options)) return { ...stopped, ended: 'interrupted', reason: whyStopped(options.signal) };
  const unpulled = await pullImages(client, plan, options);
  if (isStopped(options)) return { ...stopped, ended: 'interrupted', reason: whyStopped(options.signal) };
  if (unpulled !== null && resume === null) {
    return { ...stopped, ended: 'failed', reason: `${unpulled} Nothing was changed.` };
  }
  const unsound = await baseline(options);
  if (unsound !== null && resume === null) return { ...stopped, ended: 'failed', reason: unsound };
  const before = await takeSnapshot(client, plan.state);
  const about = aboutOf(plan, backup, options);
  const journal = await openJournal(client, store, about);
  const hops: HopResult[] = [];
  const guard = guardDefinitions(client, options);
  const signal = AbortSignal.any([options.signal, guard.lost]);
  const way = { ...options, signal, journal, hops, before };
  const stop = unpulled ?? unsound ?? (await climb(client, manifests, plan, way));
  await guard.stop();
  const failure = guard.fault() ?? stop ?? (await close(journal, options));
  const outcome = { ...notRun(plan), hops, backup };
  if (failure === null) return { ...outcome, ended: 'done', after: await lookAfterwards(client, options) };
  const ended = isStopped(options) ? 'interrupted' : 'failed';
  // With the lock the journal is another run's
  if (!hasLostLock(options.signal)) await journal.stop(ended, failure).catch(() => undefined);
  const failed = { ...outcome, ended, reason: failure, wayOut: journal.head().wayOut } as const;
  if (ended === 'interrupted') return failed;
  // Going back is planned meanwhile: neither changes what the other one sees
  const looked = options.onFailure?.().catch(() => undefined) ?? Promise.resolve();
  // What goes with a definition no older release brings back
  const isLost = guard.fault() !== null;
  if (isLost || !options.rollbackOnFailure || backup === null) {
    await warnOfHeld(client, plan, options);
    await looked;
    return failed;
  }
  options.onWarning(`The upgrade failed and goes back by itself: ${failure}`);
  const rollback = await goBack(client, backup, store, { ...options, beforeWriting: looked });
  await looked;
  if (typeof rollback === 'string') return { ...failed, backFault: rollback };
  if (rollback.ended !== 'done') return { ...failed, rollback };
  return { ...failed, wayOut: '', rollback, after: rollback.after };
}

async function warnOfHeld(
  client: ClusterClient,
  { calico }: UpgradePlan,
  { onWarning }: UpgradeOptions,
): Promise<void> {
  const held = calico && (await sayHeld(client, calico));
  if (held) onWarning(held);
}

/** Takes the journal away. Why it must not be; null where it is gone, or says that nothing is left to be done. */
async function close(journal: Journal, options: UpgradeOptions): Promise<string | null> {
  if (hasLostLock(options.signal)) return whyStopped(options.signal);
  try {
    await journal.remove();
  } catch (error) {
    options.onWarning(
      `The upgrade is done; its journal could not be taken away, and goes with the next run. ${explain(error)}`,
    );
  }
  return null;
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

function isStopped({ signal }: Pick<UpgradeOptions, 'signal'>): boolean {
  return signal.aborted;
}

function notRun(plan: UpgradePlan): UpgradeOutcome {
  return {
    plan,
    ended: 'not-run',
    hops: [],
    reason: '',
    wayOut: '',
    backup: null,
    rollback: null,
    backFault: '',
    after: null,
  };
}

function notDone({ mode, run, startedAt, stage, step, wayOut }: JournalHead): EnvironmentError {
  return new EnvironmentError(
    `The ${mode} that ${run} began ${startedAt} is not done: ${stage} ${step}`,
    `If that run is still at work, wait for it. If it died: ${wayOut}`,
  );
}

/** Where going back could not even be planned, why; the way out says what to do then. */
async function goBack(
  client: ClusterClient,
  { reader, box = null }: UpgradeBackup,
  store: ReportStore,
  options: UpgradeOptions & Pick<Climb, 'prepared'> & Pick<RunOptions, 'beforeWriting'>,
): Promise<RollbackOutcome | string> {
  try {
    // An upgrade changes nothing that users wrote: what differs of it since is theirs
    const traffic = options.traffic?.map((check) => ({ ...check, afterWave: () => Promise.resolve(null) }));
    return await rollBackUnderLock(client, reader, store, {
      ...options,
      // Nothing that traffic does may stop the way back
      ...(traffic ? { traffic } : {}),
      choice: 'live',
      force: true,
      // Helm's record is in Secrets; where there is none, the account need not be allowed to write any
      box: options.prepared === null ? null : box,
    });
  } catch (error) {
    return explain(error);
  }
}

function aboutOf(
  { calico, target, resume }: UpgradePlan,
  backup: UpgradeBackup | null,
  { run, now }: UpgradeOptions,
): Parameters<typeof openJournal>[2] {
  if (resume !== null) return { ...resume.head, mode: 'upgrade', run };
  const running = calico?.versions.running;
  const place = backup?.artifact ?? backup?.directory ?? '';
  return {
    mode: 'upgrade',
    run,
    startedAt: new Date(now()).toISOString(),
    from: running ? formatVersion(running) : '',
    to: target ? formatVersion(target.calico) : '',
    bundle: backup && { place, createdAt: backup.createdAt, run },
    wayOut:
      backup === null
        ? 'Run the mode upgrade again: it goes on. No backup was made: to go back, put the objects that the journal names back by hand (ConfigMaps kube-system/calico-upgrade-action-journal…, field before).'
        : `Run the mode upgrade again to go on, or the mode rollback with the bundle ${place} (made ${backup.createdAt}) to go back. Until then calico-node may wait for its pods to be deleted (updateStrategy OnDelete) or the operator be stopped (no replicas), and accounts have the rules of both releases: running nodes keep working.`,
  };
}
