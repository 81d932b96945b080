import { createHash } from 'node:crypto';
import type { KubernetesObject } from '../ports/cluster-client.js';
import { asFields, asList, canonicalText, listAt, textAt, valueAt } from './fields.js';

/** What tells a reader something, and refuses nothing. */
const WORDS: ReadonlySet<string> = new Set(['description', 'title', 'example', 'externalDocs']);
const SCHEMAS: ReadonlySet<string> = new Set(['items', 'additionalProperties', 'not']);
const LISTS_OF_SCHEMAS: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'oneOf']);

/**
 * Digests of a definition's schemas, by the version that each is of: the same where two definitions hold objects to the
 * same, whatever words they describe it with.
 */
export function schemaDigests(definition: KubernetesObject): Readonly<Record<string, string>> {
  return Object.fromEntries(
    listAt(definition, 'spec', 'versions').map((version) => [
      textAt(version, 'name'),
      digestOf(valueAt(version, 'schema', 'openAPIV3Schema')),
    ]),
  );
}

function digestOf(schema: unknown): string {
  const text = schema === undefined ? '' : canonicalText(withoutWords(schema));
  return createHash('sha256').update(text).digest('hex');
}

function withoutWords(schema: unknown): unknown {
  const fields = asFields(schema);
  if (!fields) return schema;
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([name]) => !WORDS.has(name))
      .map(([name, value]) => [name, partWithoutWords(name, value)]),
  );
}

function partWithoutWords(name: string, value: unknown): unknown {
  if (SCHEMAS.has(name)) return withoutWords(value);
  if (LISTS_OF_SCHEMAS.has(name)) return (asList(value) ?? []).map(withoutWords);
  if (name !== 'properties') return value;
  return Object.fromEntries(
    Object.entries(asFields(value) ?? {}).map(([field, inner]) => [field, withoutWords(inner)]),
  );
}
