import { readyAvailability } from '../test-cluster/availability.js';
import type { ClusterOptions } from '../test-cluster/types.js';
import { measureGrowth } from './network/growth.js';
import { measureLightNodes } from './network/light-nodes.js';
import type { MonitorMeasurement } from './network/monitor.js';
import { measureRealNodes, type RoundMeasurement, type RunMeasurement } from './network/real-nodes.js';
import type { Rates } from './network/usage.js';

const SIZES = [10, 100, 1000] as const;

/** The parts of the measurement of the network test and the disruption monitor, by what they run on. */
export const NETWORK_PARTS = {
  memory: measureInMemory,
  'light-nodes': measureOnLightNodes,
  'real-nodes': measureOnRealNodes,
} as const;

/** Measures the network test and the disruption monitor; what cannot be had here is left out, and says why. */
export async function measureNetwork(print: (text: string) => void): Promise<void> {
  for (const measure of Object.values(NETWORK_PARTS)) await measure(print);
}

async function measureInMemory(print: (text: string) => void): Promise<void> {
  for (const nodes of SIZES) {
    const { probes, planMs, judgeMs, deniedSeconds, baselineRequests, waveRequests } =
      await measureGrowth(nodes);
    const goal = nodes === 1000 ? ' (goal ≤ 1000)' : '';
    print(
      `network test of ${nodes} nodes in memory: ${probes} probes planned in ${planMs.toFixed(0)} ms${goal}, judged in ${judgeMs.toFixed(0)} ms; ${baselineRequests} requests of the first round, ${waveRequests} after a wave of a tenth; at least ${deniedSeconds.baseline} s and ${deniedSeconds.wave} s for what is to be denied`,
    );
  }
}

async function measureOnLightNodes(print: (text: string) => void): Promise<void> {
  if (isMissing({ lightNodes: 1 }, 'pods of the network test on light nodes', print)) return;
  for (const size of SIZES) {
    const { nodes, pods, runningSeconds, goneSeconds, requests } = await measureLightNodes(size);
    print(
      `pods of the network test on ${nodes} light nodes: ${pods} run after ${runningSeconds.toFixed(1)} s, and are gone after ${goneSeconds.toFixed(1)} s; ${requests} requests`,
    );
  }
}

async function measureOnRealNodes(print: (text: string) => void): Promise<void> {
  if (isMissing({ realNodes: 3 }, 'network test and disruption monitor on real nodes', print)) return;
  const { nodes, runs, monitor } = await measureRealNodes();
  const best = (pick: (run: RunMeasurement) => number): string => {
    const all = runs.map(pick).toSorted((a, b) => a - b);
    return `${(all[0] ?? 0).toFixed(1)} s (${all.map((one) => one.toFixed(1)).join(', ')})`;
  };
  const counts = (pick: (run: RunMeasurement) => RoundMeasurement): string => {
    const [{ probes, requests } = { probes: 0, requests: 0 }] = runs.map(pick);
    return `${probes} probes, ${requests} requests`;
  };
  print(`network test on ${nodes} real nodes, the best of ${runs.length}:`);
  print(`  first round ${best(({ before }) => before.seconds)}, ${counts(({ before }) => before)}`);
  print(`  after a wave of one node ${best(({ wave }) => wave.seconds)}, ${counts(({ wave }) => wave)}`);
  print(`  until all is gone ${best(({ closeSeconds }) => closeSeconds)}`);
  printMonitor(monitor, print);
}

function printMonitor(monitor: MonitorMeasurement, print: (text: string) => void): void {
  const { nodes, paths, source, target, perPath, requests, lookMs } = monitor;
  const { tcp, udp } = perPath;
  const ratesText = (rates: Rates): string =>
    `${rates.cpuPercent.toFixed(1)} % of a processor, ${rates.memoryMib.toFixed(1)} MiB, ${rates.kbPerSecond.toFixed(0)} KB/s, ${rates.packetsPerSecond.toFixed(0)} packets/s`;
  print(`disruption monitor on ${nodes} real nodes, ${paths} paths:`);
  print(`  a pod that asks: ${ratesText(source)}`);
  print(`  a pod that answers: ${ratesText(target)}`);
  for (const [name, one] of [['TCP', tcp] as const, ['UDP', udp] as const])
    print(
      `  a path by ${name}: ${one.packetsPerSecond.toFixed(0)} packets/s, ${one.kbPerSecond.toFixed(1)} KB/s`,
    );
  print(
    `  requests: ${requests.start} to begin, ${requests.hold} while held, ${requests.look} for a look (${lookMs} ms), ${requests.stop} to end`,
  );
}

function isMissing(options: ClusterOptions, what: string, print: (text: string) => void): boolean {
  const availability = readyAvailability(options);
  if (availability.isAvailable) return false;
  print(`${what}: left out, ${availability.reason}`);
  return true;
}
