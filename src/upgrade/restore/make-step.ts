import { type ObjectWrite } from '../engine/step.js';
import type { RestoreItem } from './restore-item.js';

export { objectWrite, step } from '../engine/staged-steps.js';

/** Puts an object of the bundle back as it is there. */
export function writeOf({ object, live, saved }: RestoreItem): ObjectWrite {
  return { kind: 'object', object, before: live, after: saved };
}
