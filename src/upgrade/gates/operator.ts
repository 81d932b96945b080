import { numberAt, textAt } from '../../cluster/fields.js';
import { nameOf, referenceOf } from '../../cluster/object-name.js';
import type { KubernetesObject, ObjectKind } from '../../ports/cluster-client.js';
import type { MovedWorkload } from '../engine/step.js';
import { NODE } from './few.js';
import { isPodReady } from './pod-fault.js';
import { lostNodes, type RolledOut } from './lost-nodes.js';
import { bearsMarks } from './release-marks.js';
import { rolloutWithout } from './rollout.js';
import type { Lasts } from './stopwatch.js';
import { statusFault, statusWait } from './tigera-status.js';
import type { Seen, Sight, Source } from './wait-for.js';
import {
  faultOfNewPods,
  isObserved,
  newPodsOf,
  POD,
  podsElsewhere,
  podsOf,
  podsOn,
  REVISIONS,
  sourceOf,
  unreadyOf,
} from './workload.js';

const MOST_REASONS = 3;
const INSTALLATION: ObjectKind = { apiVersion: 'operator.tigera.io/v1', kind: 'Installation' };
const STATUS: ObjectKind = { apiVersion: 'operator.tigera.io/v1', kind: 'TigeraStatus' };
const IN_NAMESPACES: readonly ObjectKind[] = [
  { apiVersion: 'apps/v1', kind: 'DaemonSet' },
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  ...Object.values(REVISIONS),
  POD,
];

/**
 * TigeraStatuses that wait for every pod there is, wherever: calico-node's, and those of Deployments of a single pod, which is
 * made anew only once the old one has ended. Their workloads are judged all the same.
 */
const WAIT_FOR_PODS: ReadonlySet<string> = new Set(['calico', 'goldmane', 'whisker']);

/** What the operator is to have brought. */
export interface Brought {
  /** `v3.30.7`; empty where it is not known. */
  readonly calico: string;
  readonly workloads: readonly MovedWorkload[];
  /** TigeraStatuses that nobody writes any more. */
  readonly stale: readonly string[];
  /** Nodes that take no part: as long as they are lost, the operator does not say of any release that it is there. */
  readonly without?: readonly string[];
}

/** What {@link operatorSight} judges: what the operator says, and all that runs in the workloads’ namespaces. */
export function operatorSources({ workloads }: Pick<Brought, 'workloads'>): readonly Source[] {
  const namespaces = [...new Set(workloads.map(({ object }) => object.namespace))];
  return [
    { kind: INSTALLATION, options: {} },
    { kind: STATUS, options: {} },
    { kind: NODE, options: {} },
    ...namespaces.flatMap((namespace) => IN_NAMESPACES.map((kind) => ({ kind, options: { namespace } }))),
  ];
}

/**
 * Whether the operator has brought a release everywhere: the Installation says so, every TigeraStatus is well at once,
 * every workload of the release has come to it, and runs what it says. One of these alone is not enough: a status can lag,
 * flickers, and stays as it was while no operator runs. Pure.
 *
 * @see https://docs.tigera.io/calico/latest/reference/installation/api
 */
export function operatorSight(brought: Brought, seen: Seen, lasts: Lasts): Sight {
  const { calico, workloads, stale, without = [] } = brought;
  const all = seen.flat();
  const of = (...kinds: readonly string[]): KubernetesObject[] =>
    all.filter(({ kind }) => kinds.includes(kind));
  const parts = rolledOut(of, without);
  const installation = of('Installation').find(({ metadata }) => metadata.name === 'default');
  const running = of('DaemonSet', 'Deployment');
  // What only the other release has may be broken, and is about to go
  const isWanted = (live: KubernetesObject): boolean =>
    workloads.some(({ object }) => nameOf(object) === nameOf(referenceOf(live)));
  const statuses = of('TigeraStatus').filter(({ metadata }) => !stale.includes(metadata.name));
  const wanted = running.filter(isWanted);
  const lost = wanted.filter(movesPackets).map((one) => lostNodes(one, parts, lasts));
  const waits = [
    ...(isHeldUp(brought) ? [] : versionFault(installation, calico)),
    ...statuses
      .filter(({ metadata }) => !WAIT_FOR_PODS.has(metadata.name) || !isHeldUp(brought))
      .flatMap((status) => statusWait(status, installation)),
    ...workloads.flatMap((workload) => moveFault(workload, running)),
    ...lost.flatMap((one) => one.waits),
    ...wanted.flatMap((workload) => {
      if (isDriver(workload) && podsOn(without, podsOf(workload, of('Pod'))).length > 0) return [];
      const sight = rolloutWithout(without, workload, parts.revisions, of('Pod'));
      return sight.kind === 'waiting' ? [sight.reason] : [];
    }),
  ];
  if (waits.length === 0) return { kind: 'done' };
  // What pods suffer from whose workload the operator has not moved yet is what it is about to mend
  const moved = running.filter((one) => workloads.some((workload) => isMoved(workload, one)));
  const { revisions, pods } = parts;
  const fault = firstOf(moved, (one) => faultOfNewPods(one, revisions, pods, lasts));
  if (fault !== null) return { kind: 'failed', ...fault };
  const unready = moved.flatMap((one) => unreadyOf(one, revisions, pods));
  const away = firstOf(lost, (one) => one.fault);
  if (away !== null) return { kind: 'failed', reason: away, pods: unready };
  const degraded = firstOf(statuses, (status) => statusFault(status, lasts));
  return degraded === null
    ? { kind: 'waiting', reason: waits.slice(0, MOST_REASONS).join('; '), pods: unready }
    : { kind: 'failed', reason: degraded, pods: unready };
}

/** The first nodes that the operator changes, one at a time. */
export interface Canary {
  readonly workload: MovedWorkload;
  readonly nodes: number;
  /** Nodes that take no part. */
  readonly without?: readonly string[];
}

/** What {@link canarySight} judges. */
export function canarySources({ workload: { object } }: Canary): readonly Source[] {
  const { namespace } = object;
  const kinds = IN_NAMESPACES.filter(({ kind }) => kind !== 'Deployment' && kind !== 'ReplicaSet');
  return [
    sourceOf({ ...STATUS, namespace: null, name: 'calico' }),
    { kind: NODE, options: {} },
    ...kinds.map((kind) => ({ kind, options: { namespace } })),
  ];
}

/** Whether so many nodes run a release that the operator rolls out one node at a time, and are Ready. Pure. */
export function canarySight({ workload, nodes, without = [] }: Canary, seen: Seen, lasts: Lasts): Sight {
  const all = seen.flat();
  const of = (...kinds: readonly string[]): KubernetesObject[] =>
    all.filter(({ kind }) => kinds.includes(kind));
  const degraded = firstOf(of('TigeraStatus'), (status) => statusFault(status, lasts));
  const daemonSet = all.find((one) => isMoved(workload, one));
  const name = nameOf(workload.object);
  if (!daemonSet) {
    return degraded === null
      ? { kind: 'waiting', reason: unmoved(name) }
      : { kind: 'failed', reason: degraded };
  }
  const parts = rolledOut(of, without);
  const { revisions } = parts;
  const ready = newPodsOf(daemonSet, revisions, parts.pods).filter(isPodReady).length;
  const desired = numberAt(daemonSet, 'status', 'desiredNumberScheduled') ?? 0;
  const wanted = Math.min(nodes, desired, Math.max(1, desired - without.length));
  if (isObserved(daemonSet) && ready >= wanted) return { kind: 'done' };
  const fault = faultOfNewPods(daemonSet, revisions, parts.pods, lasts);
  if (fault !== null) return { kind: 'failed', ...fault };
  const pods = unreadyOf(daemonSet, revisions, parts.pods);
  const lost = lostNodes(daemonSet, parts, lasts);
  const reason = lost.fault ?? degraded;
  if (reason !== null) return { kind: 'failed', reason, pods };
  const waits = [`${name}: ${ready} of the first ${wanted} nodes are there`, ...lost.waits];
  return { kind: 'waiting', reason: waits.join('; '), pods };
}

/** Without the nodes that take no part, and what is on them. */
function rolledOut(
  of: (...kinds: readonly string[]) => readonly KubernetesObject[],
  without: readonly string[],
): RolledOut {
  return {
    revisions: of('ControllerRevision', 'ReplicaSet'),
    pods: podsElsewhere(of('Pod'), without),
    nodes: of('Node').filter(({ metadata }) => !without.includes(metadata.name)),
  };
}

/**
 * Whether the operator cannot say that a release is there because of nodes that take no part, and something else does: it
 * waits for all of calico-node's pods, and for the ones of Goldmane and Whisker.
 *
 * @see https://github.com/tigera/operator/blob/v1.40.8/pkg/controller/status/status.go `awaiting %d nodes`
 */
function isHeldUp({ without = [], workloads }: Brought): boolean {
  return without.length > 0 && workloads.some(({ object }) => object.kind === 'DaemonSet');
}

/** The CSI driver, which moves no packets: a node that is lost holds it up everywhere, since it goes one node at a time. */
function isDriver({ kind, metadata }: KubernetesObject): boolean {
  return kind === 'DaemonSet' && metadata.name === 'csi-node-driver';
}

function movesPackets(workload: KubernetesObject): boolean {
  return workload.kind === 'DaemonSet' && !isDriver(workload);
}

/** The pods that {@link canarySight} counts. */
export function canaryPods({ workload }: Canary, seen: Seen): readonly KubernetesObject[] {
  const all = seen.flat();
  const daemonSet = all.find((one) => isMoved(workload, one));
  return daemonSet ? newPodsOf(daemonSet, all, all.filter(isPodReady)) : [];
}

function isMoved({ object, marks }: MovedWorkload, live: KubernetesObject): boolean {
  return nameOf(referenceOf(live)) === nameOf(object) && bearsMarks(live, marks);
}

function versionFault(installation: KubernetesObject | undefined, calico: string): string[] {
  const said = textAt(installation, 'status', 'calicoVersion');
  return calico === '' || said === calico
    ? []
    : [`the Installation says Calico ${said || 'of no version yet'}`];
}

function moveFault(workload: MovedWorkload, running: readonly KubernetesObject[]): string[] {
  if (running.some((live) => isMoved(workload, live))) return [];
  return [unmoved(nameOf(workload.object))];
}

function unmoved(name: string): string {
  return `the operator has not moved ${name} yet (its log says why)`;
}

function firstOf<Item, Found>(items: readonly Item[], find: (item: Item) => Found | null): Found | null {
  for (const item of items) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}
