import { setTimeout as sleep } from 'node:timers/promises';
import { REAL_TIMING } from '../../src/adapters/kubernetes/timing.js';
import { textAt } from '../../src/cluster/fields.js';
import { countRequests } from '../../src/connectivity/count-requests.js';
import { MONITOR_NAMESPACE } from '../../src/connectivity/monitor/monitor-objects.js';
import { startMonitor } from '../../src/connectivity/monitor/start-monitor.js';
import type { ClusterClient, KubernetesObject } from '../../src/ports/cluster-client.js';
import { AGNHOST_IMAGE } from '../../test-cluster/images/node-images.js';
import { openRealNode } from '../../test-cluster/real-nodes/real-node.js';
import { type Rates, ratesOf, usageOf } from './usage.js';

/** What holding connections costs. */
export interface MonitorMeasurement {
  readonly nodes: number;
  readonly paths: number;
  /** Means over the pods of a role, of the time in which all of them used least. */
  readonly source: Rates;
  readonly target: Rates;
  /** What one path sends and is sent, as its source's node counts it. */
  readonly perPath: Readonly<Record<'tcp' | 'udp', Traffic>>;
  /** Until connections are held, for one look (as after each wave), and to take all away; none in between. */
  readonly requests: Readonly<Record<'start' | 'hold' | 'look' | 'stop', number>>;
  readonly lookMs: number;
}

interface Traffic {
  readonly packetsPerSecond: number;
  /** With the headers of IP and above. */
  readonly kbPerSecond: number;
}

const WINDOWS = 3;
const WINDOW_MS = 20_000;
/** Of each protocol, from each source. */
const PATHS_OF_PROTOCOL = 3;

export async function measureMonitor(
  original: ClusterClient,
  directory: string,
  nodes: readonly string[],
): Promise<MonitorMeasurement> {
  const { client, count } = countRequests(original);
  const monitor = await startMonitor(client, {
    ...REAL_TIMING,
    nodes,
    image: AGNHOST_IMAGE,
    run: 'bench',
    deadlineMs: 900_000,
    maxDisruptionMs: null,
    timeoutMs: 120_000,
    signal: new AbortController().signal,
  });
  const started = count();
  try {
    const pods = await podsOf(original);
    const perPath = await countTraffic(directory, pods);
    const { source, target } = await leastOf(pods);
    const held = count();
    const begun = Date.now();
    const reason = await monitor.check();
    if (reason !== null) throw new Error(reason);
    const [lookMs, looked] = [Date.now() - begun, count()];
    const { disruption } = await monitor.stop([]);
    return {
      nodes: nodes.length,
      paths: disruption.paths.length,
      source,
      target,
      perPath,
      requests: { start: started, hold: held - started, look: looked - held, stop: count() - looked },
      lookMs,
    };
  } catch (error) {
    await monitor.stop([]);
    throw error;
  }
}

async function podsOf(client: ClusterClient): Promise<readonly KubernetesObject[]> {
  const pods: KubernetesObject[] = [];
  const kind = { apiVersion: 'v1', kind: 'Pod' };
  for await (const { items } of client.list(kind, { namespace: MONITOR_NAMESPACE })) pods.push(...items);
  return pods;
}

const isSource = ({ metadata }: KubernetesObject): boolean => metadata.name.includes('source');

async function leastOf(pods: readonly KubernetesObject[]): Promise<Record<'source' | 'target', Rates>> {
  const windows: Record<'source' | 'target', Rates>[] = [];
  for (let window = 0; window < WINDOWS; window++) {
    const before = pods.map(usageOf);
    await sleep(WINDOW_MS);
    const rates = pods.map((pod, at) => {
      const first = before[at];
      if (first === undefined) throw new Error('A pod was not looked at');
      return { isSource: isSource(pod), rates: ratesOf(first, usageOf(pod)) };
    });
    const of = (wanted: boolean): Rates => meanOf(rates.filter((one) => one.isSource === wanted));
    windows.push({ source: of(true), target: of(false) });
  }
  const [least] = windows.toSorted((a, b) => sumOf(a) - sumOf(b));
  if (least === undefined) throw new Error('Nothing was measured');
  return least;
}

function sumOf({ source, target }: Record<'source' | 'target', Rates>): number {
  return source.cpuPercent + target.cpuPercent;
}

function meanOf(all: readonly { readonly rates: Rates }[]): Rates {
  const mean = (pick: (rates: Rates) => number): number =>
    all.reduce((sum, { rates }) => sum + pick(rates), 0) / all.length;
  return {
    cpuPercent: mean(({ cpuPercent }) => cpuPercent),
    kbPerSecond: mean(({ kbPerSecond }) => kbPerSecond),
    packetsPerSecond: mean(({ packetsPerSecond }) => packetsPerSecond),
    memoryMib: mean(({ memoryMib }) => memoryMib),
  };
}

/** By rules that do nothing but count, on the node of the first source. */
async function countTraffic(
  directory: string,
  pods: readonly KubernetesObject[],
): Promise<MonitorMeasurement['perPath']> {
  const pod = pods.find(isSource);
  const address = textAt(pod, 'status', 'podIP');
  const node = openRealNode(directory, textAt(pod, 'spec', 'nodeName'));
  const rules = (['tcp', 'udp'] as const).flatMap((protocol) => [
    ['PREROUTING', '-s', address, '-p', protocol] as const,
    ['POSTROUTING', '-d', address, '-p', protocol] as const,
  ]);
  const iptables = async (...args: readonly string[]): Promise<void> => {
    const { status, stderr } = await node.run(['iptables', '-w', '-t', 'mangle', ...args]);
    if (status !== 0) throw new Error(stderr);
  };
  for (const rule of rules) await iptables('-A', ...rule);
  const begun = Date.now();
  await sleep(WINDOW_MS);
  const { stdout } = await node.run(['iptables-save', '-c', '-t', 'mangle']);
  const seconds = (Date.now() - begun) / 1000;
  for (const rule of rules) await iptables('-D', ...rule);
  const of = (protocol: string): Traffic => {
    const counted = stdout
      .split('\n')
      .filter((line) => line.includes(`${address}/32`) && line.includes(`-p ${protocol}`))
      .map((line) => /^\[(\d+):(\d+)\]/.exec(line)?.slice(1).map(Number) ?? []);
    const sum = (at: number): number => counted.reduce((total, pair) => total + (pair[at] ?? 0), 0);
    const each = seconds * PATHS_OF_PROTOCOL;
    return { packetsPerSecond: sum(0) / each, kbPerSecond: sum(1) / each / 1000 };
  };
  return { tcp: of('tcp'), udp: of('udp') };
}
