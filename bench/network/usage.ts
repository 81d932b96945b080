import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listAt, textAt } from '../../src/cluster/fields.js';
import type { KubernetesObject } from '../../src/ports/cluster-client.js';

/** What a pod of a real node has used since it began, as this machine counts it: the pod is asked nothing. */
export interface Usage {
  readonly at: number;
  readonly cpuMs: number;
  /** On its interface, both ways, with all headers. */
  readonly bytes: number;
  readonly packets: number;
  /** What it holds now, in MiB. */
  readonly memoryMib: number;
}

/** What a pod uses in a second. */
export interface Rates {
  /** Of one processor. */
  readonly cpuPercent: number;
  readonly kbPerSecond: number;
  readonly packetsPerSecond: number;
  readonly memoryMib: number;
}

const CGROUPS = '/sys/fs/cgroup';

/** Reads a pod's one container. @throws Error where it does not run on this machine */
export function usageOf(pod: KubernetesObject): Usage {
  const id = textAt(listAt(pod, 'status', 'containerStatuses')[0], 'containerID').replace(/^.*\/\//, '');
  const [cpu, memory] = [findCgroup('cpuacct', id), findCgroup('memory', id)];
  const [process = ''] = readFileSync(join(cpu, 'cgroup.procs'), 'utf8').split('\n');
  const counters = /eth0:(.*)/.exec(readFileSync(`/proc/${process}/net/dev`, 'utf8'))?.[1] ?? '';
  const [inBytes = 0, inPackets = 0, , , , , , , outBytes = 0, outPackets = 0] = counters
    .trim()
    .split(/\s+/)
    .map(Number);
  return {
    at: Date.now(),
    cpuMs: Number(readFileSync(join(cpu, 'cpuacct.usage'), 'utf8')) / 1e6,
    bytes: inBytes + outBytes,
    packets: inPackets + outPackets,
    memoryMib: Number(readFileSync(join(memory, 'memory.usage_in_bytes'), 'utf8')) / 2 ** 20,
  };
}

/** Between two looks. */
export function ratesOf(before: Usage, after: Usage): Rates {
  const seconds = (after.at - before.at) / 1000;
  return {
    cpuPercent: (after.cpuMs - before.cpuMs) / seconds / 10,
    kbPerSecond: (after.bytes - before.bytes) / seconds / 1000,
    packetsPerSecond: (after.packets - before.packets) / seconds,
    memoryMib: after.memoryMib,
  };
}

/** The directory of that name, wherever the node's own cgroups are. */
function findCgroup(controller: string, id: string): string {
  const waiting = [join(CGROUPS, controller)];
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    if (!existsSync(path)) continue;
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (!entry.isDirectory()) continue;
      if (entry.name === id) return join(path, id);
      waiting.push(join(path, entry.name));
    }
  }
  throw new Error(`There is no container ${id} among the cgroups of ${controller}`);
}
