import type { NodeState } from '../../cluster/node-state.js';
import type { ClusterClient } from '../../ports/cluster-client.js';
import { eachInParallel } from '../backup/each-in-parallel.js';
import type { Waiting } from '../gates/wait-for.js';
import type { WavePlan } from '../waves/plan-waves.js';
import { deletePullPods } from './delete-pull-pods.js';
import { followPods } from './follow-pods.js';
import { planPulls, type PrePullImage, type Pull } from './plan-pulls.js';
import { PULL_PODS, type PullPodOptions, pullPodsOf } from './pull-pod.js';
import { type PrePullFailure, pullOnNode } from './pull-on-node.js';

export interface PrePullOptions extends Omit<PullPodOptions, 'deadlineMs'>, Waiting {
  readonly images: readonly PrePullImage[];
  readonly nodes: readonly NodeState[];
  /** How many nodes pull at a time. */
  readonly width: number;
  /** Budget of each node. */
  readonly timeoutMs: number;
  readonly onProgress: (text: string) => void;
}

/** A node that pulled, and how long it took. */
export interface NodePulled extends Pull {
  readonly ms: number;
}

export interface PrePullResult {
  readonly outcome: 'done' | 'failed' | 'interrupted';
  /** Why it failed; null otherwise. */
  readonly failure: PrePullFailure | null;
  /** Sorted by node. */
  readonly pulled: readonly NodePulled[];
  /** Nodes that held everything before. */
  readonly held: readonly string[];
  /** Nodes that take no part, or ceased to meanwhile. */
  readonly leftOut: WavePlan['leftOut'];
  /** Pods that may be left behind. */
  readonly warnings: readonly string[];
  readonly ms: number;
}

/** What becomes of the nodes that pull. */
interface Pulled {
  readonly pulled: NodePulled[];
  readonly leftOut: { readonly node: string; readonly reason: string }[];
  failure: PrePullFailure | null;
}

/** A pod that nobody deletes ends by itself so much later than it would have been given up. */
const DEADLINE_MS = 60_000;

/**
 * Has every node pull what it will need of the images, by a short pod for each node, a few at a time. The first node that
 * cannot ends it. Pods that a run left behind go first, and none is left, however this one ends.
 */
export async function prePull(client: ClusterClient, options: PrePullOptions): Promise<PrePullResult> {
  const { namespace, run, signal, now, width, onProgress } = options;
  const begun = now();
  const { pulls, held, leftOut } = planPulls(options.images, options.nodes);
  const warnings = [...(await deletePullPods(client, namespace, PULL_PODS))];
  const made: Pulled = { pulled: [], leftOut: [], failure: null };
  if (pulls.length > 0 && !signal.aborted) {
    onProgress(`pre-pull: ${pulls.length} nodes pull, ${width} at a time; ${held.length} hold all already`);
    try {
      await pullAll(client, pulls, options, made);
    } finally {
      warnings.push(...(await deletePullPods(client, namespace, pullPodsOf(run))));
    }
  }
  return {
    outcome: made.failure ? 'failed' : signal.aborted ? 'interrupted' : 'done',
    failure: made.failure,
    pulled: made.pulled.sort((a, b) => (a.node < b.node ? -1 : 1)),
    held,
    leftOut: [...leftOut, ...made.leftOut],
    warnings,
    ms: now() - begun,
  };
}

async function pullAll(
  client: ClusterClient,
  pulls: readonly Pull[],
  options: PrePullOptions,
  made: Pulled,
): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  const labelSelector = pullPodsOf(options.run);
  const pods = followPods(client, { namespace: options.namespace, labelSelector, signal });
  const onNode = { ...options, signal, pods, deadlineMs: options.timeoutMs + DEADLINE_MS };
  try {
    await eachInParallel(whileWanted(pulls, signal), options.width, async (pull) => {
      const outcome = await pullOnNode(client, pull, onNode);
      if (outcome.kind === 'failed') {
        made.failure ??= outcome.failure;
        over.abort();
      }
      if (outcome.kind === 'failed' || outcome.kind === 'interrupted') return;
      if (outcome.kind === 'pulled') made.pulled.push({ ...pull, ms: outcome.ms });
      else made.leftOut.push({ node: pull.node, reason: outcome.reason });
      tellTenths(made.pulled.length + made.leftOut.length, pulls.length, options.onProgress);
    });
  } finally {
    over.abort();
  }
}

// An async generator since that is what can be taken from a few at a time
async function* whileWanted(pulls: readonly Pull[], signal: AbortSignal): AsyncGenerator<Pull> {
  for (const pull of pulls) {
    if (signal.aborted) return;
    yield await Promise.resolve(pull);
  }
}

/** Thousands of nodes are no more than ten lines. */
function tellTenths(done: number, all: number, onProgress: (text: string) => void): void {
  const tenths = (nodes: number): number => Math.floor((nodes * 10) / all);
  if (done > 0 && tenths(done) > tenths(done - 1)) onProgress(`pre-pull: ${done} of ${all} nodes are done`);
}
