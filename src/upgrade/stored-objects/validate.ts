import type { KubernetesObject } from '../../ports/cluster-client.js';
import { type Notes, REQUIRED } from './check.js';
import { compileCheck } from './check-value.js';
import { compileComplete } from './complete.js';
import { pathOf, type Place, remember } from './place.js';
import { compileRules } from './rules.js';
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
  /** Whether API servers from v1.30 on let it pass where a write leaves as it is what is at fault, and changes the rest. */
  readonly passesUnchanged: boolean;
}

/**
 * Holds a stored object to the schema of a CRD, as the API server would at its next write: fields that the schema does
 * not have, defaults, types and limits, rules in CEL. Object and CRD are of the same kind.
 *
 * API servers from v1.30 on let a fault pass (ratcheting) where the value that is at fault, or one that holds it, is as it
 * was; for a missing field that is the map that lacks it. So a fault of `spec` itself fails each write of the spec, and one
 * below does not. What `allOf` and its like ask for never passes. New objects are held to all of it.
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-ratcheting
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
        passesUnchanged: false,
      },
    ];
  }
  return compile(schema)(object);
}

const UNKNOWN = 'The schema does not have it: the next write loses it.';

const compile = remember((schema: Schema) => {
  const plain = withFreeMetadata(schema);
  const [complete, check, rules] = [compileComplete(plain), compileCheck(plain), compileRules(plain)];
  return (object: KubernetesObject): SchemaProblem[] => {
    const problems: SchemaProblem[] = [];
    const add = (
      kind: SchemaProblem['kind'],
      passesUnchanged: boolean,
      ...[place, value, message]: [Place | null, unknown, string]
    ): void => {
      problems.push({ field: pathOf(place), kind, value, message, passesUnchanged });
    };
    const notes: Notes = {
      invalid: (place, ...said) => {
        add('invalid', isBelowSpec(place), place, ...said);
      },
      missing: (place) => {
        add('invalid', isBelowSpec(place.parent), place, undefined, REQUIRED);
      },
      always: (...said) => {
        add('invalid', false, ...said);
      },
      unchecked: (...said) => {
        add('unchecked', true, ...said);
      },
    };
    const content = { ...object, metadata: { name: object.metadata.name } };
    const completed = complete(content, null, (place, value) => {
      add('unknown', true, place, value, UNKNOWN);
    });
    check(completed, null, notes);
    if (!problems.some(({ kind }) => kind === 'invalid')) rules?.(completed, null, notes);
    return problems;
  };
});

/** Whether a place is a field of the spec or lies below one: a write can leave it as it is, and change the spec. */
function isBelowSpec(place: Place | null): boolean {
  return place !== null && place.parent !== null;
}

/** What every object has is no matter of the schema. */
function withFreeMetadata(schema: Schema): Schema {
  const metadata: Schema = { 'x-kubernetes-preserve-unknown-fields': true };
  return { ...schema, properties: { apiVersion: {}, kind: {}, ...schema.properties, metadata } };
}
