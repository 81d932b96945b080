import type { ClusterState } from '../../cluster/cluster-state.js';
import { ActionError, ClusterError, explain } from '../../errors.js';
import type { BundleReader } from '../../ports/bundle.js';
import type { ClusterClient } from '../../ports/cluster-client.js';
import type { ReportStore } from '../../ports/report-store.js';
import { formatVersion } from '../../version/version.js';
import { runSteps } from '../engine/run-steps.js';
import type { Step, StepResult } from '../engine/step.js';
import type { TrafficAround } from '../engine/traffic-check.js';
import { type Journal, openJournal } from '../journal/journal.js';
import { awaitRelease } from '../gates/await-release.js';
import { tryHelm } from '../hop/try-helm.js';
import { clearLock, hasLostLock, type Holder, takeLock, whyStopped } from '../lock/lock.js';
import { clearLeftovers } from '../lock/clear-leftovers.js';
import { sayOverwritten } from './overwritten.js';
import { planRollback, type RollbackOptions, type RollbackPlan } from './plan-rollback.js';

export interface RunOptions extends RollbackOptions, Holder {
  /** Budget of each step's wave and gates. */
  readonly timeoutMs: number;
  /** Aborted where the run is told to stop. */
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly onWarning: (text: string) => void;
  /** Told of each step that is over. */
  readonly onStep?: (result: StepResult) => void;
  /** What has to be over before the first write; nothing where nothing is said. */
  readonly beforeWriting?: Promise<void>;
  /** Looks at the network before and after; null where nothing does. */
  readonly network?: TrafficAround | null;
}

/** How a rollback ended. */
export interface RollbackOutcome {
  readonly plan: RollbackPlan;
  readonly ended: 'not-run' | 'done' | 'failed' | 'interrupted';
  readonly results: readonly StepResult[];
  /** Why it did not end well; empty otherwise. */
  readonly reason: string;
  /** How to go on where it did not end well; empty otherwise. */
  readonly wayOut: string;
  /** The cluster afterwards; null where nothing was done. */
  readonly after: ClusterState | null;
}

/**
 * Puts a cluster back into the state of a bundle: looks, takes the lock, looks again, writes step by step with a journal,
 * and looks whether the old release runs. A run that dies is gone on with by running again.
 *
 * @throws InputError, ClusterError where nothing could be planned; EnvironmentError where another run is at work
 */
export async function runRollback(
  client: ClusterClient,
  reader: BundleReader,
  store: ReportStore,
  options: RunOptions,
): Promise<RollbackOutcome> {
  const first = await planRollback(client, reader, options);
  if (first.verdict === 'nothing-to-do') await clearLock(client, options);
  if (first.verdict !== 'ready') return notRun(first);
  const lock = await takeLock(client, options);
  try {
    await clearLeftovers(lock.client, options.onWarning);
    const signal = AbortSignal.any([options.signal, lock.lost]);
    await options.network?.before(signal);
    const outcome = await rollBackUnderLock(lock.client, reader, store, { ...options, signal });
    if (outcome.ended === 'done' || outcome.ended === 'failed')
      await options.network?.after(signal, outcome.ended === 'done');
    return outcome;
  } finally {
    await options.network?.close();
    await lock.release();
  }
}

/** The same, for a run that holds the lock already, with the client of that: an upgrade that goes back by itself. */
export async function rollBackUnderLock(
  client: ClusterClient,
  reader: BundleReader,
  store: ReportStore,
  options: RunOptions,
): Promise<RollbackOutcome> {
  const plan = await planRollback(client, reader, options);
  if (plan.verdict === 'blocked') return notRun(plan);
  await options.beforeWriting;
  // Told to stop meanwhile, or without the lock: then the journal may be another run's
  if (options.signal.aborted)
    return { ...notRun(plan), ended: 'interrupted', reason: whyStopped(options.signal) };
  const overwritten = sayOverwritten(plan.restoration.items);
  if (overwritten !== null) options.onWarning(overwritten);
  const journal = await openJournal(client, store, aboutOf(plan, options));
  return carryOut(client, reader, plan, { ...options, journal });
}

function notRun(plan: RollbackPlan): RollbackOutcome {
  return { plan, ended: 'not-run', results: [], reason: '', wayOut: '', after: null };
}

function aboutOf(
  { place, restoration }: RollbackPlan,
  { run, now }: RunOptions,
): Parameters<typeof openJournal>[2] {
  const { index, calico } = restoration;
  const running = calico?.versions.running;
  return {
    mode: 'rollback',
    run,
    startedAt: new Date(now()).toISOString(),
    from: running ? formatVersion(running) : '',
    to: index.calico,
    bundle: { place, createdAt: index.createdAt, run: index.run },
    wayOut: wayOutOf(index.createdAt),
  };
}

function wayOutOf(createdAt: string): string {
  return (
    `Run the mode rollback again with the same bundle (made ${createdAt}): it goes on from where this run stopped. ` +
    'Until then calico-node may wait for its pods to be deleted (updateStrategy OnDelete) or the operator be stopped (no replicas), and accounts have the rules of both releases: running nodes keep working.'
  );
}

async function carryOut(
  client: ClusterClient,
  reader: BundleReader,
  plan: RollbackPlan,
  options: RunOptions & { readonly journal: Journal },
): Promise<RollbackOutcome> {
  const { signal, journal } = options;
  const results = [...(await runPlanned(client, reader, plan, options))];
  async function stopped(ended: 'failed' | 'interrupted', reason: string): Promise<RollbackOutcome> {
    // With the lock the journal is another run's. Where this cannot be written it says `running`, and is found either way
    if (!hasLostLock(signal)) await journal.stop(ended, reason).catch(() => undefined);
    return { plan, ended, results, reason, wayOut: journal.head().wayOut, after: null };
  }
  const last = results.at(-1);
  if (last && last.outcome !== 'done') return stopped(last.outcome, sayStep(last));
  if (hasLostLock(signal)) return stopped('interrupted', whyStopped(signal));
  const untold = await tellHelm(plan, journal, options);
  if (untold !== null) {
    if (plan.release?.record.length === 0) return stopped('failed', explain(untold));
    options.onWarning(`${untold.message} Its record is put right from the Secrets of the bundle.`);
  }
  options.onProgress('looking whether the old release runs');
  try {
    if (isTold(plan, options)) {
      // Helm's own merge takes back what users changed of what its chart says
      const helm = untold === null ? (options.helm ?? null) : null;
      const { steps } = await planRollback(client, reader, { ...options, helm });
      results.push(...(await runSteps(steps, { ...options, client })));
      const again = results.at(-1);
      if (again && again.outcome !== 'done') return await stopped(again.outcome, sayStep(again));
    }
    const { state: after, fault } = await awaitRelease(client, plan.restoration.index.calico, options);
    if (hasLostLock(signal)) return await stopped('interrupted', whyStopped(signal));
    if (fault !== null) return await stopped('failed', fault);
    await journal.remove();
    return { plan, ended: 'done', results, reason: '', wayOut: '', after };
  } catch (error) {
    // What was done has to be told, whatever becomes of the last look
    if (!(error instanceof ClusterError)) throw error;
    return stopped('failed', `${error.message} ${error.remedy}`);
  }
}

/**
 * Runs the steps of a plan. Where an operator is stopped on the way the rest is planned anew: what that one did since the
 * cluster was read (a namespace that it deletes, objects that it made) no plan knew.
 */
async function runPlanned(
  client: ClusterClient,
  reader: BundleReader,
  { steps }: RollbackPlan,
  options: RunOptions & { readonly journal: Journal },
): Promise<readonly StepResult[]> {
  const run = { ...options, client };
  const stop = steps.findIndex(stopsOperator);
  if (stop === -1) return runSteps(steps, run);
  const results = await runSteps(steps.slice(0, stop + 1), run);
  if (results.some(({ outcome }) => outcome !== 'done')) return results;
  const begun = options.now();
  const fail = (reason: string): readonly StepResult[] => {
    const title = 'what the operator did until it was stopped';
    const ms = options.now() - begun;
    return [
      ...results,
      { stage: 'operator', title, written: 0, ms, outcome: 'failed', reason, evidence: [] },
    ];
  };
  try {
    // What force passes over was passed over, or not there, when it began: the operator is stopped by now
    const rest = await planRollback(client, reader, { ...options, force: true });
    if (rest.verdict === 'blocked') return fail(sayBlocked(rest));
    return [...results, ...(await runSteps(rest.steps.slice(rest.steps.findIndex(isStop) + 1), run))];
  } catch (error) {
    return fail(explain(error));
  }
}

/** Whether a step stops an operator that runs until then. */
function stopsOperator(step: Step): boolean {
  return isStop(step) && step.writes.some((write) => write.kind === 'field' && write.before !== write.after);
}

function isStop({ gates }: Step): boolean {
  return gates.some(({ kind }) => kind === 'stopped');
}

function sayBlocked({ summary, findings }: RollbackPlan): string {
  const [first] = findings;
  return first ? `${summary} ${first.message} ${first.remedy}` : summary;
}

function sayStep({ stage, title, reason }: StepResult): string {
  return `${stage}, ${title}: ${reason}`;
}

/** Lets Helm put its own record right, once all is as its revision says. Null where that is done. */
async function tellHelm(
  plan: RollbackPlan,
  journal: Journal,
  options: RunOptions,
): Promise<ActionError | null> {
  const { release } = plan;
  const { helm = null, onProgress } = options;
  if (release === null || helm === null || !isTold(plan, { helm })) return null;
  const title = `helm rollback of ${release.to.name} to revision ${release.to.revision}`;
  onProgress(title);
  try {
    await tryHelm(async () => {
      await journal.begin('operator', title);
      await helm.rollback(release.to);
    }, options);
    return null;
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    return error;
  }
}

/** Whether Helm itself puts its record right. */
function isTold({ release }: RollbackPlan, { helm = null }: Pick<RunOptions, 'helm'>): boolean {
  return release?.isInHistory === true && helm !== null;
}
