import { MONITOR_NAMESPACE } from '../../../src/connectivity/monitor/monitor-objects.js';
import {
  type Monitor,
  type MonitorOptions,
  startMonitor,
} from '../../../src/connectivity/monitor/start-monitor.js';
import type { ExecOptions, ExecResult, KubernetesObject } from '../../../src/ports/cluster-client.js';
import { createFakeClusterClient, type FakeClusterClient, refusal } from '../../ports/fake-cluster-client.js';
import { turns } from '../../upgrade/gates/build-waiting.js';
import { NOON } from './readings.js';

const POD = { apiVersion: 'v1', kind: 'Pod' };
const PATHS = ['same-node', 'cross-node', 'service'].flatMap((way) => [`${way}-tcp`, `${way}-udp`]);

/** A cluster whose pods run at once, and whose probes tell what `tell` says. */
export class Scene {
  time = NOON;
  /** Since when a path has had no answer, and gaps that it had, by the path's name. */
  silent = new Map<string, number>();
  gaps = new Map<string, string>();
  unreadable = new Set<string>();
  readonly stop = new AbortController();
  onSleep: () => void = () => undefined;
  readonly client: FakeClusterClient;

  constructor(refuse: (kind: string) => boolean = () => false) {
    const made = createFakeClusterClient({
      exec: (options) => this.show(options),
      onCall: ({ verb, kind }) => {
        if (verb === 'create' && refuse(kind)) throw refusal('create', kind, 403, 'exceeded quota');
      },
    });
    const create: FakeClusterClient['create'] = async (object, options) => {
      const created = await made.create(object, options);
      if (object.kind === 'Namespace') await made.create(accountIn(object.metadata.name), options);
      return object.kind === 'Pod' ? this.run(created) : created;
    };
    this.client = {
      ...made,
      create,
      get calls() {
        return made.calls;
      },
    };
    this.run = async (pod) => {
      const { name, namespace = '' } = pod.metadata;
      const status = { phase: 'Running', podIP: '10.0.0.7' };
      const patch = { type: 'merge', body: { status } } as const;
      return made.patch({ ...POD, namespace, name }, patch, { ...BY, subresource: 'status' });
    };
  }

  private readonly run: (pod: KubernetesObject) => Promise<KubernetesObject>;

  private show({ pod }: ExecOptions): ExecResult {
    if (this.unreadable.has(pod)) return { exitCode: 137, stdout: '', stderr: 'killed' };
    const at = this.time;
    const blocks = PATHS.map((name) => {
      const since = this.silent.get(`${pod} ${name}`) ?? 0;
      const record = this.gaps.get(`${pod} ${name}`) ?? '';
      return `path ${name}\n${at} 500 498 0 0 0 ${longestOf(record)} ${since} 100 0 1\n${record}`;
    });
    return { exitCode: 0, stdout: `now ${at}\n1\n${blocks.join('\n')}`, stderr: '' };
  }

  start(maxDisruptionMs: number | null = 1000): Promise<Monitor> {
    return startMonitor(this.client, this.options(maxDisruptionMs));
  }

  options(maxDisruptionMs: number | null): MonitorOptions {
    return {
      nodes: ['a', 'b', 'c'],
      image: 'registry.example/agnhost:2.56',
      run: 'https://ci.example/runs/1',
      deadlineMs: 3_600_000,
      maxDisruptionMs,
      timeoutMs: 5000,
      signal: this.stop.signal,
      now: () => this.time,
      sleep: async (ms, signal) => {
        if (signal?.aborted === true) return;
        this.time += ms;
        this.onSleep();
        await turns();
      },
    };
  }
}

const BY = { fieldManager: 'test' };

function accountIn(namespace: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } };
}

/** Length and time of the longest gap of these lines. */
function longestOf(record: string): string {
  const gaps = [...record.matchAll(/^gap (\d+) (\d+)$/gm)].map(([, at, ms]) => ({ at, ms: Number(ms) }));
  const longest = gaps.toSorted((left, right) => right.ms - left.ms)[0] ?? { at: NOON, ms: 14 };
  return `${longest.ms} ${longest.at}`;
}

export async function podsOf({ client }: Scene): Promise<readonly KubernetesObject[]> {
  const found: KubernetesObject[] = [];
  for await (const { items } of client.list(POD, { namespace: MONITOR_NAMESPACE })) found.push(...items);
  return found;
}
