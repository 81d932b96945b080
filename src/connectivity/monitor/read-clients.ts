import { ClusterError } from '../../errors.js';
import type { ClusterClient } from '../../ports/cluster-client.js';
import { inBatches } from '../../upgrade/plan/in-batches.js';
import type { Waiting } from '../../upgrade/gates/wait-for.js';
import { PROBE_CONTAINER } from '../probe-pod.js';
import { RECORDS_DIRECTORY, SHOW_PROGRAM } from './client-program.js';
import { MONITOR_NAMESPACE } from './monitor-objects.js';
import { type ClientRecords, parseClient } from './parse-client.js';
import { type Clock, clockOf, readGaps } from './read-gaps.js';
import type { HeldPath, Readings } from './types.js';

/** A pod that holds connections. */
export interface Source {
  readonly pod: string;
  readonly node: string;
  readonly paths: readonly HeldPath[];
  /** The best that is known of its clock so far; the shortest question tells most. */
  clock: Clock | null;
}

type Order = 'show' | 'begin';
export type Time = Pick<Waiting, 'now' | 'sleep' | 'signal'>;

/** An API server that is restarted comes back within this. */
const PATIENCE_MS = 30_000;
const AGAIN_MS = 2000;
const TIMEOUT_MS = 20_000;

/**
 * Asks every pod that holds connections what they went through. What cannot be read is told as unmeasured.
 *
 * @param order `begin`: what was before does not count
 */
export async function readClients(
  client: ClusterClient,
  sources: readonly Source[],
  time: Time,
  order: Order = 'show',
): Promise<Readings> {
  const all = await inBatches(sources, async (source) => {
    const found = await readClient(client, source, time, order);
    if (typeof found === 'string')
      return { paths: [], unmeasured: [`The probe on ${source.node} cannot be read: ${found}`] };
    return readGaps(found, source.paths, source.clock ?? { offsetMs: 0 });
  });
  return {
    paths: all.flatMap(({ paths }) => paths),
    unmeasured: all.flatMap(({ unmeasured }) => unmeasured),
    clockErrorMs: Math.max(0, ...sources.map(({ clock }) => clock?.errorMs ?? 0)),
  };
}

/** Its records, or why there are none. */
async function readClient(
  client: ClusterClient,
  source: Source,
  { now, sleep, signal }: Time,
  order: Order,
): Promise<ClientRecords | string> {
  const end = now() + PATIENCE_MS;
  for (;;) {
    const asked = now();
    const { text, failure, isGone } = await show(client, source.pod, order);
    const records = parseClient(text);
    if (records !== null) {
      const clock = clockOf(asked, now(), records.now);
      if (source.clock === null || clock.errorMs < source.clock.errorMs) source.clock = clock;
      return records;
    }
    if (isGone || signal.aborted || now() >= end) return failure;
    await sleep(AGAIN_MS, signal);
  }
}

interface Shown {
  readonly text: string;
  readonly failure: string;
  readonly isGone: boolean;
}

async function show(client: ClusterClient, pod: string, order: Order): Promise<Shown> {
  try {
    const { stdout, stderr, exitCode } = await client.exec({
      namespace: MONITOR_NAMESPACE,
      pod,
      container: PROBE_CONTAINER,
      command: ['/bin/bash', '-c', SHOW_PROGRAM, 'show', RECORDS_DIRECTORY, order],
      timeoutMs: TIMEOUT_MS,
    });
    return { text: stdout, failure: `${stderr.trim()} (exit status ${exitCode})`, isGone: false };
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return { text: '', failure: error.message, isGone: error.status === 404 };
  }
}
