import { MONITOR_NAMESPACE } from '../../../src/connectivity/monitor/monitor-objects.js';
import { PROBE_CONTAINER } from '../../../src/connectivity/probe-pod.js';
import type { ClusterClient } from '../../../src/ports/cluster-client.js';

/** What a pod has used since it began. */
export interface Usage {
  readonly cpuMs: number;
  /** Both ways, with all headers but Ethernet's on the wire. */
  readonly bytes: number;
  readonly at: number;
}

export async function usageOf(client: ClusterClient, pod: string): Promise<Usage> {
  const { stdout } = await client.exec({
    namespace: MONITOR_NAMESPACE,
    pod,
    container: PROBE_CONTAINER,
    command: ['/bin/sh', '-c', 'cat /proc/[0-9]*/task/*/schedstat; grep eth0: /proc/net/dev'],
    timeoutMs: 20_000,
  });
  const lines = stdout.trim().split('\n');
  const [, counters = ''] = /eth0:(.*)/.exec(lines.at(-1) ?? '') ?? [];
  const [received = 0, , , , , , , , sent = 0] = counters.trim().split(/\s+/).map(Number);
  const nanoseconds = lines.slice(0, -1).map((line) => Number(line.split(' ')[0]));
  return {
    cpuMs: nanoseconds.reduce((sum, one) => sum + one, 0) / 1e6,
    bytes: received + sent,
    at: Date.now(),
  };
}

/** Of one processor, in percent, and KB a second, between two looks. */
export function ratesOf(
  before: Usage,
  after: Usage,
): { readonly cpuPercent: number; readonly kbPerSecond: number } {
  const ms = after.at - before.at;
  return {
    cpuPercent: ((after.cpuMs - before.cpuMs) / ms) * 100,
    kbPerSecond: (after.bytes - before.bytes) / ms,
  };
}
