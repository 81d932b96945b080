import { referenceOf } from '../../cluster/object-name.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { Gate, ObjectWrite, Step, Write } from '../engine/step.js';
import type { StageName } from '../plan/plan.js';
import type { RestoreItem } from './restore-item.js';

/** A step without a wave. */
export function step(
  stage: StageName,
  title: string,
  writes: readonly Write[],
  gates: readonly Gate[] = [],
): Step {
  return { stage, title, writes, wave: null, gates };
}

/** Puts an object of the bundle back as it is there. */
export function writeOf({ object, live, saved }: RestoreItem): ObjectWrite {
  return { kind: 'object', object, before: live, after: saved };
}

export function objectWrite(before: KubernetesObject | null, after: KubernetesObject): ObjectWrite {
  return { kind: 'object', object: referenceOf(after), before, after };
}
