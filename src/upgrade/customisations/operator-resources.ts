import type { KubernetesObject } from '../../ports/cluster-client.js';
import { type Schema, schemaOf } from '../stored-objects/schema.js';
import { type SchemaProblem, validateStoredObject } from '../stored-objects/validate.js';
import type { Customisation } from './customisation.js';
import { isAbsent } from './absent.js';
import { canonicalText, isFields } from '../../cluster/fields.js';
import { joinField } from './field-path.js';
import { fieldsSetByUsers, type OwnedField } from './managed-fields.js';
import { referenceOf } from '../../cluster/object-name.js';
import { FREE } from './shape.js';

/** A CRD in the installed release and in the target; null where it is not known, or the release has none of it. */
export interface Definitions {
  readonly installed: KubernetesObject | null;
  readonly target: KubernetesObject | null;
}

/**
 * What the user says in a resource that the operator or Calico fills in too (Installation, APIServer,
 * FelixConfiguration): fields that others than Calico's programs set. An upgrade leaves such resources as they are, so
 * all is kept, unless the target's schema no longer has a field, or refuses its value. Without a record of who set what
 * every field counts as the user's.
 */
export function resourceCustomisations(
  object: KubernetesObject,
  { installed, target }: Definitions,
): Customisation[] {
  const fields = fieldsSetByUsers(object) ?? leavesOf(object['spec'], 'spec');
  const problems = target ? validateStoredObject(object, target) : [];
  return fields.flatMap((field): Customisation[] => {
    const [upstream, then] = [
      defaultAt(installed, object, field.path),
      defaultAt(target, object, field.path),
    ];
    if (
      isAbsent(field.value, FREE) ||
      field.value === '' ||
      canonicalText(field.value) === canonicalText(upstream)
    )
      return [];
    const { outcome, reason } = outcomeOf(field, problems);
    return [
      {
        object: referenceOf(object),
        field: field.path,
        upstream,
        live: field.value,
        target: then,
        outcome,
        reason,
      },
    ];
  });
}

function outcomeOf(
  { path }: OwnedField,
  problems: readonly SchemaProblem[],
): Pick<Customisation, 'outcome' | 'reason'> {
  const concerning = problems.filter(({ field }) => isWithin(field, path) || isWithin(path, field));
  const invalid = concerning.find(
    ({ kind, field }) => kind === 'invalid' && field !== '' && field !== 'spec',
  );
  if (invalid)
    return { outcome: 'conflicting', reason: `The target refuses ${invalid.field}: ${invalid.message}` };
  const unknown = concerning.find(({ kind }) => kind === 'unknown');
  if (unknown) return { outcome: 'dropped', reason: `The target no longer has ${unknown.field}.` };
  return { outcome: 'kept', reason: null };
}

function isWithin(field: string, path: string): boolean {
  return field === path || field.startsWith(`${path}.`) || field.startsWith(`${path}[`);
}

function leavesOf(value: unknown, path: string): OwnedField[] {
  if (!isFields(value)) return value === undefined ? [] : [{ path, value }];
  return Object.entries(value).flatMap(([name, field]) => leavesOf(field, joinField(path, name)));
}

/** What a CRD fills in for a field; undefined for nothing. */
function defaultAt(
  definition: KubernetesObject | null,
  { apiVersion }: KubernetesObject,
  path: string,
): unknown {
  let schema: Schema | undefined = (definition && schemaOf(definition, apiVersion)) ?? undefined;
  for (const name of path.replace(/\[[^\]]*\]/g, '.').split('.')) {
    schema = name === '' ? schema?.items : schema?.properties?.[name];
  }
  return schema?.default;
}
