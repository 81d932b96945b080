import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EnvironmentError } from '../../src/errors.js';
import type { ArtifactStore, FoundArtifact, RunReference } from '../../src/ports/artifact-store.js';

/** Artifacts in memory. Uploads are of the run that it is made with. */
export interface FakeArtifactStore extends ArtifactStore {
  /** Names of what was uploaded, in order, with the days that it is kept. */
  readonly uploads: { readonly name: string; readonly retentionDays: number | null }[];
}

export function createFakeArtifactStore(own: RunReference): FakeArtifactStore {
  const kept: (FoundArtifact & { readonly files: ReadonlyMap<string, Uint8Array> })[] = [];
  const uploads: { name: string; retentionDays: number | null }[] = [];
  const isOf = (run: RunReference) => (one: FoundArtifact) =>
    one.run.repository === run.repository && one.run.runId === run.runId;
  return {
    uploads,
    upload(name, directory, retentionDays, isWanted = () => true) {
      if (kept.some((one) => one.name === name && isOf(own)(one))) {
        return Promise.reject(
          new EnvironmentError(`There is an artifact ${name} already.`, 'Take another name.'),
        );
      }
      const files = new Map([...readFiles(directory)].filter(([path]) => isWanted(path)));
      if (files.size === 0) return Promise.reject(new EnvironmentError('There are no files.', 'Make some.'));
      const bytes = [...files.values()].reduce((sum, { length }) => sum + length, 0);
      const hash = createHash('sha256');
      for (const [path, content] of files) hash.update(path).update(content);
      const digest = `sha256:${hash.digest('hex')}`;
      const id = 100 + kept.length;
      kept.push({ id, name, run: own, digest, bytes, files });
      uploads.push({ name, retentionDays });
      return Promise.resolve({ id, digest, bytes });
    },
    find(name, run) {
      const found = kept.findLast((one) => one.name === name && isOf(run)(one));
      if (found === undefined) return Promise.resolve(null);
      const { id, digest, bytes } = found;
      return Promise.resolve({ id, name, run: found.run, digest, bytes });
    },
    download({ id }, directory) {
      const found = kept.find((one) => one.id === id);
      if (found === undefined)
        return Promise.reject(new EnvironmentError('It has expired.', 'Take another.'));
      mkdirSync(directory, { recursive: true });
      if (readdirSync(directory).length > 0) {
        return Promise.reject(new EnvironmentError(`${directory} is not empty.`, 'Name another directory.'));
      }
      for (const [path, content] of found.files) {
        mkdirSync(dirname(join(directory, path)), { recursive: true });
        writeFileSync(join(directory, path), content);
      }
      return Promise.resolve();
    },
  };
}

function readFiles(directory: string): Map<string, Uint8Array> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(paths.sort().map((path) => [path.slice(directory.length + 1), readFileSync(path)]));
}
