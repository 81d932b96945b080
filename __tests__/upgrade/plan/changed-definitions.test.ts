import { describe, expect, test } from '@jest/globals';
import { schemaDigests } from '../../../src/cluster/schema-digest.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { changedDefinitions } from '../../../src/upgrade/plan/changed-definitions.js';

function definition(openAPIV3Schema: object, name = 'tiers.crd.projectcalico.org'): KubernetesObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name },
    spec: { versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }] },
  };
}

const spec = (schema: object): KubernetesObject =>
  definition({ type: 'object', properties: { spec: schema } });
const digest = (schema: object): string | undefined => schemaDigests(spec(schema))['v1'];

describe('digests of schemas', () => {
  test.each([
    ['the order of fields', { type: 'string', pattern: 'a' }, { pattern: 'a', type: 'string' }],
    ['words', { type: 'string', description: 'old' }, { type: 'string', description: 'new', title: 'x' }],
    ['words below', { items: { anyOf: [{ description: 'a' }] } }, { items: { anyOf: [{}] } }],
  ])('are the same whatever %s', (_, one, other) => {
    expect(digest(one)).toBe(digest(other));
  });

  test.each([
    ['a field that is named description', { properties: { description: { type: 'string' } } }, {}],
    ['an enum', { enum: ['a'] }, { enum: ['a', 'b'] }],
    ['a rule', { 'x-kubernetes-validations': [{ rule: 'true' }] }, {}],
    ['a default', { default: 1 }, {}],
  ])('are others by %s', (_, one, other) => {
    expect(digest(one)).not.toBe(digest(other));
  });
});

describe('definitions that hold stored objects to something else', () => {
  const now = spec({ type: 'object' });
  const then = spec({ type: 'object', required: ['order'] });
  const live = { [now.metadata.name]: schemaDigests(now) };

  test('are those whose schema differs', () => {
    expect(changedDefinitions([now], live)).toEqual([]);
    expect(changedDefinitions([then], live)).toEqual([then]);
  });

  test('are not those of kinds that are not there yet', () => {
    expect(changedDefinitions([definition({}, 'new.crd.projectcalico.org')], live)).toEqual([]);
  });

  test('are all, where nobody knows what is there', () => {
    expect(changedDefinitions([now, then], null)).toEqual([now, then]);
  });
});
