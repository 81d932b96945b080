import { listAt, textAt, valueAt } from '../../cluster/fields.js';
import { referenceOf } from '../../cluster/object-name.js';
import type { ClusterClient, KubernetesObject } from '../../ports/cluster-client.js';
import type { FieldWrite } from '../engine/step.js';
import { withField } from '../engine/with-field.js';
import { FIELD_MANAGER } from '../plan/try-changes.js';
import { type WaveOptions, widthOf } from '../waves/plan-waves.js';

/** How many nodes the operator changes at a time. */
export const WIDTH = ['spec', 'nodeUpdateStrategy', 'rollingUpdate', 'maxUnavailable'] as const;
/** For how long, in seconds, a node has to be well before the operator’s DaemonSet changes the next. */
export const MIN_READY = ['spec', 'calicoNodeDaemonSet', 'spec', 'minReadySeconds'] as const;
/** How long the brake takes at most, from the check that fails until no node changes any more. */
const BRAKE_SECONDS = 20;

/** A field of the Installation that is turned for the time of a run, and given back. */
export interface Knob {
  readonly field: readonly string[];
  /** While the first nodes change. */
  readonly canary: unknown;
  /** While the others do. */
  readonly rest: unknown;
  /** What the user wants it to be; undefined where it says nothing. */
  readonly own: unknown;
}

export interface KnobOptions extends WaveOptions {
  readonly soakMs: number;
  /** How long what is looked at after the soak of the first nodes takes; nothing where nothing is said. */
  readonly checksMs?: number;
  /** Whether the Installation can say for how long a node has to be well. */
  readonly hasMinReady?: boolean;
  /** Default: true. */
  readonly isForward?: boolean;
  /** How many nodes are not Ready and take no part. None where nothing is said. */
  readonly away?: number;
}

/**
 * One node at a time for the canary, then as wide as was asked; and no node before the one before has stayed well for the
 * soak, and as long as it takes to look at the canary's traffic, and to stop where a node is not well. Without a soak and
 * checks there is nothing to stop for. Nodes that are not Ready count as unavailable all the time, and would keep the others
 * from changing. Pure.
 *
 * @param own what the user wants a field to be
 */
export function knobsOf(
  own: (field: readonly string[]) => unknown,
  nodes: number,
  { maxUnavailable, soakMs, checksMs = 0, hasMinReady = false, isForward = true, away = 0 }: KnobOptions,
): readonly Knob[] {
  const rest = widthOf(maxUnavailable, nodes) + away;
  const width: Knob = { field: WIDTH, canary: 1 + away, rest, own: own(WIDTH) };
  if (isForward && !hasMinReady) return [width];
  const present = own(MIN_READY);
  const heldFor = (ms: number): unknown => {
    // On the way back pods that are younger than that would count as lost, and all change at once
    if (!isForward || ms === 0) return present;
    return Math.max(typeof present === 'number' ? present : 0, Math.ceil(ms / 1000) + BRAKE_SECONDS);
  };
  return [
    width,
    { field: MIN_READY, canary: heldFor(soakMs + checksMs), rest: heldFor(soakMs), own: present },
  ];
}

/** An Installation as it is while the first nodes change. */
export function withCanaryKnobs(installation: KubernetesObject, knobs: readonly Knob[]): KubernetesObject {
  return knobs.reduce((held, { field, canary }) => withField(held, field, canary), installation);
}

/** Turns every knob from one time to the next; those that stay are among them. */
export function knobWrites(
  installation: KubernetesObject,
  knobs: readonly Knob[],
  from: 'canary' | 'rest',
  to: 'rest' | 'own',
): readonly FieldWrite[] {
  return knobs.map((knob) => knobWrite(installation, knob.field, knob[from], knob[to]));
}

export function knobWrite(
  installation: KubernetesObject,
  field: readonly string[],
  before: unknown,
  after: unknown,
): FieldWrite {
  return { kind: 'field', object: referenceOf(installation), field, before, after };
}

/**
 * What a field of the Installation says, or said before a run of this program turned it.
 *
 * @param saved the Installation of the backup
 */
export function ownValue(
  installation: KubernetesObject,
  saved: KubernetesObject | null | undefined,
  field: readonly string[],
): unknown {
  const isOurs = (installation.metadata.managedFields ?? []).some(
    ({ manager, fieldsV1 }) =>
      manager === FIELD_MANAGER && valueAt(fieldsV1, ...field.map((name) => `f:${name}`)) !== undefined,
  );
  return valueAt(isOurs && saved ? saved : installation, ...field);
}

/** Whether the definition of Installations that is there knows {@link MIN_READY}: before Calico v3.24 there is none. */
export async function knowsMinReady(client: ClusterClient): Promise<boolean> {
  const definition = await client.get({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    namespace: null,
    name: 'installations.operator.tigera.io',
  });
  const path = MIN_READY.flatMap((name) => ['properties', name]);
  return listAt(definition, 'spec', 'versions').some(
    (version) => textAt(version, 'schema', 'openAPIV3Schema', ...path, 'type') === 'integer',
  );
}
