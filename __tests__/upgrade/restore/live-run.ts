import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from '../../../src/cluster/inspect.js';
import type { ClusterClient, KubernetesObject, ObjectReference } from '../../../src/ports/cluster-client.js';
import type { BundleReader } from '../../../src/ports/bundle.js';
import { BUNDLE_KINDS, type BundleKind } from '../../../src/upgrade/backup/bundle-kinds.js';
import { belongsToInstall, installNamespaces } from '../../../src/upgrade/backup/install-scope.js';
import { saveBundle } from '../../../src/upgrade/backup/save-bundle.js';
import { contentOf } from '../../../src/upgrade/engine/same-content.js';
import {
  type RollbackOutcome,
  runRollback,
  type RunOptions,
} from '../../../src/upgrade/restore/run-rollback.js';
import { createFakeReportStore } from '../../ports/fake-report-store.js';
import { createMemoryBundle, type MemoryBundle } from '../../ports/memory-bundle.js';
import { eventually } from '../../test-cluster/eventually.js';

export function runOptions(options: Partial<RunOptions> = {}): RunOptions {
  return {
    choice: 'stop',
    force: false,
    canaryNodes: 1,
    maxUnavailable: { nodes: 2 },
    soakMs: 0,
    run: 'https://github.example.com/team/clusters/actions/runs/8',
    // One that starts again goes on with its own lock at once
    processId: 'test',
    timeoutMs: 90_000,
    signal: new AbortController().signal,
    now: Date.now,
    sleep: async (ms, signal) => {
      await sleep(ms, undefined, signal ? { signal } : {}).catch(() => undefined);
    },
    onProgress: () => undefined,
    onWarning: () => undefined,
    ...options,
  };
}

export async function save(client: ClusterClient): Promise<MemoryBundle> {
  const bundle = createMemoryBundle();
  await saveBundle(client, await inspect(client), bundle, {
    madeBy: '0.1.0',
    createdAt: new Date().toISOString(),
    run: '',
    encrypt: null,
  });
  return bundle;
}

export function rollBack(
  client: ClusterClient,
  bundle: BundleReader,
  options: Partial<RunOptions> = {},
): Promise<RollbackOutcome> {
  return runRollback(client, bundle, createFakeReportStore(), runOptions(options));
}

/** Everything that a rollback may write, as text by its name, without what the server sets; definitions left out. */
export async function contentsOf(client: ClusterClient): Promise<ReadonlyMap<string, string>> {
  return new Map((await objectsThatGoBack(client)).map((object) => [fullNameOf(object), contentOf(object)]));
}

/** As long as a node takes no part, accounts keep the rules of both releases. */
export function withoutRoles(contents: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...contents].filter(([name]) => !name.includes(' ClusterRole ')));
}

/** What definitions newer than a test's older release say of fields that are not there. */
export const NEW_DEFAULT = '"serviceLoadBalancerAggregation":"Enabled"';

/** Newer definitions stay on the way back, and with them their defaults. */
export function withoutNewDefaults(contents: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...contents].map(([name, text]) => [name, text.replace(`,${NEW_DEFAULT}`, '')]));
}

/** Everything that a rollback may write, definitions left out. */
export async function objectsThatGoBack(client: ClusterClient): Promise<readonly KubernetesObject[]> {
  const state = await inspect(client);
  const { kinds } = await client.discover();
  const found: KubernetesObject[] = [];
  for (const kind of BUNDLE_KINDS) {
    if (kind.class === 'state' || kind.kind === 'CustomResourceDefinition') continue;
    if (!kinds.some((one) => one.apiVersion === kind.apiVersion && one.kind === kind.kind)) continue;
    found.push(...(await objectsOf(client, kind, installNamespaces(state))));
  }
  return found;
}

async function objectsOf(
  client: ClusterClient,
  kind: BundleKind,
  namespaces: readonly string[],
): Promise<readonly KubernetesObject[]> {
  const isInstall = kind.class === 'install';
  const found: KubernetesObject[] = [];
  for (const namespace of isInstall && kind.isNamespaced ? namespaces : [null]) {
    for await (const { items } of client.list(kind, { namespace })) {
      found.push(...items.filter((one) => !isInstall || belongsToInstall(one)));
    }
  }
  return found;
}

function fullNameOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  return `${apiVersion} ${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
}

export const NODE: ObjectReference = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  namespace: 'kube-system',
  name: 'calico-node',
};

/** Waits until all nodes run what the DaemonSet says. */
export function rolledOut(client: ClusterClient, timeoutMs = 120_000): Promise<KubernetesObject> {
  return eventually(async () => {
    const found = await client.get(NODE);
    const status = found?.['status'] as Readonly<Record<string, number>> | undefined;
    const wanted = status?.['desiredNumberScheduled'] ?? 0;
    const isDone =
      found !== null &&
      wanted > 0 &&
      status?.['observedGeneration'] === found.metadata.generation &&
      status?.['updatedNumberScheduled'] === wanted &&
      status['numberAvailable'] === wanted;
    return isDone ? found : null;
  }, timeoutMs);
}

/** Images of calico-node's pods, init containers first. */
export async function podImages(client: ClusterClient): Promise<readonly string[]> {
  const images = new Set<string>();
  for await (const { items } of client.list(
    { apiVersion: 'v1', kind: 'Pod' },
    { namespace: 'kube-system', labelSelector: 'k8s-app=calico-node' },
  )) {
    for (const item of items) {
      const spec = item['spec'] as Readonly<Record<string, readonly { readonly image: string }[]>>;
      for (const { image } of [...(spec['initContainers'] ?? []), ...(spec['containers'] ?? [])]) {
        images.add(image);
      }
    }
  }
  return [...images].sort();
}
