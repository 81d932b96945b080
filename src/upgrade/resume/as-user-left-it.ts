import type { CalicoState, OperatorState } from '../../cluster/calico-state.js';
import type { ClusterState } from '../../cluster/cluster-state.js';
import type { Workload } from '../../cluster/workload-state.js';
import { canonicalText, textAt, valueAt } from '../../cluster/fields.js';
import { groupOf, referenceOf } from '../../cluster/object-name.js';
import type { KubernetesObject, ObjectReference } from '../../ports/cluster-client.js';
import { withField } from '../engine/with-field.js';
import type { FieldWrite, Write } from '../engine/step.js';

const STRATEGY = ['spec', 'updateStrategy'] as const;

/**
 * A cluster without what an upgrade that died set for its own time: knobs of the Installation, replicas of an operator that
 * it holds, a DaemonSet that waits for its pods to be deleted. What the user has there is read from the journal, and
 * counts as the user's own from here on. Pure.
 *
 * @param writes what the journal says was written, or was about to be
 */
export function asUserLeftIt(state: ClusterState, writes: readonly Write[]): ClusterState {
  const { calico } = state;
  return calico === null ? state : { ...state, calico: calicoAsLeft(calico, writes) };
}

function calicoAsLeft(calico: CalicoState, writes: readonly Write[]): CalicoState {
  const undo = (object: KubernetesObject): KubernetesObject => objectAsLeft(object, writes);
  const { node } = calico.components;
  return {
    ...calico,
    objects: calico.objects.map(undo),
    operator: calico.operator && operatorAsLeft(calico.operator, undo),
    components: { ...calico.components, node: node && workloadAsLeft(node, calico.objects, undo) },
  };
}

function operatorAsLeft(
  operator: OperatorState,
  undo: (object: KubernetesObject) => KubernetesObject,
): OperatorState {
  return {
    ...operator,
    installation: operator.installation && undo(operator.installation),
    resources: operator.resources.map(undo),
  };
}

function workloadAsLeft<T extends Workload>(
  workload: T,
  objects: readonly KubernetesObject[],
  undo: (object: KubernetesObject) => KubernetesObject,
): T {
  const live = objects.find((object) => isSame(referenceOf(object), workload.reference));
  const updateStrategy = live ? textAt(undo(live), ...STRATEGY, 'type') : '';
  return updateStrategy === '' ? workload : { ...workload, updateStrategy };
}

/** An object with the user's own values where it still has those that the upgrade set for its own time. Pure. */
export function objectAsLeft(object: KubernetesObject, writes: readonly Write[]): KubernetesObject {
  const own = writes.filter((write) => isSame(write.object, referenceOf(object)));
  const fields = own.filter((write): write is FieldWrite => write.kind === 'field');
  const undone = firstOfEach(fields).reduce((left, { field, before }) => {
    const isOurs = fields.some(
      (write) =>
        samePath(write.field, field) &&
        canonicalText(write.after) === canonicalText(valueAt(object, ...field)),
    );
    return isOurs ? withField(left, field, before) : left;
  }, object);
  return object.kind === 'DaemonSet' ? withOwnStrategy(undone, own) : undone;
}

/** An object as an upgrade that died last wanted it as a whole; as it is where it wanted nothing of it. Pure. */
export function objectAsWanted(object: KubernetesObject, writes: readonly Write[]): KubernetesObject {
  const wanted = writes.flatMap((write) =>
    write.kind === 'object' && write.after !== null && isSame(write.object, referenceOf(object))
      ? [write.after]
      : [],
  );
  return wanted.at(-1) ?? object;
}

/** What stood there before the first of a field's writes is the user's. */
function firstOfEach(writes: readonly FieldWrite[]): readonly FieldWrite[] {
  return writes.filter(
    (write, index) => writes.findIndex(({ field }) => samePath(field, write.field)) === index,
  );
}

function withOwnStrategy(daemonSet: KubernetesObject, writes: readonly Write[]): KubernetesObject {
  if (textAt(daemonSet, ...STRATEGY, 'type') !== 'OnDelete') return daemonSet;
  const own = writes
    .flatMap((write) => (write.kind === 'object' && write.before ? [write.before] : []))
    .findLast((before) => textAt(before, ...STRATEGY, 'type') !== 'OnDelete');
  return own ? withField(daemonSet, STRATEGY, valueAt(own, ...STRATEGY)) : daemonSet;
}

/** The version of an API may have moved meanwhile. */
function isSame(one: ObjectReference, other: ObjectReference): boolean {
  return (
    groupOf(one.apiVersion) === groupOf(other.apiVersion) &&
    one.kind === other.kind &&
    one.namespace === other.namespace &&
    one.name === other.name
  );
}

function samePath(one: readonly string[], other: readonly string[]): boolean {
  return one.join('\n') === other.join('\n');
}
