import { numberAt, textAt } from '../../cluster/fields.js';
import { OWN_LABELS } from '../../cluster/own-label.js';
import { ClusterError, EnvironmentError } from '../../errors.js';
import type { ClusterClient, KubernetesObject, ObjectReference } from '../../ports/cluster-client.js';
import { clearLeftovers } from './clear-leftovers.js';
import { whileHeld } from './held-client.js';

/** The Lease that keeps two runs on one cluster apart. */
export const LOCK: ObjectReference = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  namespace: 'kube-system',
  name: 'calico-upgrade-action',
};

/** A lock that is not renewed for so long belongs to a run that died. */
const LEASE_SECONDS = 60;
const RENEW_MS = 15_000;
/** Renewing goes on for so long while the API server does not answer; then another run may have the lock. */
const LOST_MS = 45_000;
const WATCH_MS = 2_000;
const FIELD_MANAGER = 'calico-upgrade-action';

/** Who holds the lock: one process of a run. */
export interface Holder {
  /** The run's address, which tells people where to look. */
  readonly run: string;
  /** Tells this process from every other, those of other jobs and attempts of the same run too. */
  readonly processId: string;
}

export interface LockOptions extends Holder {
  readonly now: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly onProgress: (text: string) => void;
  /** Told of a lock that is taken over, and of one that is lost. */
  readonly onWarning: (text: string) => void;
}

/** What the reason of `lost` begins with: tells it from a run that was told to stop, which may still write its journal. */
const LOST = 'The lock ';
const TOLD = 'The run was told to stop.';

/** The lock, held. */
export interface Lock {
  /** Aborted when the lock is lost, with the reason: whoever holds it must not write any more. */
  readonly lost: AbortSignal;
  /** Writes as long as the lock is held, and not any more then. */
  readonly client: ClusterClient;
  /** Gives it back; where that fails, the next run waits until it is stale. Never throws. */
  readonly release: () => Promise<void>;
}

/**
 * Takes the lock, and renews it until it is given back. One that another run holds is watched for as long as it takes
 * to tell that nobody renews it, by this machine's clock alone; then it is taken over, with a word. So is one of another
 * process of the same run; a process goes on with its own at once.
 *
 * @throws EnvironmentError where another run is at work, with its address; ClusterError where the server refuses
 */
export async function takeLock(client: ClusterClient, options: LockOptions): Promise<Lock> {
  const lease = await acquire(client, options);
  return hold(client, lease, options);
}

/**
 * Gives back the lock of a run that died, with what else that left, where there is nothing else to do; one that is still
 * held is none of ours. Never throws.
 */
export async function clearLock(client: ClusterClient, options: LockOptions): Promise<void> {
  try {
    if ((await client.get(LOCK)) === null) return;
    const lock = await takeLock(client, options);
    // The lock is the only sign of what else that run left
    await clearLeftovers(lock.client, options.onWarning);
    await lock.release();
  } catch {
    // Said by whoever needs it next
  }
}

/** A holder as the lock names it: `https://github.com/team/clusters/actions/runs/7 (4f3a09c2)`. Pure. */
export function nameHolder({ run, processId }: Holder): string {
  return `${run} (${processId})`;
}

/** The reason of a lock that is lost. @param fault `was taken by another run` */
export function lockLost(fault: string): string {
  return `${LOST}${fault}. Nothing more is written.`;
}

/** Whether a run was aborted since its lock is lost: its journal may be another run's by now. */
export function hasLostLock({ reason }: AbortSignal): boolean {
  return typeof reason === 'string' && reason.startsWith(LOST);
}

/** Why a run that was aborted ends. */
export function whyStopped(signal: AbortSignal): string {
  return hasLostLock(signal) ? String(signal.reason) : TOLD;
}

async function acquire(client: ClusterClient, options: LockOptions): Promise<KubernetesObject> {
  const self = nameHolder(options);
  for (;;) {
    const found = await client.get(LOCK);
    if (found === null) {
      const made = await unlessBeaten(() =>
        client.create(leaseOf(options, null), { fieldManager: FIELD_MANAGER }),
      );
      if (made !== null) return made;
      continue;
    }
    const holder = holderOf(found);
    if (holder !== self && holder !== '') {
      const stale = await watchUntilStale(client, found, options);
      if (stale === 'gone') continue;
      options.onWarning(
        `The lock of another ${kindOf(holder, options)} was not renewed for ${LEASE_SECONDS} s and is taken over. That one: ${holder}`,
      );
    }
    const taken = await unlessBeaten(() =>
      client.replace(leaseOf(options, found), { fieldManager: FIELD_MANAGER }),
    );
    if (taken !== null) return taken;
  }
}

/** Null where another run was quicker: 409 for an object that is there by now, or is no longer what was read. */
async function unlessBeaten(write: () => Promise<KubernetesObject>): Promise<KubernetesObject | null> {
  try {
    return await write();
  } catch (error) {
    if (isBeaten(error)) return null;
    throw error;
  }
}

function isBeaten(error: unknown): boolean {
  return error instanceof ClusterError && (error.status === 409 || error.status === 404);
}

/** Whether nobody renewed the lock in its time, or it is gone. @throws EnvironmentError where it is renewed */
async function watchUntilStale(
  client: ClusterClient,
  found: KubernetesObject,
  options: LockOptions,
): Promise<'stale' | 'gone'> {
  const { now, sleep, onProgress } = options;
  const seconds = Math.max(numberAt(found, 'spec', 'leaseDurationSeconds') ?? LEASE_SECONDS, 1);
  const deadline = now() + seconds * 1000;
  onProgress(`waiting up to ${seconds} s to see whether ${holderOf(found)} still holds the lock`);
  while (now() < deadline) {
    await sleep(Math.min(WATCH_MS, deadline - now()));
    const again = await client.get(LOCK);
    if (again === null) return 'gone';
    if (again.metadata.resourceVersion !== found.metadata.resourceVersion) throw busy(again, options);
  }
  return 'stale';
}

function hold(client: ClusterClient, first: KubernetesObject, options: LockOptions): Lock {
  const self = nameHolder(options);
  const lost = new AbortController();
  const released = new AbortController();
  const over = AbortSignal.any([lost.signal, released.signal]);
  let lease = first;

  /** What is wrong for good; null where the lock is renewed. @throws where the server did not answer */
  async function renewOnce(): Promise<string | null> {
    const renewed = await unlessBeaten(() =>
      client.replace(leaseOf(options, lease), { fieldManager: FIELD_MANAGER }),
    );
    // It may have been written by a request whose answer was lost
    const now = renewed ?? (await client.get(LOCK));
    if (now === null || holderOf(now) !== self) return 'was taken by another run, or deleted';
    lease = now;
    return null;
  }

  const state: { renewedAt: number; isOurs: boolean; underWay: Promise<void> | null } = {
    renewedAt: options.now(),
    isOurs: true,
    underWay: null,
  };

  function lose(fault: string): void {
    if (over.aborted) return;
    state.isOurs = false;
    const reason = lockLost(fault);
    options.onWarning(reason);
    lost.abort(reason);
  }

  function loseWhereLate(): void {
    if (options.now() - state.renewedAt < LOST_MS) return;
    lose(
      `could not be renewed for ${LOST_MS / 1000} s, since the API server does not answer: another run may have it by now`,
    );
  }

  async function renewOnTime(): Promise<void> {
    try {
      const fault = await renewOnce();
      if (fault === null) Object.assign(state, { renewedAt: options.now(), isOurs: true });
      else lose(fault);
    } catch {
      loseWhereLate();
    } finally {
      state.underWay = null;
    }
  }

  async function renew(): Promise<void> {
    for (;;) {
      await options.sleep(RENEW_MS, over);
      if (over.aborted) return;
      // The client itself tries for longer than the lock lasts: one that is still under way is no renewal
      if (state.underWay === null) state.underWay = renewOnTime();
      else loseWhereLate();
    }
  }

  const renewing = renew();
  return {
    lost: lost.signal,
    client: whileHeld(client, lost.signal),
    async release() {
      released.abort();
      await renewing;
      // A renewal that comes through after all says that nobody took the lock: the next run need not wait for its end
      await state.underWay;
      if (!state.isOurs) return;
      const { uid, resourceVersion } = lease.metadata;
      const exactly = {
        ...(uid === undefined ? {} : { uid }),
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
      };
      await client.delete(LOCK, exactly).catch(() => undefined);
    },
  };
}

function leaseOf(options: LockOptions, before: KubernetesObject | null): KubernetesObject {
  const self = nameHolder(options);
  const time = `${new Date(options.now()).toISOString().slice(0, -1)}000Z`;
  const isOurs = before !== null && holderOf(before) === self;
  const transitions = numberAt(before, 'spec', 'leaseTransitions') ?? 0;
  const { uid, resourceVersion } = before?.metadata ?? {};
  return {
    apiVersion: LOCK.apiVersion,
    kind: LOCK.kind,
    metadata: {
      name: LOCK.name,
      namespace: 'kube-system',
      labels: OWN_LABELS,
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    spec: {
      holderIdentity: self,
      leaseDurationSeconds: LEASE_SECONDS,
      acquireTime: isOurs ? textAt(before, 'spec', 'acquireTime') : time,
      renewTime: time,
      leaseTransitions: before === null ? 0 : isOurs ? transitions : transitions + 1,
    },
  };
}

function holderOf(lease: KubernetesObject): string {
  return textAt(lease, 'spec', 'holderIdentity');
}

/** What the one that holds it is another of. */
function kindOf(holder: string, { run }: Holder): string {
  return holder.startsWith(`${run} (`) ? 'job or attempt of this run' : 'run';
}

function busy(lease: KubernetesObject, options: Holder): EnvironmentError {
  const holder = holderOf(lease);
  return new EnvironmentError(
    `Another ${kindOf(holder, options)} is at work on this cluster: ${holder}`,
    'Nothing was changed. Wait until it is done, or cancel it and start again.',
  );
}
