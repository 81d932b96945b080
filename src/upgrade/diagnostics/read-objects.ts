import { fieldsAt, listAt, textAt, valueAt } from '../../cluster/fields.js';
import { referenceOf } from '../../cluster/object-name.js';
import type { ClusterClient, KubernetesObject, ObjectKind } from '../../ports/cluster-client.js';
import { hideCredentials } from '../../text/credentials.js';
import { belongsToInstall } from '../backup/install-scope.js';
import { readEntry, readJournal } from '../journal/journal.js';
import { isPodReady, isStuck } from '../gates/pod-fault.js';
import { redactObject } from './redact.js';

/** Where Calico's pods and workloads are. */
export const NAMESPACES: readonly string[] = [
  'kube-system',
  'calico-system',
  'calico-apiserver',
  'tigera-operator',
];
/** Newest first; older ones say less. */
const MOST_EVENTS = 500;
const MOST_ENTRIES = 50;
const OPERATOR_KINDS = ['Installation', 'APIServer', 'TigeraStatus', 'ImageSet'] as const;
const CALICO_KINDS = [
  'IPPool',
  'FelixConfiguration',
  'BGPConfiguration',
  'BGPPeer',
  'KubeControllersConfiguration',
  'ClusterInformation',
] as const;

export async function listAll(
  client: ClusterClient,
  kind: ObjectKind,
  options: { readonly namespace?: string; readonly metadataOnly?: boolean; readonly signal: AbortSignal },
): Promise<readonly KubernetesObject[]> {
  let found: KubernetesObject[] = [];
  for await (const { items, isRestart } of client.list(kind, options))
    found = isRestart ? [...items] : [...found, ...items];
  return found;
}

async function inNamespaces(
  client: ClusterClient,
  kind: ObjectKind,
  signal: AbortSignal,
): Promise<readonly KubernetesObject[]> {
  const lists = await Promise.all(
    NAMESPACES.map((namespace) => listAll(client, kind, { namespace, signal })),
  );
  return lists.flat();
}

/** Calico's pods, those that are not well first. */
export async function readPods(
  client: ClusterClient,
  signal: AbortSignal,
): Promise<readonly KubernetesObject[]> {
  const pods = await inNamespaces(client, { apiVersion: 'v1', kind: 'Pod' }, signal);
  const rank = (pod: KubernetesObject): number => (isStuck(pod) ? 0 : isPodReady(pod) ? 2 : 1);
  return pods.filter(isCalicos).sort((a, b) => rank(a) - rank(b));
}

/** Pods of an install go by names of their own workloads. */
function isCalicos(pod: KubernetesObject): boolean {
  return (
    pod.metadata.namespace !== 'kube-system' ||
    belongsToInstall(pod) ||
    /^(?:calico|canal|tigera)-/.test(pod.metadata.name) ||
    listAt(pod, 'spec', 'containers').some((container) => /calico|tigera/.test(textAt(container, 'image')))
  );
}

export async function readWorkloads(client: ClusterClient, signal: AbortSignal): Promise<readonly unknown[]> {
  const kinds = ['DaemonSet', 'Deployment'].map((kind) => ({ apiVersion: 'apps/v1', kind }));
  const lists = await Promise.all(kinds.map((kind) => inNamespaces(client, kind, signal)));
  return lists.flat().filter(belongsToInstall).map(redactObject);
}

/** What happened lately in the namespaces of Calico, newest first. */
export async function readEvents(client: ClusterClient, signal: AbortSignal): Promise<readonly unknown[]> {
  const events = await inNamespaces(client, { apiVersion: 'v1', kind: 'Event' }, signal);
  return events
    .map((event) => ({
      time: timeOf(event),
      type: textAt(event, 'type'),
      reason: textAt(event, 'reason'),
      object: ['kind', 'namespace', 'name'].map((field) => textAt(event, 'involvedObject', field)).join(' '),
      count: valueAt(event, 'count') ?? 1,
      message: hideCredentials(textAt(event, 'message')),
    }))
    .sort((a, b) => (a.time < b.time ? 1 : -1))
    .slice(0, MOST_EVENTS);
}

function timeOf(event: KubernetesObject): string {
  return (
    textAt(event, 'series', 'lastObservedTime') ||
    textAt(event, 'lastTimestamp') ||
    textAt(event, 'eventTime') ||
    (event.metadata.creationTimestamp ?? '')
  );
}

/** Conditions of the nodes and what they are, those that are not Ready first; images and the rest left out. */
export async function readNodes(client: ClusterClient, signal: AbortSignal): Promise<readonly unknown[]> {
  const nodes = await listAll(client, { apiVersion: 'v1', kind: 'Node' }, { signal });
  const rank = (node: KubernetesObject): number => (isPodReady(node) ? 1 : 0);
  return [...nodes]
    .sort((a, b) => rank(a) - rank(b))
    .map((node) => ({
      name: node.metadata.name,
      unschedulable: valueAt(node, 'spec', 'unschedulable') === true,
      taints: listAt(node, 'spec', 'taints'),
      conditions: listAt(node, 'status', 'conditions'),
      addresses: listAt(node, 'status', 'addresses'),
      info: fieldsAt(node, 'status', 'nodeInfo'),
    }));
}

export async function readOperator(client: ClusterClient, signal: AbortSignal): Promise<readonly unknown[]> {
  return readKinds(client, 'operator.tigera.io/v1', OPERATOR_KINDS, signal);
}

/** Calico's configuration, by the group that holds it, and its ConfigMaps. */
export async function readConfiguration(
  client: ClusterClient,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const found = await readKinds(client, 'crd.projectcalico.org/v1', CALICO_KINDS, signal);
  const data =
    found.length > 0 ? found : await readKinds(client, 'projectcalico.org/v3', CALICO_KINDS, signal);
  return [...data, ...(await readConfigMaps(client, signal))];
}

async function readKinds(
  client: ClusterClient,
  apiVersion: string,
  kinds: readonly string[],
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const lists = await Promise.all(kinds.map((kind) => listAll(client, { apiVersion, kind }, { signal })));
  return lists.flat().map(redactObject);
}

/** Only names are read of those that are not Calico's. */
async function readConfigMaps(client: ClusterClient, signal: AbortSignal): Promise<readonly unknown[]> {
  const kind = { apiVersion: 'v1', kind: 'ConfigMap' };
  const lists = await Promise.all(
    NAMESPACES.map((namespace) => listAll(client, kind, { namespace, metadataOnly: true, signal })),
  );
  const names = lists.flat().map(({ metadata }) => ({ ...kind, metadata }));
  const wanted = names.filter(belongsToInstall).map(referenceOf);
  const found = await Promise.all(wanted.map((reference) => client.get(reference)));
  return found.filter((object) => object !== null).map(redactObject);
}

/** The journal's head, and which objects each entry was about. */
export async function readJournalFiles(client: ClusterClient): Promise<readonly unknown[]> {
  const head = await readJournal(client);
  if (head === null) return [];
  const entries: unknown[] = [];
  for (let entry = 1; entry <= Math.min(head.entries, MOST_ENTRIES); entry += 1) {
    const writes = await readEntry(client, entry);
    entries.push({ entry, writes: writes.map(({ kind, object }) => ({ kind, object })) });
  }
  return [{ ...head, reason: hideCredentials(head.reason) }, ...entries];
}
