import type { PreflightCode } from '../../findings/preflight-registry.js';
import type { RollbackCode } from '../../findings/rollback-registry.js';
import type { Weight } from '../preflight/preflight.js';

/** Something that stops a rollback, or that whoever starts it should know. */
export interface RollbackFinding {
  readonly code: RollbackCode | PreflightCode;
  readonly weight: Weight;
  /** What is wrong, in one sentence that names objects and versions. */
  readonly message: string;
  /** What to do, in one sentence. */
  readonly remedy: string;
  readonly source: string | null;
}

/** A finding of a rollback's own. */
export function say(
  code: RollbackCode,
  weight: Weight,
  message: string,
  remedy: string,
  source: string | null = null,
): RollbackFinding {
  return { code, weight, message, remedy, source };
}
