import { ActionError } from '../../errors.js';
import type { ClusterClient } from '../../ports/cluster-client.js';
import type { TrafficCheck } from '../../upgrade/engine/traffic-check.js';
import { describeDisruption, type Disruption } from './disruption.js';
import { type Monitor, type MonitorOptions, startMonitor } from './start-monitor.js';
import type { StageTime } from './types.js';

export interface MonitorTrafficOptions extends Omit<MonitorOptions, 'nodes'> {
  /** Asked once, before the first write. See {@link MonitorOptions.nodes}. */
  readonly findNodes: () => Promise<readonly string[]>;
  readonly onWarning: (text: string) => void;
}

/** The disruption monitor as an upgrade sees it. */
export interface MonitoredTraffic extends TrafficCheck {
  readonly beforeStep: NonNullable<TrafficCheck['beforeStep']>;
  /** What was seen; null before it is closed, and where it never began. */
  readonly disruption: () => Disruption | null;
}

/**
 * Holds connections through an upgrade. Where they cannot be opened, that is a reason to write nothing only where there is
 * a limit to hold. After the first check that fails the others give null: what follows is the way back,
 * which nothing must stop. What befalls connections on it is seen as before.
 */
export function monitorTraffic(client: ClusterClient, options: MonitorTrafficOptions): MonitoredTraffic {
  const { now, onWarning, maxDisruptionMs } = options;
  const stages: StageTime[] = [];
  let monitor: Monitor | null = null;
  let current: Omit<StageTime, 'endedAt'> | null = null;
  let disruption: Disruption | null = null;
  let hasFailed = false;

  function enter(step: Pick<StageTime, 'stage' | 'title' | 'nodes'> | null): void {
    const at = now();
    if (current !== null) stages.push({ ...current, endedAt: at });
    current = step && { ...step, startedAt: at };
  }

  async function check(): Promise<string | null> {
    if (monitor === null || hasFailed) return null;
    const reason = await monitor.check();
    hasFailed = reason !== null;
    return reason;
  }

  return {
    async baseline() {
      const startedAt = now();
      try {
        monitor = await startMonitor(client, { ...options, nodes: await options.findNodes() });
        return null;
      } catch (error) {
        if (!(error instanceof ActionError)) throw error;
        const reason = `Connections cannot be held. ${error.message} ${error.remedy}`;
        const nothing = { paths: [], unmeasured: [reason], clockErrorMs: 0 };
        disruption = describeDisruption(nothing, { nodes: [], startedAt, endedAt: now(), stages: [] });
        if (maxDisruptionMs !== null) return `${reason} Without them max-disruption-ms cannot be kept.`;
        onWarning(`${reason} What the upgrade does to connections is not measured.`);
        return null;
      }
    },
    beforeStep: ({ stage, title, wave }) => enter({ stage, title, nodes: wave?.nodes ?? [] }),
    afterWave: check,
    async afterHop() {
      const reason = await check();
      enter(null);
      return reason;
    },
    async close() {
      const held = monitor;
      monitor = null;
      enter(null);
      if (held === null) return;
      const stopped = await held.stop(stages);
      ({ disruption } = stopped);
      if (stopped.warning !== null) onWarning(stopped.warning);
    },
    disruption: () => disruption,
  };
}
