import type { ClusterClient } from '../../ports/cluster-client.js';
import type { Waiting } from '../../upgrade/gates/wait-for.js';
import { makeProbeNamespaces, removeProbeNamespaces } from '../probe-namespace.js';
import { chooseNodes, choosePaths } from './choose-paths.js';
import { describeDisruption, type Disruption } from './disruption.js';
import { judgeReadings } from './judge-readings.js';
import { MONITOR_NAMESPACE, type PodOptions } from './monitor-objects.js';
import { placePods } from './place-pods.js';
import { readClients, type Source } from './read-clients.js';
import type { Readings, StageTime } from './types.js';

export interface MonitorOptions extends PodOptions {
  /** Nodes that calico-node runs on and that can run Linux pods. */
  readonly nodes: readonly string[];
  /** Longest gap on one path before a check fails, in ms; null: no limit. */
  readonly maxDisruptionMs: number | null;
  /** How long the pods may take to run, and again the connections to come about, in ms. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly now: Waiting['now'];
  readonly sleep: Waiting['sleep'];
}

/** Connections that are held. */
export interface Monitor {
  /**
   * Whether they came through since the last check. One that has no answer just now is waited for, up to 30 s. Never
   * throws.
   *
   * @returns null where they did; why not, otherwise
   */
  readonly check: () => Promise<string | null>;
  /** Looks a last time, and takes everything away. To be called in every case. Never throws but for a defect. */
  readonly stop: (
    stages: readonly StageTime[],
  ) => Promise<{ readonly disruption: Disruption; readonly warning: string | null }>;
}

/** After so long a connection is not disrupted but gone. */
const SILENT_MS = 30_000;
const LOOK_AGAIN_MS = 1000;
/** Within this every probe has heard that all counts from now on. */
const TELLING_MS = 1500;
const REMOVAL_MS = 60_000;
const LEVELS = [[MONITOR_NAMESPACE, 'restricted']] as const;

/**
 * Opens connections between pods of its own and holds them until it is stopped. What never comes about is left out of
 * every check, and told of at the end.
 *
 * @throws ClusterError, EnvironmentError where its pods cannot be made or do not run; nothing is left then
 */
export async function startMonitor(client: ClusterClient, options: MonitorOptions): Promise<Monitor> {
  const { now, sleep, signal, timeoutMs } = options;
  const waiting: Waiting = { now, sleep, signal, timeoutMs };
  const nodes = chooseNodes(options.nodes);
  // A run that is told to stop has no time to see it gone
  const removal = { ...waiting, timeoutMs: REMOVAL_MS };
  const remove = (): Promise<string | null> => removeProbeNamespaces(client, removal, LEVELS, options.run);
  try {
    await makeProbeNamespaces(client, options.run, waiting, LEVELS);
    const placed = await placePods(client, nodes, choosePaths(nodes), { ...options, waiting });
    const { sources, unmeasured } = await awaitAnswers(client, placed, waiting);
    await readClients(client, sources, { now, sleep, signal }, 'begin');
    await sleep(TELLING_MS, signal);
    return hold(client, { ...options, nodes, sources, unmeasured, remove });
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Waits until all connections have answers. Those that do not are left out. */
async function awaitAnswers(
  client: ClusterClient,
  sources: readonly Source[],
  { now, sleep, signal, timeoutMs }: Waiting,
): Promise<{ readonly sources: readonly Source[]; readonly unmeasured: readonly string[] }> {
  const end = now() + timeoutMs;
  const count = sources.flatMap(({ paths }) => paths).length;
  for (;;) {
    const { paths, unmeasured } = await readClients(client, sources, { now, sleep, signal });
    const steady = paths.filter(({ sent, lost }) => sent - lost >= STEADY_ANSWERS);
    if (steady.length === count) return { sources, unmeasured: [] };
    if (now() < end && !signal.aborted) {
      await sleep(LOOK_AGAIN_MS, signal);
      continue;
    }
    const held = new Set(steady.map(({ path }) => path));
    return {
      sources: sources.map((source) => ({ ...source, paths: source.paths.filter((path) => held.has(path)) })),
      unmeasured,
    };
  }
}

/** A second's worth and more. */
const STEADY_ANSWERS = 60;

interface Held extends MonitorOptions {
  readonly sources: readonly Source[];
  readonly unmeasured: readonly string[];
  readonly remove: () => Promise<string | null>;
}

function hold(client: ClusterClient, held: Held): Monitor {
  const { now, sleep, signal, nodes, sources } = held;
  const limits = { maxMs: held.maxDisruptionMs, silentMs: SILENT_MS };
  const startedAt = now();
  let since = startedAt;
  const read = (): Promise<Readings> => readClients(client, sources, { now, sleep, signal });
  return {
    async check() {
      const end = now() + 2 * SILENT_MS;
      for (;;) {
        const asked = now();
        const readings = await read();
        const reason = judgeReadings(readings, since, limits);
        const isSilent = readings.paths.some(({ gaps }) => gaps.some(({ isOpen }) => isOpen));
        if (reason !== null || !isSilent || signal.aborted || now() > end) {
          since = asked - readings.clockErrorMs;
          return reason;
        }
        await sleep(LOOK_AGAIN_MS, signal);
      }
    },
    async stop(stages) {
      const readings = await read();
      const disruption = describeDisruption(
        { ...readings, unmeasured: [...held.unmeasured, ...readings.unmeasured] },
        { nodes, startedAt, endedAt: now(), stages },
      );
      return { disruption, warning: await held.remove() };
    },
  };
}
