import { listAt, numberAt, textAt } from '../../cluster/fields.js';
import type { KubernetesObject, ObjectReference } from '../../ports/cluster-client.js';
import { rolloutOf } from './rollout.js';
import type { Seen, Sight, Source } from './wait-for.js';
import { faultOfNewPods, POD, REVISIONS, sourceOf } from './workload.js';

const MOST_REASONS = 3;

/** What {@link operatorSight} judges, in its order. */
export function operatorSources(namespace: string): readonly Source[] {
  const inNamespace = (kind: Source['kind'] | undefined): Source[] =>
    kind ? [{ kind, options: { namespace } }] : [];
  return [
    { kind: { apiVersion: 'operator.tigera.io/v1', kind: 'Installation' }, options: {} },
    { kind: { apiVersion: 'operator.tigera.io/v1', kind: 'TigeraStatus' }, options: {} },
    ...inNamespace({ apiVersion: 'apps/v1', kind: 'DaemonSet' }),
    ...inNamespace({ apiVersion: 'apps/v1', kind: 'Deployment' }),
    ...inNamespace(REVISIONS['DaemonSet']),
    ...inNamespace(REVISIONS['Deployment']),
    ...inNamespace(POD),
  ];
}

/**
 * Whether the operator has brought a release everywhere: the Installation says so, every TigeraStatus is well at once,
 * and every workload runs what it says. One of these alone is not enough: a status can lag, and flickers. Pure.
 *
 * @see https://docs.tigera.io/calico/latest/reference/installation/api
 */
export function operatorSight(calico: string, seen: Seen): Sight {
  const [installations = [], statuses = [], daemonSets = [], deployments = []] = seen;
  const workloads = [...daemonSets, ...deployments];
  const version = textAt(
    installations.find(({ metadata }) => metadata.name === 'default'),
    'status',
    'calicoVersion',
  );
  const waits = [
    ...(version === calico ? [] : [`the Installation says Calico ${version || 'of no version yet'}`]),
    ...statuses.flatMap(statusFault),
    ...workloads.flatMap((workload) => {
      const sight = rolloutOf(workload);
      return sight.kind === 'waiting' ? [sight.reason] : [];
    }),
  ];
  if (waits.length === 0) return { kind: 'done' };
  const fault = findFault(calico, workloads, seen);
  return fault === null
    ? { kind: 'waiting', reason: waits.slice(0, MOST_REASONS).join('; ') }
    : { kind: 'failed', reason: fault };
}

/** What {@link canarySight} judges, in its order. */
export function canarySources(daemonSet: ObjectReference): readonly Source[] {
  const { namespace } = daemonSet;
  const revisions = REVISIONS['DaemonSet'];
  return [
    sourceOf(daemonSet),
    ...(revisions ? [{ kind: revisions, options: { namespace } }] : []),
    { kind: POD, options: { namespace } },
  ];
}

/** Whether the first nodes run a release that the operator rolls out one node at a time, and are well. Pure. */
export function canarySight({ calico, nodes }: { calico: string; nodes: number }, seen: Seen): Sight {
  const [[daemonSet] = [undefined], revisions = [], pods = []] = seen;
  if (!daemonSet || !isOfRelease(daemonSet, calico)) {
    return { kind: 'waiting', reason: `the operator has not moved calico-node to Calico ${calico} yet` };
  }
  const status = (name: string): number => numberAt(daemonSet, 'status', name) ?? 0;
  const { generation = 0 } = daemonSet.metadata;
  const wanted = Math.min(nodes, status('desiredNumberScheduled'));
  const isSeen = status('observedGeneration') >= generation;
  if (isSeen && status('updatedNumberScheduled') >= wanted && status('numberUnavailable') === 0) {
    return { kind: 'done' };
  }
  const fault = faultOfNewPods(daemonSet, revisions, pods);
  return fault === null
    ? {
        kind: 'waiting',
        reason: `${status('updatedNumberScheduled')} of the first ${wanted} nodes are there`,
      }
    : { kind: 'failed', reason: fault };
}

/** What pods of a workload suffer from that the operator has not moved yet is what it is about to mend. */
function findFault(
  calico: string,
  workloads: readonly KubernetesObject[],
  [, , , , controllerRevisions = [], replicaSets = [], pods = []]: Seen,
): string | null {
  const revisions = [...controllerRevisions, ...replicaSets];
  return (
    workloads
      .filter((workload) => isOfRelease(workload, calico))
      .map((workload) => faultOfNewPods(workload, revisions, pods))
      .find((fault) => fault !== null) ?? null
  );
}

function isOfRelease(workload: KubernetesObject, calico: string): boolean {
  return listAt(workload, 'spec', 'template', 'spec', 'containers').some((container) =>
    textAt(container, 'image').includes(`:${calico}`),
  );
}

function statusFault(status: KubernetesObject): string[] {
  const { generation = 0, name } = status.metadata;
  const conditions = new Map(
    listAt(status, 'status', 'conditions').map((condition) => [textAt(condition, 'type'), condition]),
  );
  const is = (type: string): boolean => textAt(conditions.get(type), 'status') === 'True';
  const isCurrent = [...conditions.values()].every(
    (condition) => (numberAt(condition, 'observedGeneration') ?? generation) >= generation,
  );
  if (is('Available') && !is('Progressing') && !is('Degraded') && isCurrent) return [];
  const said = ['Degraded', 'Progressing']
    .map((type) => textAt(conditions.get(type), 'message'))
    .find(Boolean);
  return [`TigeraStatus ${name} is not well${said ? ` (${said})` : ''}`];
}
