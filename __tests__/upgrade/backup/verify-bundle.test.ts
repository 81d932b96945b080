import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InputError } from '../../../src/errors.js';
import { readObjects, verifyBundle } from '../../../src/upgrade/backup/verify-bundle.js';
import { formatChecksums, parseChecksums, sha256 } from '../../../src/upgrade/backup/checksums.js';
import { createMemoryBundle, type MemoryBundle } from '../../ports/memory-bundle.js';
import { buildMemoryBundle, FACTS } from './build-bundle.js';

const HERE = { clusterUid: FACTS.clusterUid, force: false };
const POOL = 'objects/crd.projectcalico.org_v1_ippools/_cluster/default-ipv4-ippool.json';

function textOf(bundle: MemoryBundle, path: string): string {
  return Buffer.from(bundle.files.get(path) ?? []).toString('utf8');
}

/** Puts a file there, and its digest too, as somebody would who wants it to be believed. */
function forge(bundle: MemoryBundle, path: string, text: string): void {
  bundle.files.set(path, Buffer.from(text));
  const digests = new Map(parseChecksums(textOf(bundle, 'SHA256SUMS')));
  digests.set(path, sha256(text));
  bundle.files.set('SHA256SUMS', Buffer.from(formatChecksums(digests)));
}

function editIndex(bundle: MemoryBundle, changes: Readonly<Record<string, unknown>>): void {
  const index = JSON.parse(textOf(bundle, 'bundle.json')) as object;
  forge(bundle, 'bundle.json', JSON.stringify({ ...index, ...changes }));
}

describe('a bundle', () => {
  test('that is whole is believed, and its objects are those that were written', async () => {
    const bundle = await buildMemoryBundle();
    const { index, edited } = await verifyBundle(bundle, HERE);
    expect(edited).toEqual([]);
    expect(index).toMatchObject({ ...FACTS, counts: { 'crd.projectcalico.org_v1_ippools': 1 } });
    const names: string[] = [];
    for await (const { object } of readObjects(bundle)) names.push(object.metadata.name);
    expect(names).toEqual(['calico-node', 'default-ipv4-ippool', 'system:calico-node']);
  });

  test('has names that artifacts and file systems take', async () => {
    const bundle = await buildMemoryBundle();
    expect([...bundle.files.keys()].sort()).toEqual([
      'SHA256SUMS',
      'bundle.json',
      'objects/apps_v1_daemonsets/kube-system/calico-node.json',
      POOL,
      'objects/rbac.authorization.k8s.io_v1_clusterroles/_cluster/system%3acalico-node.json',
    ]);
  });

  test.each<[string, (bundle: MemoryBundle) => void, string]>([
    ['without its digests', (bundle) => bundle.files.delete('SHA256SUMS'), 'SHA256SUMS: is not there'],
    ['without its index', (bundle) => bundle.files.delete('bundle.json'), 'bundle.json: is not there'],
    ['with an object gone', (bundle) => bundle.files.delete(POOL), `${POOL}: is missing`],
    [
      'with an object that is cut off',
      (bundle) => bundle.files.set(POOL, Buffer.from(textOf(bundle, POOL).slice(0, 40))),
      `${POOL}: is not readable as JSON`,
    ],
    [
      'with an object more',
      (bundle) => bundle.files.set(POOL.replace('default', 'other'), Buffer.from('{}')),
      'is not in SHA256SUMS',
    ],
    [
      'with an index that was changed',
      (bundle) => bundle.files.set('bundle.json', Buffer.from(`${textOf(bundle, 'bundle.json')} `)),
      'bundle.json: is not what was written',
    ],
    ['with a link', (bundle) => bundle.links.add(POOL), `${POOL}: is a link or no file`],
    [
      'that counts otherwise',
      (bundle) => editIndex(bundle, { counts: {} }),
      'objects/apps_v1_daemonsets: holds 1 objects, bundle.json counts 0',
    ],
    [
      'that leads out of its directory',
      (bundle) => forge(bundle, 'objects/../../etc/passwd.json', '{}'),
      'objects/../../etc/passwd.json: does not belong in a bundle',
    ],
    [
      'with a kind that no bundle has',
      (bundle) => forge(bundle, 'objects/core_v1_pods/default/evil.json', '{}'),
      'does not belong in a bundle',
    ],
    [
      'with an object of another kind than its path says',
      (bundle) => forge(bundle, POOL, '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}}'),
      `${POOL}: is no IPPool of crd.projectcalico.org/v1`,
    ],
    [
      'with an object that lies in another’s place',
      (bundle) =>
        forge(bundle, POOL, textOf(bundle, POOL).replace('default-ipv4-ippool', '../../../../etc/passwd')),
      'which lies elsewhere in a bundle',
    ],
    [
      'with an object larger than any',
      (bundle) => forge(bundle, POOL, ' '.repeat(9 * 1024 * 1024)),
      'more than any object has',
    ],
    ['of a newer format', (bundle) => editIndex(bundle, { formatVersion: 2 }), 'format 2'],
    ['without a cluster', (bundle) => editIndex(bundle, { clusterUid: '' }), 'no readable clusterUid'],
    ['of another cluster', (bundle) => editIndex(bundle, { clusterUid: 'x' }), 'is of another cluster'],
  ])('%s is refused, with the reason', async (_, damage, reason) => {
    const bundle = await buildMemoryBundle();
    damage(bundle);
    const verified = verifyBundle(bundle, { ...HERE, force: true });
    await expect(verified).rejects.toBeInstanceOf(InputError);
    await expect(verified).rejects.toThrow(reason);
  });

  test('that was changed by hand is refused, and taken with force', async () => {
    const bundle = await buildMemoryBundle();
    bundle.files.set(POOL, Buffer.from(textOf(bundle, POOL).replace('"of"', '"cidr"')));
    await expect(verifyBundle(bundle, HERE)).rejects.toThrow(`was changed after it was made: ${POOL}`);
    expect((await verifyBundle(bundle, { ...HERE, force: true })).edited).toEqual([POOL]);
  });

  test('that anything was done to gives an InputError or is believed, never another error', async () => {
    const whole = await buildMemoryBundle();
    const paths = [...whole.files.keys()];
    const damage = fc.record({
      path: fc.constantFrom(...paths),
      at: fc.nat(400),
      remove: fc.nat(60),
      insert: fc.oneof(fc.string(), fc.constantFrom('{', '[', '"', '\u0000', '__proto__', '1e999', '\ud800')),
      moveTo: fc.option(fc.oneof(fc.constantFrom(...paths), fc.string(), fc.webPath()), { freq: 4 }),
      isForged: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), fc.boolean(), async (all, force) => {
        const fuzzed = createMemoryBundle(new Map(whole.files));
        for (const { path, at, remove, insert, moveTo, isForged } of all) {
          const text = textOf(fuzzed, path);
          const changed = text.slice(0, at) + insert + text.slice(at + remove);
          if (moveTo !== null) fuzzed.files.delete(path);
          if (isForged) forge(fuzzed, moveTo ?? path, changed);
          else fuzzed.files.set(moveTo ?? path, Buffer.from(changed));
        }
        try {
          await verifyBundle(fuzzed, { ...HERE, force });
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
          expect((error as InputError).message.length).toBeLessThan(4000);
        }
      }),
      { numRuns: 10_000 },
    );
  }, 120_000);
});
