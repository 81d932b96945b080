import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterClient, KubernetesObject, WatchEvent } from '../../../src/ports/cluster-client.js';
import type { Lasts } from '../../../src/upgrade/gates/stopwatch.js';
import type { Failure, Waiting } from '../../../src/upgrade/gates/wait-for.js';

/** Limits in the milliseconds of this machine. */
export function waiting(changes: Partial<Waiting> = {}): Waiting {
  return {
    signal: new AbortController().signal,
    now: Date.now,
    sleep: async (ms, signal) => {
      await sleep(ms, undefined, signal ? { signal } : {}).catch(() => undefined);
    },
    timeoutMs: 10_000,
    ...changes,
  };
}

/** Limits in the milliseconds of a clock that runs so many times as fast as this machine's. */
export function hurrying(times: number, changes: Partial<Waiting> = {}): Waiting {
  const { sleep: wait } = waiting();
  return waiting({
    now: () => Date.now() * times,
    sleep: (ms, signal) => wait(Math.ceil(ms / times), signal),
    timeoutMs: 300_000,
    ...changes,
  });
}

/** Why something failed; null where it did not. */
export async function reasonOf(failed: Promise<Failure | null>): Promise<string | null> {
  return (await failed)?.reason ?? null;
}

/** As if nothing had lasted for any time, and as if all had for long. */
export const fresh: Lasts = () => false;
export const old: Lasts = () => true;

/** Lets everybody who waits for the loop have several turns. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
}

/** A client that counts the watches that are open. */
export function countingWatches<Client extends ClusterClient>(
  client: Client,
): { client: Client; open: () => number } {
  let open = 0;
  async function* watch(...args: Parameters<ClusterClient['watch']>): AsyncGenerator<WatchEvent> {
    open += 1;
    try {
      yield* client.watch(...args);
    } finally {
      open -= 1;
    }
  }
  return { client: { ...client, watch }, open: () => open };
}

/** What a container of a pod says of itself. */
export interface ContainerSaid {
  readonly reason?: string;
  readonly message?: string;
  readonly restarts?: number;
  readonly isInit?: boolean;
}

/** A pod of calico-node that is not ready, with one container that waits. */
export function waitingPod(said: ContainerSaid = {}, hash = 'new', name = 'calico-node-a'): KubernetesObject {
  const { reason = 'PodInitializing', message = '', restarts = 0, isInit = false } = said;
  const status = { name: 'calico-node', restartCount: restarts, state: { waiting: { reason, message } } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'kube-system',
      uid: `uid of ${name}`,
      labels: { 'k8s-app': 'calico-node', 'controller-revision-hash': hash },
    },
    status: {
      conditions: [{ type: 'Ready', status: 'False' }],
      [isInit ? 'initContainerStatuses' : 'containerStatuses']: [status],
    },
  };
}
