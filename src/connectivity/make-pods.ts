import { listAt, textAt } from '../cluster/fields.js';
import { ClusterError } from '../errors.js';
import type { ClusterClient, KubernetesObject } from '../ports/cluster-client.js';
import { eachInParallel } from '../upgrade/backup/each-in-parallel.js';
import { isStuck, podFault } from '../upgrade/gates/pod-fault.js';
import type { Waiting } from '../upgrade/gates/wait-for.js';
import { POD } from '../upgrade/gates/workload.js';
import { FIELD_MANAGER } from '../upgrade/plan/try-changes.js';
import { type FollowedPods, followPods } from '../upgrade/pre-pull/follow-pods.js';
import { lastWarning } from '../upgrade/pre-pull/last-warning.js';

/** What became of a pod that was to be made, or to go. */
export type PodOutcome =
  | { readonly kind: 'done'; readonly addresses: readonly string[]; readonly ms: number }
  /**
   * `refused`: the server does not take it (quota, admission); `image`: it cannot be pulled; `node`: the node does not
   * take it; `late`: none of it was known in time.
   */
  | { readonly kind: 'refused' | 'image' | 'node' | 'late'; readonly reason: string };

export interface PodsOptions extends Waiting {
  readonly namespace: string;
  /** How many at a time. */
  readonly width: number;
}

/** Makes pods, a few at a time, and waits until each runs and has an address. @returns outcomes by name */
export function makePods(
  client: ClusterClient,
  pods: readonly KubernetesObject[],
  options: PodsOptions,
): Promise<ReadonlyMap<string, PodOutcome>> {
  return withEach(client, pods, options, async (pod, followed) => {
    const begun = options.now();
    const { name } = pod.metadata;
    const heard = await hear(followed, options, name, seeRunning, () =>
      client.create(pod, { fieldManager: FIELD_MANAGER }),
    );
    if (heard?.kind === 'done') return { ...heard, ms: options.now() - begun };
    if (heard !== null) return heard;
    const warning = await lastWarning(client, options.namespace, name);
    return {
      kind: 'late',
      reason: `it does not run after ${seconds(options)} s: ${warning ?? 'no reason is given'}`,
    };
  });
}

/** Deletes pods, a few at a time, and waits until each is gone, its network with it. @returns outcomes by name */
export function deletePods(
  client: ClusterClient,
  names: readonly string[],
  options: PodsOptions,
): Promise<ReadonlyMap<string, PodOutcome>> {
  const pods = names.map((name) => ({ ...POD, metadata: { name, namespace: options.namespace } }));
  return withEach(client, pods, options, async ({ metadata: { name } }, followed) => {
    const begun = options.now();
    const see = (pod: KubernetesObject | null): PodOutcome | null =>
      pod === null ? { kind: 'done', addresses: [], ms: options.now() - begun } : null;
    const heard = await hear(followed, options, name, see, async (tell) => {
      const reference = { ...POD, namespace: options.namespace, name };
      // One that goes before the watch begins is never seen
      if (!(await client.delete(reference)) || (await client.get(reference)) === null) tell(null);
    });
    if (heard !== null) return heard;
    const warning = await lastWarning(client, options.namespace, name);
    return {
      kind: 'late',
      reason: `it is not gone after ${seconds(options)} s: ${warning ?? 'no reason is given'}`,
    };
  });
}

function seconds({ timeoutMs }: Waiting): number {
  return Math.round(timeoutMs / 1000);
}

async function withEach(
  client: ClusterClient,
  pods: readonly KubernetesObject[],
  options: PodsOptions,
  run: (pod: KubernetesObject, followed: FollowedPods) => Promise<PodOutcome>,
): Promise<ReadonlyMap<string, PodOutcome>> {
  const outcomes = new Map<string, PodOutcome>();
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  const followed = followPods(client, { namespace: options.namespace, labelSelector: '', signal });
  try {
    await eachInParallel(eachOf(pods, signal), options.width, async (pod) => {
      outcomes.set(pod.metadata.name, await orRefused(() => run(pod, followed)));
    });
  } finally {
    over.abort();
  }
  return outcomes;
}

async function orRefused(run: () => Promise<PodOutcome>): Promise<PodOutcome> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return { kind: 'refused', reason: `${error.message} ${error.remedy}` };
  }
}

/** What `see` makes of the pod once it makes something of it; null where time is up before. */
async function hear(
  followed: FollowedPods,
  { signal, sleep, timeoutMs }: PodsOptions,
  name: string,
  see: (pod: KubernetesObject | null) => PodOutcome | null,
  begin: (tell: (pod: KubernetesObject | null) => void) => Promise<unknown>,
): Promise<PodOutcome | null> {
  const over = new AbortController();
  const heard: { outcome: PodOutcome | null } = { outcome: null };
  const tell = (pod: KubernetesObject | null): void => {
    heard.outcome ??= see(pod);
    if (heard.outcome !== null) over.abort();
  };
  const mute = followed.listen(name, tell);
  try {
    await begin(tell);
    await Promise.race([sleep(timeoutMs, AbortSignal.any([signal, over.signal])), followed.ended]);
  } finally {
    mute();
    over.abort();
  }
  return heard.outcome;
}

function seeRunning(pod: KubernetesObject | null): PodOutcome | null {
  if (pod === null) return { kind: 'node', reason: 'somebody else deleted it' };
  const phase = textAt(pod, 'status', 'phase');
  const statuses = listAt(pod, 'status', 'containerStatuses');
  // Nothing is gained by waiting for what a kubelet has given up for now
  const fault = isStuck(pod) ? podFault(pod, () => true) : null;
  if (fault !== null) return { kind: isImageFault(statuses) ? 'image' : 'node', reason: fault };
  if (phase === 'Failed' || phase === 'Succeeded') {
    const said = [textAt(pod, 'status', 'reason'), textAt(pod, 'status', 'message')].filter(Boolean);
    return { kind: 'node', reason: said.join(': ') || `the pod has ${phase.toLowerCase()}` };
  }
  const isRunning =
    statuses.length > 0 && statuses.every((status) => textAt(status, 'state', 'running', 'startedAt') !== '');
  const addresses = addressesOf(pod);
  return phase === 'Running' && isRunning && addresses.length > 0 ? { kind: 'done', addresses, ms: 0 } : null;
}

function isImageFault(statuses: readonly unknown[]): boolean {
  return statuses.some((status) => textAt(status, 'state', 'waiting', 'reason').includes('Image'));
}

function addressesOf(pod: KubernetesObject): readonly string[] {
  const all = listAt(pod, 'status', 'podIPs').map((entry) => textAt(entry, 'ip'));
  return (all.length > 0 ? all : [textAt(pod, 'status', 'podIP')]).filter((address) => address !== '');
}

async function* eachOf(
  pods: readonly KubernetesObject[],
  signal: AbortSignal,
): AsyncGenerator<KubernetesObject> {
  for (const pod of pods) {
    if (signal.aborted) return;
    yield await Promise.resolve(pod);
  }
}
