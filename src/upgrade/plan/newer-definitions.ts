import type { CalicoState } from '../../cluster/calico-state.js';
import { asFields, asList, canonicalText, listAt, textAt, valueAt } from '../../cluster/fields.js';
import { referenceOf } from '../../cluster/object-name.js';
import { schemaDigests } from '../../cluster/schema-digest.js';
import { ClusterError } from '../../errors.js';
import type { ClusterClient, KubernetesObject } from '../../ports/cluster-client.js';
import { inBatches } from './in-batches.js';

/** The definitions of the two releases of a hop. */
export interface HopDefinitions {
  readonly base: readonly KubernetesObject[];
  readonly target: readonly KubernetesObject[];
}

/**
 * The names of the target's definitions in whose place newer ones are in the cluster: Calico was a newer release before, and
 * went back. They stay, since going back to older ones would lose what is stored in fields that only the newer ones have.
 * Only those are read whole that are of neither release.
 *
 * @throws ClusterError where one cannot be read, for another reason than that the account may not
 */
export async function findNewerDefinitions(
  client: ClusterClient,
  { schemaDigests: live }: Pick<CalicoState, 'schemaDigests'>,
  { base, target }: HopDefinitions,
): Promise<readonly string[]> {
  const baseByName = new Map(base.filter(isDefinition).map((one) => [one.metadata.name, one]));
  const strange = target.filter(isDefinition).filter((definition) => {
    const { name } = definition.metadata;
    const digests = live?.[name];
    const releases = [definition, baseByName.get(name)].flatMap((one) => (one ? [schemaDigests(one)] : []));
    return digests !== undefined && releases.every((one) => canonicalText(one) !== canonicalText(digests));
  });
  const names = await inBatches(strange, async (definition) => {
    const { name } = definition.metadata;
    const found = await read(client, definition);
    const isNew =
      found !== null && isNewer(found, { base: baseByName.get(name) ?? null, target: definition });
    return isNew ? name : null;
  });
  return names.flatMap((name) => name ?? []);
}

/**
 * Whether a definition has what neither release knows (a version, a field, a value, a default), and all that the target has
 * more than the installed release. One that somebody changed by hand lacks what the target needs, and is not newer. Pure.
 */
export function isNewer(
  live: KubernetesObject,
  { base, target }: { readonly base: KubernetesObject | null; readonly target: KubernetesObject },
): boolean {
  const [known, wanted, there] = [base ? factsOf(base) : new Set(), factsOf(target), factsOf(live)];
  const hasMore = [...there].some((fact) => !known.has(fact) && !wanted.has(fact));
  return hasMore && [...wanted].every((fact) => known.has(fact) || there.has(fact));
}

function isDefinition({ kind }: KubernetesObject): boolean {
  return kind === 'CustomResourceDefinition';
}

/** Null where it is not there, or may not be read. */
async function read(client: ClusterClient, definition: KubernetesObject): Promise<KubernetesObject | null> {
  try {
    return await client.get(referenceOf(definition));
  } catch (error) {
    if (error instanceof ClusterError && error.status === 403) return null;
    throw error;
  }
}

/** All that a definition allows, each as a text: `v1`, `v1.spec.cidr`, `v1.spec.ipipMode = Always`. */
function factsOf(definition: KubernetesObject): ReadonlySet<string> {
  const facts = new Set<string>();
  for (const version of listAt(definition, 'spec', 'versions')) {
    const name = textAt(version, 'name');
    facts.add(name);
    addFacts(valueAt(version, 'schema', 'openAPIV3Schema'), name, facts);
  }
  return facts;
}

function addFacts(schema: unknown, path: string, facts: Set<string>): void {
  const fields = asFields(schema);
  if (!fields) return;
  for (const [name, inner] of Object.entries(asFields(fields['properties']) ?? {})) {
    facts.add(`${path}.${name}`);
    addFacts(inner, `${path}.${name}`, facts);
  }
  for (const value of asList(fields['enum']) ?? []) facts.add(`${path} = ${canonicalText(value)}`);
  if ('default' in fields) facts.add(`${path} default ${canonicalText(fields['default'])}`);
  addFacts(fields['items'], `${path}[]`, facts);
  addFacts(fields['additionalProperties'], `${path}{}`, facts);
  for (const list of ['allOf', 'anyOf', 'oneOf'])
    for (const inner of asList(fields[list]) ?? []) addFacts(inner, path, facts);
}
