import { REAL_TIMING } from '../adapters/kubernetes/timing.js';
import { calicoNodes } from '../cluster/calico-nodes.js';
import { inspect } from '../cluster/inspect.js';
import { type MonitoredTraffic, monitorTraffic } from '../connectivity/monitor/monitor-traffic.js';
import { takePart } from '../connectivity/take-part.js';
import type { NetworkTestInputs } from '../inputs.js';
import type { ClusterClient } from '../ports/cluster-client.js';
import type { Reporter } from '../ports/reporter.js';

/** How long pods may take to run, and again the connections to come about. */
const START_MS = 120_000;
/** A pod that nobody deletes ends after that long. */
const POD_DEADLINE_MS = 24 * 3_600_000;

/** What holds connections through a run; null where the network is not tested, which is said elsewhere. */
export function disruptionMonitor(
  client: ClusterClient,
  inputs: NetworkTestInputs | null,
  {
    reporter,
    signal,
    run,
  }: { readonly reporter: Reporter; readonly signal: AbortSignal; readonly run: string },
): MonitoredTraffic | null {
  if (inputs === null) return null;
  return monitorTraffic(client, {
    ...REAL_TIMING,
    image: inputs.image,
    maxDisruptionMs: inputs.maxDisruptionMs,
    run,
    signal,
    timeoutMs: START_MS,
    deadlineMs: POD_DEADLINE_MS,
    findNodes: async () => takePart(calicoNodes(await inspect(client))).taking.map(({ name }) => name),
    onWarning: reporter.warning,
  });
}
