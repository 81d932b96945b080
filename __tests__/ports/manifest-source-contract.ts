/* eslint jest/no-export: off -- tests that run on the fake and on the real ones */
import { expect, test } from '@jest/globals';
import { versionOf } from '../../src/catalog/queries.js';
import { EnvironmentError } from '../../src/errors.js';
import type { ManifestSource } from '../../src/ports/manifest-source.js';

/** What a source is to be tried with. */
export interface ManifestsUnderTest {
  /** Holds upstream's `v3.31.7/crds.yaml`, and a `v3.30.7/crds.yaml` that somebody changed. */
  readonly source: ManifestSource;
  /** Text of `v3.31.7/crds.yaml`. */
  readonly text: string;
}

/** What every source does. */
export function describeManifestSource(build: () => Promise<ManifestsUnderTest>): void {
  test('gives upstream’s file as it is, and says where it was', async () => {
    const { source, text } = await build();
    const read = await source.read(versionOf('v3.31.7'), 'crds.yaml');
    expect(read).toMatchObject({ kind: 'text', isVerified: true, text });
    expect(read.kind === 'text' && read.from).toContain('v3.31.7');
    expect(source.description).not.toBe('');
  });

  test('says why there is no file, and what to do', async () => {
    const { source } = await build();
    const read = await source.read(versionOf('v3.29.7'), 'crds.yaml');
    expect(read).toMatchObject({ kind: 'none', reason: 'not-there' });
    expect(read.kind === 'none' && `${read.message} ${read.remedy}`).toMatch(
      /^There is no \S*v3\.29\.7\S*\. [A-Z].*\.$/,
    );
  });

  test('never gives another file than upstream’s', async () => {
    const { source } = await build();
    await expect(source.read(versionOf('v3.30.7'), 'crds.yaml')).rejects.toBeInstanceOf(EnvironmentError);
  });

  test.each(['../secret.yaml', '/etc/passwd', 'a/../b.yaml', '.hidden.yaml', 'a\\b.yaml'])(
    'refuses the name %s',
    async (name) => {
      const { source } = await build();
      await expect(async () => source.read(versionOf('v3.31.7'), name)).rejects.toThrow('Not a file name');
    },
  );

  test('reads a file again after a failure', async () => {
    const { source, text } = await build();
    await expect(source.read(versionOf('v3.30.7'), 'crds.yaml')).rejects.toThrow();
    await expect(source.read(versionOf('v3.30.7'), 'crds.yaml')).rejects.toThrow();
    await expect(source.read(versionOf('v3.31.7'), 'crds.yaml')).resolves.toMatchObject({ text });
  });
}
