import { listAt } from '../../cluster/fields.js';
import { ClusterError } from '../../errors.js';
import type { ClusterClient } from '../../ports/cluster-client.js';
import type { Waiting } from '../gates/wait-for.js';
import { FIELD_MANAGER } from '../plan/try-changes.js';
import { deletePullPod } from './delete-pull-pods.js';
import type { FollowedPods } from './follow-pods.js';
import { lastWarning } from './last-warning.js';
import type { Pull } from './plan-pulls.js';
import { pullPod, type PullPodOptions } from './pull-pod.js';
import { pullErrors, type PullSight, pullSight } from './pull-sight.js';

/** Why images are not on every node. */
export interface PrePullFailure {
  /**
   * `image`: it cannot be pulled there; `node`: the node does not run the pod that pulls (no room, evicted);
   * `late`: neither was known in time; `cluster`: the API server refuses, or cannot be reached.
   */
  readonly kind: 'image' | 'node' | 'late' | 'cluster';
  readonly node: string;
  /** null where it is not one image's fault. */
  readonly image: string | null;
  /** One sentence or two, with what the node or the server said. */
  readonly message: string;
}

export type PullOutcome =
  | { readonly kind: 'pulled'; readonly ms: number }
  /** The node left the cluster meanwhile, or is not Ready any more. */
  | { readonly kind: 'left-out'; readonly reason: string }
  | { readonly kind: 'failed'; readonly failure: PrePullFailure }
  | { readonly kind: 'interrupted' };

export interface PullOnNodeOptions extends PullPodOptions, Waiting {
  readonly pods: FollowedPods;
}

/** What is known of a pod at the end; `errors` are those of {@link pullErrors}. */
interface Ending {
  readonly pod: string;
  readonly sight: PullSight;
  readonly errors: ReadonlyMap<string, string>;
}

/** Makes a node pull, and waits until it has or cannot. No pod is left, unless it cannot be deleted; that is for others to say. */
export async function pullOnNode(
  client: ClusterClient,
  pull: Pull,
  options: PullOnNodeOptions,
): Promise<PullOutcome> {
  const begun = options.now();
  try {
    const ending = await runPod(client, pull, options);
    const { sight } = ending;
    if (sight.kind === 'pulled') return { kind: 'pulled', ms: options.now() - begun };
    if (sight.kind === 'waiting' && options.signal.aborted) return { kind: 'interrupted' };
    const away = sight.kind === 'image' ? null : await whyAway(client, pull.node);
    if (away !== null) return { kind: 'left-out', reason: away };
    return { kind: 'failed', failure: await failureOf(client, pull, ending, options) };
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    const message = `Node ${pull.node} could not be made to pull images: ${error.message} ${error.remedy}`;
    return { kind: 'failed', failure: { kind: 'cluster', node: pull.node, image: null, message } };
  }
}

async function runPod(client: ClusterClient, pull: Pull, options: PullOnNodeOptions): Promise<Ending> {
  const { pods, signal, sleep, timeoutMs } = options;
  const pod = pullPod(pull, options);
  const { name } = pod.metadata;
  const over = new AbortController();
  const heard = { sight: { kind: 'waiting', reason: 'the node has not seen the pod yet' } as PullSight };
  const errors = new Map<string, string>();
  const mute = pods.listen(name, (seen) => {
    // What ended it counts: its own deletion comes after
    if (heard.sight.kind !== 'waiting') return;
    for (const [image, message] of seen ? pullErrors(seen) : []) errors.set(image, message);
    heard.sight = seen ? pullSight(seen) : { kind: 'pod', reason: 'somebody else deleted it' };
    if (heard.sight.kind !== 'waiting') over.abort();
  });
  try {
    await client.create(pod, { fieldManager: FIELD_MANAGER });
    await Promise.race([sleep(timeoutMs, AbortSignal.any([signal, over.signal])), pods.ended]);
  } finally {
    mute();
    over.abort();
    await deleteQuietly(client, options.namespace, name);
  }
  return { pod: name, sight: heard.sight, errors };
}

/** What cannot be deleted is found, and named, when all is over. */
async function deleteQuietly(client: ClusterClient, namespace: string, name: string): Promise<void> {
  try {
    await deletePullPod(client, namespace, name);
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
  }
}

async function failureOf(
  client: ClusterClient,
  { node }: Pull,
  { pod, sight, errors }: Ending,
  { namespace, timeoutMs }: PullOnNodeOptions,
): Promise<PrePullFailure> {
  if (sight.kind === 'image') {
    const { image, reason } = sight;
    const said = errors.get(image) ?? (await lastWarning(client, namespace, pod, image)) ?? sight.message;
    return { kind: 'image', node, image, message: `Node ${node} cannot pull ${image}: ${said || reason}` };
  }
  const why = sight.kind === 'pulled' ? '' : sight.reason;
  if (sight.kind === 'pod') {
    const message = `Node ${node} does not run the pod that pulls images: ${why}`;
    return { kind: 'node', node, image: null, message };
  }
  const warning = await lastWarning(client, namespace, pod);
  const message = `Node ${node} has not pulled all images within ${Math.round(timeoutMs / 1000)} s: ${warning ?? why}`;
  return { kind: 'late', node, image: null, message };
}

/** Why a node takes no part any more; null where it does. */
async function whyAway(client: ClusterClient, name: string): Promise<string | null> {
  const node = await client.get({ apiVersion: 'v1', kind: 'Node', namespace: null, name });
  if (node === null) return 'left the cluster meanwhile';
  const isReady = listAt(node, 'status', 'conditions').some(
    ({ type, status }) => type === 'Ready' && status === 'True',
  );
  return isReady ? null : 'not Ready any more: it pulls when it comes back';
}
