import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterClient, KubernetesObject, ObjectReference } from '../../src/ports/cluster-client.js';
import { ActionError } from '../../src/errors.js';
import { compareVersions, parseVersion } from '../../src/version/version.js';
import { versionOf } from '../../src/catalog/queries.js';
import { CALICO_API, calicoObject } from './calico-objects.js';
import { type Fields, listAt, textAt } from './fields.js';
import { ipamState } from './ipam-state.js';

/** The name under which calico-node writes: that of its program. */
const MANAGER = 'calico-node';

/** How long to wait before a watch that failed is tried again. */
const REWATCH_MS = 500;

const CLUSTER_INFORMATION: ObjectReference = {
  apiVersion: CALICO_API,
  kind: 'ClusterInformation',
  namespace: null,
  name: 'default',
};

const IMAGE_SET = { apiVersion: 'operator.tigera.io/v1', kind: 'ImageSet' };

export interface CalicoNodeWritesOptions {
  readonly onLog?: (text: string) => void;
}

/** What plays calico-node's part in the datastore. */
export interface CalicoNodeWrites {
  readonly stop: () => Promise<void>;
}

/**
 * Writes what calico-node writes when it starts, for pods that only seem to run: each pod of calico-node that becomes
 * Running puts its version into ClusterInformation, makes the defaults that are missing (the first pool, the default
 * FelixConfiguration, tiers) and annotates its node.
 *
 * @see https://github.com/projectcalico/calico/blob/v3.31.7/node/pkg/lifecycle/startup/startup.go
 */
export function startCalicoNodeWrites(
  client: ClusterClient,
  options: CalicoNodeWritesOptions = {},
): CalicoNodeWrites {
  const ending = new AbortController();
  const done = work(client, ending.signal, options);
  return {
    stop: async () => {
      ending.abort();
      await done;
    },
  };
}

async function work(
  client: ClusterClient,
  signal: AbortSignal,
  options: CalicoNodeWritesOptions,
): Promise<void> {
  const { onLog = (): void => undefined } = options;
  const started = new Set<string>();
  while (!signal.aborted) {
    await follow(client, signal, started, onLog).catch((error: unknown) => {
      if (!(error instanceof ActionError)) throw error;
      onLog(`calico-node: ${error.message}`); // the server is away; its pods are looked at anew
    });
    await sleep(REWATCH_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function follow(
  client: ClusterClient,
  signal: AbortSignal,
  started: Set<string>,
  onLog: (text: string) => void,
): Promise<void> {
  const labelSelector = 'k8s-app in (calico-node,canal)';
  for await (const event of client.watch({ apiVersion: 'v1', kind: 'Pod' }, { labelSelector, signal })) {
    const pods = event.type === 'snapshot' ? event.objects : [event.object];
    for (const pod of pods) {
      const id = pod.metadata.uid ?? '';
      if (started.has(id) || textAt(pod, 'status', 'phase') !== 'Running') continue;
      started.add(id);
      await startUp(client, pod).catch((error: unknown) => {
        if (!(error instanceof ActionError)) throw error;
        onLog(`calico-node of ${textAt(pod, 'spec', 'nodeName')}: ${error.message}`);
      });
    }
  }
}

async function startUp(client: ClusterClient, pod: KubernetesObject): Promise<void> {
  const container = listAt(pod, 'spec', 'containers').find((item) => item['name'] === 'calico-node');
  const version = await versionOfImage(client, textAt(container, 'image'));
  if (!container || version === null) return;
  await writeClusterInformation(client, version, envOf(container, 'CLUSTER_TYPE'));
  for (const object of defaults(version)) await ensure(client, object);
  if (envOf(container, 'NO_DEFAULT_POOLS') !== 'true') await ensureFirstPool(client, container);
  await annotateNode(client, pod);
}

/** The release that an image is of, by its tag, or by the ImageSet that has its digest; null for any other. */
async function versionOfImage(client: ClusterClient, image: string): Promise<string | null> {
  const [named = '', digest] = image.split('@');
  if (digest !== undefined) return releaseOfDigest(client, digest);
  const tag = named.slice(named.lastIndexOf(':') + 1);
  return parseVersion(tag) ? tag : null;
}

async function releaseOfDigest(client: ClusterClient, digest: string): Promise<string | null> {
  for await (const { items } of client.list(IMAGE_SET)) {
    const set = items.find((item) => listAt(item, 'spec', 'images').some((one) => one['digest'] === digest));
    if (set) return set.metadata.name.replace(/^calico-/, '');
  }
  return null;
}

/** libcalico-go/lib/clientv3/client.go, `EnsureInitialized`: the version is overwritten, the GUID is made once. */
export async function writeClusterInformation(
  client: ClusterClient,
  version: string,
  clusterType: string,
): Promise<void> {
  const live = await client.get(CLUSTER_INFORMATION);
  if (!live) {
    const clusterGUID = randomUUID().replaceAll('-', '');
    const spec = { calicoVersion: version, clusterGUID, clusterType, datastoreReady: true };
    await client.create(calicoObject('ClusterInformation', 'default', spec), { fieldManager: MANAGER });
    return;
  }
  if (textAt(live, 'spec', 'calicoVersion') === version) return;
  const body = { spec: { calicoVersion: version } };
  await client.patch(CLUSTER_INFORMATION, { type: 'merge', body }, { fieldManager: MANAGER });
}

/** What a release makes where it is missing: tiers from v3.29, others' names from v3.30 and v3.32. */
function defaults(version: string): KubernetesObject[] {
  const since = (first: string): boolean => compareVersions(versionOf(version), versionOf(first)) >= 0;
  const felix = { bpfLogLevel: '', logSeverityScreen: 'Info', reportingInterval: '0s' };
  const tier = (name: string, order: number, defaultAction: string): KubernetesObject =>
    calicoObject('Tier', name, { order, defaultAction });
  return [
    calicoObject(
      'FelixConfiguration',
      'default',
      since('v3.27.0') ? { ...felix, floatingIPs: 'Disabled' } : felix,
    ),
    ...(since('v3.29.0') ? [tier('default', 1_000_000, 'Deny')] : []),
    ...(since('v3.29.0') && !since('v3.32.0') ? [tier('adminnetworkpolicy', 1000, 'Pass')] : []),
    ...(since('v3.30.0') && !since('v3.32.0')
      ? [tier('baselineadminnetworkpolicy', 10_000_000, 'Pass')]
      : []),
    ...(since('v3.32.0')
      ? [tier('kube-admin', 1000, 'Pass'), tier('kube-baseline', 10_000_000, 'Pass')]
      : []),
  ];
}

/** The pool that calico-node makes from its environment where there is none at all (`configureIPPools`). */
async function ensureFirstPool(client: ClusterClient, container: Fields): Promise<void> {
  for await (const page of client.list({ apiVersion: CALICO_API, kind: 'IPPool' }, { pageSize: 1 })) {
    if (page.items.length > 0) return;
  }
  const spec = {
    allowedUses: ['Workload', 'Tunnel'],
    blockSize: Number(envOf(container, 'CALICO_IPV4POOL_BLOCK_SIZE') || 26),
    cidr: envOf(container, 'CALICO_IPV4POOL_CIDR') || '192.168.0.0/16',
    ipipMode: envOf(container, 'CALICO_IPV4POOL_IPIP') || 'Never',
    natOutgoing: envOf(container, 'CALICO_IPV4POOL_NAT_OUTGOING') !== 'false',
    nodeSelector: envOf(container, 'CALICO_IPV4POOL_NODE_SELECTOR') || 'all()',
    vxlanMode: envOf(container, 'CALICO_IPV4POOL_VXLAN') || 'Never',
  };
  await ensure(client, calicoObject('IPPool', 'default-ipv4-ippool', spec));
}

/** libcalico-go/lib/backend/k8s/resources/node.go: addresses are annotations of the node. */
async function annotateNode(client: ClusterClient, pod: KubernetesObject): Promise<void> {
  const name = textAt(pod, 'spec', 'nodeName');
  const reference = { apiVersion: 'v1', kind: 'Node', namespace: null, name };
  const node = await client.get(reference);
  const address = listAt(node, 'status', 'addresses').find((item) => item['type'] === 'InternalIP');
  if (!node || !address) return;
  const annotations = { 'projectcalico.org/IPv4Address': `${textAt(address, 'address')}/24` };
  const isThere = node.metadata.annotations?.['projectcalico.org/IPv4Address'] !== undefined;
  if (!isThere)
    await client.patch(
      reference,
      { type: 'merge', body: { metadata: { annotations } } },
      { fieldManager: MANAGER },
    );
}

/** Brings in the state of IPAM for nodes: what the CNI plugin writes when pods come. */
export async function installIpamState(
  client: ClusterClient,
  nodes: readonly string[],
  firstBlock?: string,
): Promise<void> {
  const objects = ipamState({ nodes, ...(firstBlock === undefined ? {} : { firstBlock }) });
  for (const object of objects) await ensure(client, object);
}

async function ensure(client: ClusterClient, object: KubernetesObject): Promise<void> {
  const { apiVersion, kind, metadata } = object;
  const live = await client.get({ apiVersion, kind, namespace: null, name: metadata.name });
  if (!live) await client.create(object, { fieldManager: MANAGER });
}

function envOf(container: Fields, name: string): string {
  return textAt(
    listAt(container, 'env').find((item) => item['name'] === name),
    'value',
  );
}
