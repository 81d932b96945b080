import { setTimeout as sleep } from 'node:timers/promises';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import type { RunOptions } from '../../../src/upgrade/restore/run-rollback.js';
import { manifestInstall } from '../preflight/clusters/well-clusters.js';
import { createLivingCluster, type LivingCluster } from './living-cluster.js';
import { runOptions, save } from './live-run.js';
import type { MemoryBundle } from '../../ports/memory-bundle.js';

export const OLDER = 'v3.30.7';
export const NEWER = 'v3.31.7';
export const KUBERNETES = 'v1.34.4';

/** A hundredth of every time: nothing here takes long, and time-outs are still longer than what they are for. */
export function fastOptions(options: Partial<RunOptions> = {}): RunOptions {
  const begun = Date.now();
  return runOptions({
    choice: 'bundle',
    now: () => begun + (Date.now() - begun) * 100,
    sleep: async (ms, signal) => {
      await sleep(ms / 100, undefined, signal ? { signal } : {}).catch(() => undefined);
    },
    ...options,
  });
}

/** A policy as users write it. */
export function policy(name: string, order: number): KubernetesObject {
  return {
    apiVersion: 'crd.projectcalico.org/v1',
    kind: 'GlobalNetworkPolicy',
    metadata: { name },
    spec: { order, selector: 'all()', types: ['Ingress'] },
  };
}

export interface RestoreScene {
  readonly cluster: LivingCluster;
  readonly bundle: MemoryBundle;
}

/** A cluster by manifest that was saved at the older release and stands at the newer one now. */
export async function upgradedCluster(
  users: readonly KubernetesObject[] = [policy('default.allow', 10)],
): Promise<RestoreScene> {
  const cluster = createLivingCluster([...manifestInstall(OLDER, KUBERNETES), ...users]);
  const bundle = await save(cluster.client);
  for (const object of manifestInstall(NEWER, KUBERNETES)) {
    if (object.kind === 'Pod' || object.kind === 'Node' || isData(object)) continue;
    cluster.client.set(object);
  }
  cluster.settle();
  return { cluster, bundle };
}

function isData({ apiVersion }: KubernetesObject): boolean {
  return apiVersion.startsWith('crd.projectcalico.org');
}
