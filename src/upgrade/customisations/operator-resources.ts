import { canonicalText, type Fields, isFields } from '../../cluster/fields.js';
import { referenceOf } from '../../cluster/object-name.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import { validateStoredObject } from '../stored-objects/validate.js';
import { isAbsent } from './absent.js';
import type { Customisation } from './customisation.js';
import { fieldAt, joinField, joinItem } from './field-path.js';
import { fieldsSetByUsers, type OwnedField } from './managed-fields.js';
import { asCompared, isFilledIn, rewrittenFields } from './operator-fills.js';
import { defaultAt } from './schema-default.js';
import { FREE } from './shape.js';
import { type InReleases, outcomeBySchema, outcomeByUpstream, type StandingValue } from './standing-value.js';

/** A CRD in the installed release and in the target. */
export type Definitions = InReleases;

const NOT_KNOWN: InReleases = { installed: null, target: null };

/**
 * What the user says in a resource that the operator fills in too (Installation, APIServer, Goldmane, …): fields that
 * others than Calico's programs set to something else than upstream's sample or the CRD say. An upgrade leaves such
 * resources as they are, so all is kept, unless the target's schema no longer has a field or refuses its value, or
 * upstream says something else there itself. Without a record of who set what every field counts as the user's.
 *
 * @param samples the same object in upstream's custom-resources.yaml, or as Helm rendered it
 */
export function resourceCustomisations(
  object: KubernetesObject,
  definitions: Definitions,
  samples: InReleases = NOT_KNOWN,
): Customisation[] {
  const problems = definitions.target ? validateStoredObject(object, definitions.target) : [];
  const standardAt = (release: keyof InReleases, path: string): unknown =>
    fieldAt(samples[release], path) ?? defaultAt(definitions[release], object.apiVersion, path);
  return fieldsOf(object, samples.installed)
    .map(({ path, value }) => ({
      path,
      value,
      upstream: standardAt('installed', path),
      target: standardAt('target', path),
    }))
    .filter(isChanged)
    .map((field) => ({
      object: referenceOf(object),
      field: field.path,
      upstream: field.upstream,
      live: field.value,
      target: field.target,
      ...(outcomeBySchema(field.path, problems) ?? outcomeByUpstream(field)),
    }));
}

function isChanged({ path, value, upstream }: StandingValue): boolean {
  // A map that says nothing is what the API server leaves of fields that it does not know
  if (saysNothing(value) && (isFields(value) || saysNothing(upstream))) return false;
  return canonicalText(asCompared(path, value)) !== canonicalText(asCompared(path, upstream));
}

function saysNothing(value: unknown): boolean {
  return isAbsent(value, FREE) || value === '';
}

/** The fields that may be the user's; lists that upstream's sample has are taken apart as far as it has items. */
function fieldsOf(object: KubernetesObject, sample: KubernetesObject | null): OwnedField[] {
  const owned = fieldsSetByUsers(object) ?? leavesOf(object['spec'], 'spec');
  const known = new Set(owned.map(({ path }) => path));
  const rewritten = rewrittenFields(sample)
    .filter((path) => !known.has(path))
    .map((path) => ({ path, value: fieldAt(object, path) }))
    .filter(({ value }) => value !== undefined);
  return [...owned, ...rewritten].flatMap((field) => takeApart(field, fieldAt(sample, field.path)));
}

/**
 * The items of a list that is owned as a whole: by name where all have names, field by field where that can be compared;
 * else the list as it is.
 */
function takeApart(field: OwnedField, sample: unknown): OwnedField[] {
  const { path, value } = field;
  if (!Array.isArray(value) || !value.every(isFields)) return [field];
  const standards = Array.isArray(sample) ? sample.filter(isFields) : [];
  if (value.length < standards.length) return [field];
  const areNamed = haveNames(value) && haveNames(standards);
  if (!areNamed && standards.length === 0) return [field];
  return value.flatMap((item, index): OwnedField[] => {
    const name = String(item['name']);
    const at = areNamed ? joinItem(path, { name }) : `${path}[${index}]`;
    const standard = areNamed ? standards.find((one) => one['name'] === item['name']) : standards[index];
    if (!standard && standards.length > 0) return [{ path: at, value: item }];
    return Object.entries(item)
      .filter(([key]) => !areNamed || key !== 'name')
      .filter(([key, one]) => Object.hasOwn(standard ?? {}, key) || !isFilledIn(path, key, one))
      .flatMap(([key, one]) => leavesOf(one, joinField(at, key)));
  });
}

function haveNames(items: readonly Fields[]): boolean {
  const names = items.map(({ name }) => name);
  return names.every((name) => typeof name === 'string') && new Set(names).size === names.length;
}

function leavesOf(value: unknown, path: string): OwnedField[] {
  if (!isFields(value)) return value === undefined ? [] : [{ path, value }];
  return Object.entries(value).flatMap(([name, field]) => leavesOf(field, joinField(path, name)));
}
