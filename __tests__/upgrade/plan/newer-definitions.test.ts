import { describe, expect, it } from '@jest/globals';
import { schemaDigests } from '../../../src/cluster/schema-digest.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { findNewerDefinitions, isNewer } from '../../../src/upgrade/plan/newer-definitions.js';
import { createFakeClusterClient, refusal } from '../../ports/fake-cluster-client.js';

const NAME = 'ippools.crd.projectcalico.org';

type Schema = Readonly<Record<string, unknown>>;

function definition(spec: Schema, name = NAME): KubernetesObject {
  const openAPIV3Schema = { properties: { spec: { properties: spec } } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name },
    spec: { versions: [{ name: 'v1', storage: true, schema: { openAPIV3Schema } }] },
  };
}

const TEXT = { type: 'string' };
const BASE = definition({ cidr: TEXT });
const TARGET = definition({ cidr: TEXT, allowedUses: { type: 'array', items: TEXT } });

describe('a definition in the cluster', () => {
  it.each([
    ['has a field that neither release knows', { cidr: TEXT, allowedUses: TEXT, namespaceSelector: TEXT }],
    ['has a value that neither knows', { cidr: { ...TEXT, enum: ['auto'] }, allowedUses: TEXT }],
    ['has a default that neither knows', { cidr: TEXT, allowedUses: { ...TEXT, default: 'Workload' } }],
    ['has a field inside of a list', { cidr: TEXT, allowedUses: { items: { properties: { since: TEXT } } } }],
  ])('is newer where it %s', (_, spec) => {
    expect(isNewer(definition(spec), { base: BASE, target: TARGET })).toBe(true);
  });

  it.each([
    ['is the installed release’s', BASE],
    ['is the target’s', TARGET],
    ['has less than both', definition({})],
    ['has a field of somebody’s, and lacks what the target needs', definition({ cidr: TEXT, ours: TEXT })],
  ])('is not newer where it %s', (_, live) => {
    expect(isNewer(live, { base: BASE, target: TARGET })).toBe(false);
  });

  it('is not newer where another version of the kind is all that the target has more', () => {
    const versions = [{ name: 'v1' }, { name: 'v2' }];
    const target = { ...BASE, spec: { versions } };
    expect(isNewer(definition({ cidr: TEXT, ours: TEXT }), { base: BASE, target })).toBe(false);
  });
});

describe('findNewerDefinitions', () => {
  const newer = definition({ cidr: TEXT, allowedUses: { type: 'array', items: TEXT }, selector: TEXT });
  const digestsOf = (live: KubernetesObject) => ({ schemaDigests: { [NAME]: schemaDigests(live) } });
  const hop = { base: [BASE], target: [TARGET] };

  it('names those that are newer', async () => {
    const client = createFakeClusterClient({ objects: [newer] });
    expect(await findNewerDefinitions(client, digestsOf(newer), hop)).toEqual([NAME]);
  });

  it('reads none that are of one of the releases, whatever words they describe it with', async () => {
    const client = createFakeClusterClient({ objects: [] });
    for (const live of [BASE, TARGET, definition({ cidr: { ...TEXT, description: 'A range.' } })]) {
      expect(await findNewerDefinitions(client, digestsOf(live), hop)).toEqual([]);
    }
    expect(client.calls).toEqual([]);
  });

  it('takes none for newer that is not there, or may not be read', async () => {
    const client = createFakeClusterClient({
      objects: [newer],
      onCall: () => {
        throw refusal('get', 'customresourcedefinitions', 403, 'no');
      },
    });
    expect(await findNewerDefinitions(client, digestsOf(newer), hop)).toEqual([]);
    expect(await findNewerDefinitions(client, { schemaDigests: null }, hop)).toEqual([]);
    expect(await findNewerDefinitions(client, { schemaDigests: {} }, hop)).toEqual([]);
  });
});
