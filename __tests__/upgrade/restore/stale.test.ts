import { describe, expect, test } from '@jest/globals';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { BUNDLE_KINDS } from '../../../src/upgrade/backup/bundle-kinds.js';
import type { BundleObjects } from '../../../src/upgrade/restore/read-bundle.js';
import type { RestoreAction, RestoreItem } from '../../../src/upgrade/restore/restore-item.js';
import { staleFinalizers } from '../../../src/upgrade/restore/stale-finalizers.js';
import { staleStatuses } from '../../../src/upgrade/restore/stale-statuses.js';
import { createFakeClusterClient, served } from '../../ports/fake-cluster-client.js';

const OPERATOR_API = 'operator.tigera.io/v1';
const STATUS = BUNDLE_KINDS.find(({ kind }) => kind === 'TigeraStatus')!;

function resource(kind: string, name = 'default', metadata: object = {}): KubernetesObject {
  return { apiVersion: OPERATOR_API, kind, metadata: { name, ...metadata } };
}

describe('statuses that nobody writes any more', () => {
  const BUNDLE: BundleObjects = {
    kinds: new Set([STATUS]),
    read: () => Promise.resolve([resource('TigeraStatus', 'calico')]),
  };

  function item(action: RestoreAction, saved: KubernetesObject | null): RestoreItem {
    const live = resource('Goldmane');
    const object = { apiVersion: OPERATOR_API, kind: 'Goldmane', namespace: null, name: 'default' };
    return { object, class: 'user', action, stage: 'operator', why: '', fields: [], live, saved };
  }

  async function staleWith(...items: readonly RestoreItem[]): Promise<readonly string[]> {
    const client = createFakeClusterClient({
      kinds: [served(OPERATOR_API, 'TigeraStatus', 'tigerastatuses', false)],
      objects: ['calico', 'goldmane'].map((name) => resource('TigeraStatus', name)),
    });
    const found = await staleStatuses(client, BUNDLE, items);
    return found.map(({ object, action }) => `${action} ${object.name}`);
  }

  test('are those that the bundle does not have, where every resource made since goes', async () => {
    expect(await staleWith()).toEqual(['delete goldmane']);
    expect(await staleWith(item('delete', null))).toEqual(['delete goldmane']);
    expect(await staleWith(item('replace', resource('Goldmane')))).toEqual(['delete goldmane']);
  });

  test('are none where a resource that was made since stays', async () => {
    expect(await staleWith(item('delete', null), item('keep', null))).toEqual([]);
  });

  test('are none where the bundle has none', async () => {
    const none: BundleObjects = { kinds: new Set(), read: () => Promise.resolve([]) };
    expect(await staleStatuses(createFakeClusterClient(), none, [])).toEqual([]);
  });
});

describe('finalizers that nobody takes off any more', () => {
  const OWN = ['operator.tigera.io/installation-controller', 'tigera.io/operator-cleanup'];
  const NEWER = ['operator.tigera.io/goldmane-controller', 'operator.tigera.io/whisker-controller'];
  const afterwards = (saved: KubernetesObject, live: KubernetesObject): readonly unknown[] =>
    staleFinalizers(saved, live).map(({ field, after }) => [field.join('.'), after]);
  const installation = (finalizers?: readonly string[], more: object = {}): KubernetesObject =>
    resource('Installation', 'default', { ...(finalizers ? { finalizers } : {}), ...more });

  test('are the operator’s that the saved Installation does not have; others’ stay', () => {
    const live = installation([...OWN, 'example.com/hold', ...NEWER]);
    expect(afterwards(installation(OWN), live)).toEqual([
      ['metadata.finalizers', [...OWN, 'example.com/hold']],
    ]);
    expect(afterwards(installation(), installation(NEWER))).toEqual([['metadata.finalizers', undefined]]);
  });

  test.each([
    ['it has them all', installation([...OWN, ...NEWER]), installation([...OWN, ...NEWER])],
    ['there are none', installation(), installation()],
    ['it is under deletion', installation(OWN), installation(NEWER, { deletionTimestamp: 'now' })],
    ['it is no Installation', resource('APIServer'), resource('APIServer', 'default', { finalizers: NEWER })],
  ])('are none where %s', (_, saved, live) => {
    expect(afterwards(saved, live)).toEqual([]);
  });
});
