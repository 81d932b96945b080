import { createHash } from 'node:crypto';
import type { KubernetesObject, ObjectReference } from '../../../src/ports/cluster-client.js';
import { isPodReady } from '../../../src/upgrade/gates/pod-fault.js';
import {
  createFakeClusterClient,
  type FakeCall,
  type FakeClusterClient,
} from '../../ports/fake-cluster-client.js';

type Fields = Readonly<Record<string, unknown>>;

/** A cluster in memory whose DaemonSets, Deployments, definitions and APIServices do what controllers make them do. */
export interface LivingCluster {
  readonly client: FakeClusterClient;
  /** Lets the controllers catch up with what was put there past the API. */
  readonly settle: () => void;
  /** Called before and after each write; what it throws, the write throws. */
  onWrite: ((call: FakeCall, when: 'before' | 'after') => void) | null;
  /** What becomes of a pod that is made; ready at once where nothing is said. */
  onPod: ((pod: KubernetesObject) => KubernetesObject) | null;
}

/** What controllers work with. */
interface Controllers {
  readonly fake: FakeClusterClient;
  readonly nodes: readonly string[];
  readonly make: (pod: KubernetesObject) => unknown;
}

const WRITES: ReadonlySet<string> = new Set(['apply', 'create', 'replace', 'patch', 'delete']);
const HASHES: Readonly<Record<string, string>> = {
  DaemonSet: 'controller-revision-hash',
  Deployment: 'pod-template-hash',
};

export function createLivingCluster(objects: readonly KubernetesObject[]): LivingCluster {
  const fake = createFakeClusterClient({ objects });
  const nodes = objects.filter(({ kind }) => kind === 'Node').map(({ metadata }) => metadata.name);
  const cluster: Pick<LivingCluster, 'onWrite' | 'onPod'> = { onWrite: null, onPod: null };
  const make = (pod: KubernetesObject): unknown => fake.set(cluster.onPod?.(pod) ?? pod);
  const settle = (): void => settleAll({ fake, nodes, make });

  /** A write that tells of itself, and after which the controllers come by. */
  async function carryOut<T>(
    verb: string,
    object: ObjectReference,
    isDryRun: boolean,
    run: () => Promise<T>,
  ): Promise<T> {
    const { kind, namespace, name } = object;
    const call = { verb, kind, namespace, name, isDryRun };
    if (isDryRun) return run();
    cluster.onWrite?.(call, 'before');
    const result = await run();
    settle();
    cluster.onWrite?.(call, 'after');
    return result;
  }

  const client: FakeClusterClient = {
    ...fake,
    create: (object, options) =>
      carryOut('create', refOf(object), options.dryRun === true, () => fake.create(object, options)),
    replace: (object, options) =>
      carryOut('replace', refOf(object), options.dryRun === true, () => fake.replace(object, options)),
    apply: (object, options) =>
      carryOut('apply', refOf(object), options.dryRun === true, () => fake.apply(object, options)),
    patch: (reference, patch, options) =>
      carryOut('patch', reference, options.dryRun === true, () => fake.patch(reference, patch, options)),
    delete: (reference, options) =>
      carryOut('delete', reference, options?.dryRun === true, () => fake.delete(reference, options)),
  };
  // Pods of the start are of whatever revision: they are made anew, of the first one
  for (const pod of fake.objects().filter(({ kind }) => kind === 'Pod')) fake.remove(refOf(pod));
  settle();
  return Object.assign(cluster, { client, settle });
}

export function isWrite({ verb, isDryRun }: FakeCall): boolean {
  return WRITES.has(verb) && !isDryRun;
}

function refOf({ apiVersion, kind, metadata }: KubernetesObject): ObjectReference {
  return { apiVersion, kind, namespace: metadata.namespace ?? null, name: metadata.name };
}

function settleAll(controllers: Controllers): void {
  const { fake } = controllers;
  const all = fake.objects();
  for (const object of all) {
    if (object.kind === 'CustomResourceDefinition') say(fake, object, 'Established');
    if (object.kind === 'APIService') say(fake, object, 'Available');
    if (object.kind === 'DaemonSet' || object.kind === 'Deployment') settleWorkload(controllers, object);
  }
  // What belonged to a workload that is gone goes with it
  const there = new Set(all.map(({ metadata }) => metadata.uid));
  for (const object of fake.objects()) {
    const [owner] = object.metadata.ownerReferences ?? [];
    const isOfWorkload = owner?.kind === 'DaemonSet' || owner?.kind === 'Deployment';
    if (isOfWorkload && !there.has(owner.uid)) fake.remove(refOf(object));
  }
}

function say(fake: FakeClusterClient, object: KubernetesObject, type: string): void {
  const conditions = ((object['status'] as Fields | undefined)?.['conditions'] ?? []) as readonly Fields[];
  if (conditions.some((one) => one['type'] === type && one['status'] === 'True')) return;
  fake.set({
    ...object,
    status: { ...(object['status'] as Fields), conditions: [{ type, status: 'True' }] },
  });
}

function settleWorkload({ fake, nodes, make }: Controllers, workload: KubernetesObject): void {
  const spec = workload['spec'] as Fields;
  const template = spec['template'] as Fields;
  const hash = createHash('sha256').update(JSON.stringify(template)).digest('hex').slice(0, 8);
  const label = HASHES[workload.kind] ?? '';
  const labels = {
    ...(spec['selector'] as { matchLabels: Record<string, string> }).matchLabels,
    [label]: hash,
  };
  keepRevision(fake, workload, labels, hash);
  const isDaemonSet = workload.kind === 'DaemonSet';
  const places = isDaemonSet
    ? nodes
    : Array.from({ length: (spec['replicas'] as number | undefined) ?? 1 }, (_, index) => nodes[index] ?? '');
  const isHeld = isDaemonSet && (spec['updateStrategy'] as Fields | undefined)?.['type'] === 'OnDelete';
  for (const [index, place] of places.entries()) {
    const name = `${workload.metadata.name}-${isDaemonSet ? place : index}`;
    const { namespace = '' } = workload.metadata;
    const pod = fake.objects().find((one) => one.kind === 'Pod' && one.metadata.name === name);
    const isStale = pod?.metadata.labels?.[label] !== hash;
    if (pod && (!isStale || isHeld)) continue;
    if (pod) fake.remove(refOf(pod));
    make(podOf(workload, { name, namespace, labels, place, spec: template['spec'] as Fields }));
  }
  setStatus(fake, workload, places.length, label, hash);
}

function keepRevision(
  fake: FakeClusterClient,
  workload: KubernetesObject,
  labels: Readonly<Record<string, string>>,
  hash: string,
): void {
  const isDaemonSet = workload.kind === 'DaemonSet';
  const kind = isDaemonSet ? 'ControllerRevision' : 'ReplicaSet';
  const { namespace = '', name, uid = '' } = workload.metadata;
  const own = fake
    .objects()
    .filter((one) => one.kind === kind && one.metadata.ownerReferences?.some((owner) => owner.uid === uid));
  const numberOf = (one: KubernetesObject): number =>
    Number(one['revision'] ?? one.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0);
  const newest = own.sort((a, b) => numberOf(b) - numberOf(a))[0];
  if (newest?.metadata.name === `${name}-${hash}`) return;
  const revision = newest ? numberOf(newest) + 1 : 1;
  fake.set({
    apiVersion: 'apps/v1',
    kind,
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels,
      ...(isDaemonSet ? {} : { annotations: { 'deployment.kubernetes.io/revision': String(revision) } }),
      ownerReferences: [{ apiVersion: 'apps/v1', kind: workload.kind, name, uid }],
    },
    ...(isDaemonSet ? { revision } : {}),
  });
}

function podOf(
  { kind, metadata: owner }: KubernetesObject,
  pod: { name: string; namespace: string; labels: Record<string, string>; place: string; spec: Fields },
): KubernetesObject {
  const { name, namespace, labels, place, spec } = pod;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels,
      ownerReferences: [{ apiVersion: 'apps/v1', kind, name: owner.name, uid: owner.uid ?? '' }],
    },
    spec: { ...spec, nodeName: place },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

function setStatus(
  fake: FakeClusterClient,
  workload: KubernetesObject,
  wanted: number,
  label: string,
  hash: string,
): void {
  const { uid = '' } = workload.metadata;
  const pods = fake
    .objects()
    .filter((one) => one.kind === 'Pod' && one.metadata.ownerReferences?.some((owner) => owner.uid === uid));
  const available = pods.filter(isPodReady).length;
  const fresh = pods.filter(({ metadata }) => metadata.labels?.[label] === hash).length;
  const observedGeneration = workload.metadata.generation ?? 0;
  const status =
    workload.kind === 'DaemonSet'
      ? {
          observedGeneration,
          desiredNumberScheduled: wanted,
          currentNumberScheduled: wanted,
          updatedNumberScheduled: fresh,
          numberAvailable: available,
          numberReady: available,
          numberUnavailable: wanted - available,
        }
      : {
          observedGeneration,
          replicas: pods.length,
          updatedReplicas: fresh,
          availableReplicas: available,
          readyReplicas: available,
        };
  const now = fake.objects().find((one) => one.metadata.uid === uid);
  if (now && JSON.stringify(now['status']) !== JSON.stringify(status)) fake.set({ ...now, status });
}
