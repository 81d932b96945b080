import type { KubernetesObject } from '../../ports/cluster-client.js';
import { checkValue, type Notes } from './check-value.js';
import { completeValue } from './complete.js';
import { checkRules } from './rules.js';
import { type Schema, schemaOf } from './schema.js';

/** What a CRD says against an object. */
export interface SchemaProblem {
  /** `spec.bpfRedirectToPeer`, `spec.ingress[0].protocol`; empty for the object as such. */
  readonly field: string;
  /**
   * `invalid`: the API server refuses to write it. `unknown`: the field is not in the schema, and the next write loses
   * it. `unchecked`: the schema has a rule that this program cannot evaluate.
   */
  readonly kind: 'invalid' | 'unknown' | 'unchecked';
  /** undefined where it is missing. */
  readonly value: unknown;
  /** One sentence. */
  readonly message: string;
}

/**
 * Holds a stored object to the schema of a CRD, as the API server would at its next write: fields that the schema does
 * not have, defaults, types and limits, rules in CEL. Object and CRD are of the same kind.
 *
 * API servers from v1.30 on let a fault pass that a write does not touch (ratcheting): then only new objects, a restore
 * for one, are refused.
 *
 * @returns what is wrong, in the order of the schema; empty where nothing is
 */
export function validateStoredObject(
  object: KubernetesObject,
  definition: KubernetesObject,
): SchemaProblem[] {
  const schema = schemaOf(definition, object.apiVersion);
  if (!schema) {
    return [
      {
        field: '',
        kind: 'invalid',
        value: object.apiVersion,
        message: `${definition.metadata.name} has no schema for ${object.apiVersion}.`,
      },
    ];
  }
  const problems: SchemaProblem[] = [];
  const note =
    (kind: SchemaProblem['kind']) =>
    (field: string, value: unknown, message: string): void => {
      problems.push({ field, kind, value, message });
    };
  const notes: Notes = { invalid: note('invalid'), unchecked: note('unchecked') };
  const plain = withFreeMetadata(schema);
  const content = { ...object, metadata: { name: object.metadata.name } };
  const completed = completeValue(content, plain, '', (field, value) => {
    problems.push({
      field,
      kind: 'unknown',
      value,
      message: 'The schema does not have it: the next write loses it.',
    });
  });
  checkValue(completed, plain, '', notes);
  if (!problems.some(({ kind }) => kind === 'invalid')) checkRules(completed, plain, '', notes);
  return problems;
}

/** What every object has is no matter of the schema. */
function withFreeMetadata(schema: Schema): Schema {
  const metadata: Schema = { 'x-kubernetes-preserve-unknown-fields': true };
  return { ...schema, properties: { apiVersion: {}, kind: {}, ...schema.properties, metadata } };
}
