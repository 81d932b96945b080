/* eslint jest/no-export: off -- tests that run on the fake and on the real one */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EnvironmentError } from '../../src/errors.js';
import type { ArtifactStore, RunReference } from '../../src/ports/artifact-store.js';

const FILES: Readonly<Record<string, string | Uint8Array>> = {
  'bundle.json': '{"formatVersion": 1}\n',
  'objects/core_v1_configmaps/kube-system/a%3ab~c.json': '{"ü": "x"}\n',
  'objects/crd.projectcalico.org_v1_ippools/_cluster/default-ipv4-ippool.json': 'x'.repeat(100_000),
  'secrets.age': Buffer.from([0, 255, 10, 13, 0]),
  empty: '',
};

/** What every store of artifacts keeps to. `run` is the one that uploads are of. */
export function describeArtifactStore(
  title: string,
  open: () => Promise<{ readonly store: ArtifactStore; readonly run: RunReference }>,
): void {
  describe(`${title}: artifact store`, () => {
    let place: string;
    let from: string;
    let to: string;
    let store: ArtifactStore;
    let run: RunReference;

    beforeEach(async () => {
      ({ store, run } = await open());
      place = mkdtempSync(join(tmpdir(), 'artifacts-'));
      [from, to] = [join(place, 'from'), join(place, 'to')];
      for (const [path, content] of Object.entries(FILES)) {
        mkdirSync(dirname(join(from, path)), { recursive: true });
        writeFileSync(join(from, path), content);
      }
    });
    afterEach(() => {
      rmSync(place, { recursive: true });
    });

    test('gives back the files of a directory as they were', async () => {
      const uploaded = await store.upload('calico-backup-7-1', from, null);
      const found = await store.find('calico-backup-7-1', run);
      expect(found).toEqual({ ...uploaded, name: 'calico-backup-7-1', run });
      expect(uploaded.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
      await store.download(found!, to);
      expect(pathsBelow(to)).toEqual(pathsBelow(from));
      for (const path of Object.keys(FILES)) {
        expect(readFileSync(join(to, path))).toEqual(readFileSync(join(from, path)));
      }
      expect(readdirSync(place).sort()).toEqual(['from', 'to']);
    });

    test('keeps the files that are wanted and no others', async () => {
      await store.upload('some', from, null, (path) => path.startsWith('objects/core_v1_configmaps/'));
      await store.download((await store.find('some', run))!, to);
      expect(pathsBelow(to).filter((path) => path.endsWith('.json'))).toEqual([
        'objects/core_v1_configmaps/kube-system/a%3ab~c.json',
      ]);
    });

    test('finds nothing by another name', async () => {
      await store.upload('calico-backup-7-1', from, null);
      expect(await store.find('calico-backup-7', run)).toBeNull();
    });

    test('takes a name once a run', async () => {
      await store.upload('calico-backup-7-1', from, 7);
      await expect(store.upload('calico-backup-7-1', from, 7)).rejects.toBeInstanceOf(EnvironmentError);
    });

    test('writes nothing into a directory that has something in it', async () => {
      await store.upload('calico-backup-7-1', from, null);
      const found = await store.find('calico-backup-7-1', run);
      mkdirSync(to);
      writeFileSync(join(to, 'theirs'), 'x');
      await expect(store.download(found!, to)).rejects.toThrow('is not empty');
      expect(pathsBelow(to)).toEqual(['theirs']);
    });

    test('takes no directory without files', async () => {
      mkdirSync(to);
      await expect(store.upload('calico-backup-7-1', to, null)).rejects.toBeInstanceOf(EnvironmentError);
    });
  });
}

function pathsBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort();
}
