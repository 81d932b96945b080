import { valueAt } from '../../cluster/fields.js';
import { groupOf, referenceOf } from '../../cluster/object-name.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { FieldWrite, Gate, MovedWorkload, ObjectWrite, Step, Write } from '../engine/step.js';
import { withField } from '../engine/with-field.js';
import { unreadyNodes, widthOf } from '../waves/plan-waves.js';
import { objectWrite, step } from '../engine/staged-steps.js';
import {
  type Knob,
  knobsOf,
  type KnobOptions,
  knobWrite,
  knobWrites,
  MIN_READY,
  ownValue,
  WIDTH,
  withCanaryKnobs,
} from './operator-knobs.js';
import type { Going, NodeRestoration, Restoration } from './plan-restore.js';
import { OPERATOR_GROUP } from './rendered.js';
import type { RestoreItem } from './restore-item.js';

/** What an install that an operator runs is to come to, forward or back. */
export interface OperatorMove extends Pick<
  Restoration,
  'calico' | 'items' | 'moved' | 'state' | 'finalizers'
> {
  readonly index: { readonly calico: string };
  readonly node: Pick<NodeRestoration, 'hasStalePods'> | null;
  readonly going: Going;
  /** Forward the present operator runs on until the next one takes over: it would write nothing that does not stay. */
  readonly isForward: boolean;
}

const REPLICAS = ['spec', 'replicas'] as const;
/** What every operator renders, whatever its resources say. */
const ALWAYS: ReadonlySet<string> = new Set(['calico-node', 'calico-typha', 'calico-kube-controllers']);

/**
 * The operator rolls the nodes itself: one at a time for the canary, then as wide as was asked, each staying well for the
 * soak, by the knobs that the Installation has for it, so that it goes on by itself where this run dies. The knobs are given
 * back at the end. On the way back the operator that runs is stopped first: it would fill its own defaults into what is put
 * back, and roll it out.
 */
export function operatorSteps(
  restoration: OperatorMove,
  found: readonly RestoreItem[],
  options: KnobOptions,
): readonly Step[] {
  const installation = restoration.calico?.operator?.installation ?? null;
  const resources = found.filter(isResource);
  const others = found.filter((item) => !isResource(item));
  const isRolling =
    others.length > 0 ||
    restoration.node?.hasStalePods === true ||
    (restoration.isForward && resources.some(isInstallation));
  const gates = [...operatorRollout(restoration, others), brought(restoration)];
  if (installation === null || !isRolling) {
    return [
      ...cleared(restoration),
      step('operator', 'the Installation and its like', resources.map(writeOf)),
      ...leftKnobs(restoration, resources),
      step('operator', 'the operator', others.map(writeOf), gates),
      ...unheld(restoration),
    ];
  }
  return [
    ...(restoration.isForward ? [] : stopped(others)),
    ...cleared(restoration),
    ...rolling(restoration, { installation, resources, others }, options),
    ...unheld(restoration),
  ];
}

/** Once the older operator runs: the newer one, which would set them again, is gone. */
function unheld({ finalizers }: OperatorMove): readonly Step[] {
  if (finalizers.length === 0) return [];
  return [step('operator', 'finalizers that only the newer operator takes off', finalizers)];
}

interface Parts {
  /** As it is now. */
  readonly installation: KubernetesObject;
  readonly resources: readonly RestoreItem[];
  readonly others: readonly RestoreItem[];
}

function rolling(
  restoration: OperatorMove,
  { installation, resources, others }: Parts,
  options: KnobOptions,
): readonly Step[] {
  const item = resources.find(isInstallation);
  const saved = restoration.items.find(isInstallation)?.saved;
  const own = (field: readonly string[]): unknown =>
    item ? valueAt(item.saved, ...field) : ownValue(installation, saved, field);
  const { isForward } = restoration;
  const without = unreadyNodes(restoration.state.nodes);
  const away = without.length;
  const knobs = knobsOf(own, restoration.state.nodes.length, { ...options, isForward, away });
  const width = widthOf(options.maxUnavailable, restoration.state.nodes.length);
  const { canaryNodes, soakMs } = options;
  const canary = nodeWorkload(restoration);
  const gate = brought(restoration);
  const isStopped = !isForward && others.some(isOperator);
  const isKnobApart = isForward || item === undefined;
  // Where a run died in the middle, its pods are young, or the operator is held and brings nothing. Forward the
  // Installation is told as the user left it, so a knob that seems right may still be where that run turned it
  const isUnderWay = restoration.node?.hasStalePods === true;
  const turned = (writes: readonly FieldWrite[]): readonly FieldWrite[] =>
    isForward && isUnderWay ? writes : writes.filter(({ before, after }) => before !== after);
  return [
    step(
      'operator',
      'the Installation and its like; nodes one at a time',
      [
        ...(isForward ? [] : resources.map((one) => (one === item ? writeHeld(one, knobs) : writeOf(one)))),
        ...(isKnobApart ? turned(firstTurns(installation, knobs)) : []),
      ],
      isForward && canary && !isUnderWay ? oldEnough(canary, knobs, without) : [],
    ),
    step(
      'operator',
      canary ? 'the operator, and the first nodes' : 'the operator',
      [
        ...others.map((one) => (isStopped && isOperator(one) ? writeStopped(one) : writeOf(one))),
        // What is new in them is for the operator that comes: the present one would roll it out by itself
        ...(isForward
          ? resources.map((one) => (one === item ? writeHeld(held(one, knobs), knobs) : writeOf(one)))
          : []),
      ],
      [
        ...operatorRollout(restoration, others),
        ...(canary
          ? [{ kind: 'canary' as const, workload: canary, nodes: canaryNodes, soakMs, without }]
          : []),
      ],
    ),
    step(
      'operator',
      `the other nodes, ${width} at a time`,
      turned(knobWrites(installation, knobs, 'canary', 'rest')),
      [gate],
    ),
    step('operator', 'the Installation’s own knobs', turned(knobWrites(installation, knobs, 'rest', 'own')), [
      gate,
    ]),
  ];
}

/** The knobs that an earlier run left in an Installation that otherwise stays as it is. */
function leftKnobs({ calico, items }: OperatorMove, resources: readonly RestoreItem[]): readonly Step[] {
  const installation = calico?.operator?.installation;
  if (!installation || resources.some(isInstallation)) return [];
  const saved = items.find(isInstallation)?.saved;
  const writes = [WIDTH, MIN_READY].flatMap((field) => {
    const [present, own] = [valueAt(installation, ...field), ownValue(installation, saved, field)];
    return present === own ? [] : [knobWrite(installation, field, present, own)];
  });
  return writes.length === 0 ? [] : [step('operator', 'the Installation’s own knobs', writes)];
}

/** No operator writes from here on; what it has rolled out runs on. */
function stopped(others: readonly RestoreItem[]): readonly Step[] {
  const item = others.find(isOperator);
  if (!item?.live) return [];
  const { object, live } = item;
  const write: Write = {
    kind: 'field',
    object,
    field: REPLICAS,
    before: valueAt(live, ...REPLICAS),
    after: 0,
  };
  return [step('operator', 'the present operator stops', [write], [{ kind: 'stopped', workload: object }])];
}

/** Nothing can be made in a namespace under deletion, and a registered API that does not answer keeps it so. */
function cleared({ going: { namespaces, registrations } }: OperatorMove): readonly Step[] {
  if (namespaces.length === 0) return [];
  const names = namespaces.map(({ name }) => name).join(', ');
  const removals = registrations.map((live): Write => ({
    kind: 'object',
    object: referenceOf(live),
    before: live,
    after: null,
  }));
  return [
    step('operator', `the namespace ${names}, which is under deletion, goes`, removals, [
      { kind: 'gone', objects: namespaces },
    ]),
  ];
}

function writeStopped({ live, saved, object }: RestoreItem): Write {
  return { kind: 'object', object, before: live && withField(live, REPLICAS, 0), after: saved };
}

function writeHeld({ live, saved, object }: RestoreItem, knobs: readonly Knob[]): Write {
  return saved === null
    ? { kind: 'object', object, before: live, after: saved }
    : objectWrite(live, withCanaryKnobs(saved, knobs));
}

/** With the knobs as the step before left them. */
function held(item: RestoreItem, knobs: readonly Knob[]): RestoreItem {
  return { ...item, live: item.live && withCanaryKnobs(item.live, knobs) };
}

/** A DaemonSet changes all pods at once that have not been Ready for so long: they have to be that old before it begins. */
function oldEnough(
  { object }: MovedWorkload,
  knobs: readonly Knob[],
  without: readonly string[],
): readonly Gate[] {
  const seconds = knobs.find(({ field }) => field === MIN_READY)?.canary;
  return typeof seconds === 'number'
    ? [{ kind: 'rollout', workload: object, minReadySeconds: seconds, without }]
    : [];
}

/** From what the Installation says now to what it is to say while the first nodes change. */
function firstTurns(installation: KubernetesObject, knobs: readonly Knob[]): readonly FieldWrite[] {
  return knobs.map(({ field, canary }) =>
    knobWrite(installation, field, valueAt(installation, ...field), canary),
  );
}

function operatorRollout({ calico }: OperatorMove, others: readonly RestoreItem[]): readonly Gate[] {
  const workload = others.find(isOperator)?.object ?? calico?.operator?.deployment?.reference;
  return workload ? [{ kind: 'rollout', workload }] : [];
}

/**
 * All that the operator rendered when the backup was made has to be back; where resources stay as they are now, only what
 * it renders in any case.
 */
function brought({ index, items, moved, state }: OperatorMove): Gate {
  const isAsSaved = !items.some(
    (item) =>
      isResource(item) && item.saved !== null && (item.action === 'keep' || item.action === 'conflict'),
  );
  const workloads = isAsSaved ? moved : moved.filter(({ object }) => ALWAYS.has(object.name));
  const stale = items
    .filter(({ object, action }) => object.kind === 'TigeraStatus' && action === 'delete')
    .map(({ object }) => object.name);
  return { kind: 'operator', calico: index.calico, workloads, stale, without: unreadyNodes(state.nodes) };
}

function nodeWorkload({ moved }: OperatorMove): MovedWorkload | undefined {
  return moved.find(({ object }) => object.kind === 'DaemonSet' && object.name === 'calico-node');
}

function writeOf({ object, live, saved }: RestoreItem): ObjectWrite {
  return { kind: 'object', object, before: live, after: saved };
}

function isResource({ object }: Pick<RestoreItem, 'object'>): boolean {
  return groupOf(object.apiVersion) === OPERATOR_GROUP;
}

function isInstallation({ object }: RestoreItem): boolean {
  return isResource({ object }) && object.kind === 'Installation';
}

function isOperator({ object }: RestoreItem): boolean {
  return object.kind === 'Deployment' && object.name === 'tigera-operator';
}
