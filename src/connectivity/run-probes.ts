import { ClusterError } from '../errors.js';
import type { ClusterClient } from '../ports/cluster-client.js';
import { eachInParallel } from '../upgrade/backup/each-in-parallel.js';
import type { Probe, ProbeSeen } from './probe.js';
import { PROBE_CONTAINER } from './probe-pod.js';
import { parseSeen, probeCommand } from './probe-script.js';

/** So many pods probe at a time: what waits for an answer that must not come costs nothing meanwhile. */
export const PODS_AT_ONCE = 100;
/** So many probes run in one command: it stays short, and a pod is not flooded. */
const MOST_AT_ONCE = 24;
/** A command ends by itself well before. */
const EXEC_TIMEOUT_MS = 60_000;

/**
 * Runs each probe once, in its pod: one command for all probes of a pod.
 *
 * @returns what each saw, by its key
 */
export async function runProbes(
  client: ClusterClient,
  probes: readonly Probe[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ProbeSeen>> {
  const seen = new Map<string, ProbeSeen>();
  await eachInParallel(batchesOf(probes), PODS_AT_ONCE, async (batch) => {
    const answers = await runBatch(client, batch, signal);
    batch.forEach(({ key }, index) => seen.set(key, answers[index] ?? { kind: 'not-run', text: '' }));
  });
  return seen;
}

async function runBatch(
  client: ClusterClient,
  probes: readonly Probe[],
  signal: AbortSignal,
): Promise<readonly ProbeSeen[]> {
  const [first] = probes;
  if (first === undefined) return [];
  const checks = probes.map(({ check }) => check);
  try {
    const { stdout } = await client.exec({
      namespace: first.from.namespace,
      pod: first.from.name,
      container: PROBE_CONTAINER,
      command: probeCommand(checks),
      timeoutMs: EXEC_TIMEOUT_MS,
      signal,
    });
    return parseSeen(checks, stdout);
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return probes.map(() => ({ kind: 'not-run', text: error.message }));
  }
}

// An async generator since that is what can be taken from a few at a time
async function* batchesOf(probes: readonly Probe[]): AsyncGenerator<readonly Probe[]> {
  const ofPods = groupByPod(probes);
  for (const all of ofPods.values()) {
    for (let index = 0; index < all.length; index += MOST_AT_ONCE) {
      yield await Promise.resolve(all.slice(index, index + MOST_AT_ONCE));
    }
  }
}

function groupByPod(probes: readonly Probe[]): ReadonlyMap<string, readonly Probe[]> {
  const groups = new Map<string, Probe[]>();
  for (const probe of probes) {
    const pod = `${probe.from.namespace}/${probe.from.name}`;
    const group = groups.get(pod);
    if (group) group.push(probe);
    else groups.set(pod, [probe]);
  }
  return groups;
}
