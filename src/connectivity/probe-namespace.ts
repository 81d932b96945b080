import { isOurs, OWN_LABELS, OWN_SELECTOR } from '../cluster/own-label.js';
import { ClusterError, EnvironmentError } from '../errors.js';
import type {
  ClusterClient,
  KubernetesObject,
  ObjectKind,
  ObjectReference,
} from '../ports/cluster-client.js';
import { type Seen, type Sight, waitFor, type Waiting } from '../upgrade/gates/wait-for.js';
import { POD } from '../upgrade/gates/workload.js';
import { inBatches } from '../upgrade/plan/in-batches.js';
import { FIELD_MANAGER } from '../upgrade/plan/try-changes.js';
import { RUN_LABEL, shortDigest } from './probe-pod.js';

/** Where pods of the pod network are. */
export const PROBE_NAMESPACE = 'calico-network-test';
/** Where those of the host's network are, which no stricter level of Pod Security allows. */
export const HOST_NAMESPACE = 'calico-network-test-host';

const NAMESPACE: ObjectKind = { apiVersion: 'v1', kind: 'Namespace' };
/** So long pods get to go by themselves. */
const PATIENCE_MS = 30_000;
/** The name of a namespace, the level of Pod Security in it, and labels that it has besides. */
export type NamespaceLevel = readonly [string, string, Readonly<Record<string, string>>?];
export const PROBE_LEVELS: readonly NamespaceLevel[] = [
  [PROBE_NAMESPACE, 'restricted'],
  [HOST_NAMESPACE, 'privileged'],
];

/**
 * Makes the namespaces of the network test anew. What a run that died left is deleted first, with all that is in it.
 *
 * @throws ClusterError where the server refuses; EnvironmentError where a namespace of that name is somebody else's, or
 *   an old one does not go
 */
export async function makeProbeNamespaces(
  client: ClusterClient,
  run: string,
  waiting: Waiting,
  levels: readonly NamespaceLevel[] = PROBE_LEVELS,
): Promise<void> {
  for (const [name] of levels) await refuseForeign(client, name);
  const stuck = await removeProbeNamespaces(client, waiting, levels);
  if (stuck !== null) throw new EnvironmentError(stuck, 'Find out what keeps it, and run again.');
  for (const level of levels) {
    await client.create(namespaceOf(level, run), { fieldManager: FIELD_MANAGER });
  }
}

/**
 * Deletes the namespaces of the network test, and waits until they are gone. Never throws.
 *
 * @param run only those that this run made: one that lost the lock must not delete what its successor makes; null for all
 * @returns null where they are gone; else what stays and how it is removed
 */
export async function removeProbeNamespaces(
  client: ClusterClient,
  waiting: Waiting,
  levels: readonly NamespaceLevel[] = PROBE_LEVELS,
  run: string | null = null,
): Promise<string | null> {
  const isMeant = (found: KubernetesObject): boolean =>
    isOurs(found) && (run === null || found.metadata.annotations?.[RUN_LABEL] === run);
  const names = levels.map(([name]) => name);
  const byHand = `The next run deletes what is left; by hand: kubectl delete namespace ${names.join(' ')}`;
  try {
    const removed = await Promise.all(names.map((name) => removeOwn(client, name, isMeant)));
    const going = names.filter((_, index) => removed[index]);
    if (going.length === 0) return null;
    const see = ([namespaces = []]: Seen): Sight => seeGone(going, namespaces.filter(isMeant));
    const patient = { ...waiting, timeoutMs: Math.min(PATIENCE_MS, waiting.timeoutMs) };
    if ((await waitGone(client, see, patient)) === null) return null;
    // A node that is away never says that its pods are gone
    for (const namespace of going) await forcePods(client, namespace);
    const failure = await waitGone(client, see, waiting);
    return failure && `The namespaces of the network test are not gone: ${failure}. ${byHand}`;
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return `The namespaces of the network test could not be deleted: ${error.message} ${byHand}`;
  }
}

async function waitGone(
  client: ClusterClient,
  see: (seen: Seen) => Sight,
  waiting: Waiting,
): Promise<string | null> {
  const source = { kind: NAMESPACE, options: { labelSelector: OWN_SELECTOR } };
  const failure = await waitFor(client, [source], see, waiting);
  return failure?.reason ?? null;
}

async function forcePods(client: ClusterClient, namespace: string): Promise<void> {
  const names: string[] = [];
  for await (const { items } of client.list(POD, { namespace, metadataOnly: true })) {
    names.push(...items.map(({ metadata }) => metadata.name));
  }
  await inBatches(names, (name) => client.delete({ ...POD, namespace, name }, { gracePeriodSeconds: 0 }));
}

function seeGone(names: readonly string[], namespaces: readonly KubernetesObject[]): Sight {
  const left = namespaces.map(({ metadata }) => metadata.name).filter((name) => names.includes(name));
  return left.length === 0 ? { kind: 'done' } : { kind: 'waiting', reason: `${left.join(', ')} is there` };
}

/** Whether there was one that is meant. */
async function removeOwn(
  client: ClusterClient,
  name: string,
  isMeant: (found: KubernetesObject) => boolean,
): Promise<boolean> {
  const found = await client.get(referenceTo(name));
  if (found === null || !isMeant(found)) return false;
  const { uid } = found.metadata;
  await client.delete(referenceTo(name), uid === undefined ? {} : { uid });
  return true;
}

async function refuseForeign(client: ClusterClient, name: string): Promise<void> {
  const found = await client.get(referenceTo(name));
  if (found === null || isOurs(found)) return;
  throw new EnvironmentError(
    `There is a namespace ${name}, which this program did not make.`,
    'Rename or delete it, or run with network-test: false.',
  );
}

function referenceTo(name: string): ObjectReference {
  return { ...NAMESPACE, namespace: null, name };
}

/** The labels of a namespace as the server has it. Pure. */
export function probeNamespaceLabels(
  name: string,
  level: string,
  run: string,
): Readonly<Record<string, string>> {
  return { ...labelsOf(level, run), 'kubernetes.io/metadata.name': name };
}

function namespaceOf([name, level, besides]: NamespaceLevel, run: string): KubernetesObject {
  const labels = { ...labelsOf(level, run), ...besides };
  return { ...NAMESPACE, metadata: { name, labels, annotations: { [RUN_LABEL]: run } } };
}

function labelsOf(level: string, run: string): Readonly<Record<string, string>> {
  const levels = ['enforce', 'audit', 'warn'].map(
    (mode) => [`pod-security.kubernetes.io/${mode}`, level] as const,
  );
  return { ...OWN_LABELS, ...Object.fromEntries(levels), [RUN_LABEL]: shortDigest(run) };
}
