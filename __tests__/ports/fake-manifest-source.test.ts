import { describe, expect, test } from '@jest/globals';
import { versionOf } from '../../src/catalog/queries.js';
import { EnvironmentError } from '../../src/errors.js';
import { createFakeManifestSource } from './fake-manifest-source.js';
import { describeManifestSource } from './manifest-source-contract.js';

describe('fake: manifest source', () => {
  describeManifestSource(() =>
    Promise.resolve({
      text: 'a: 1',
      source: createFakeManifestSource(
        { 'v3.31.7/crds.yaml': 'a: 1', 'v3.30.7/crds.yaml': 'a: 2' },
        { failures: { 'v3.30.7/crds.yaml': new EnvironmentError('changed', 'Put it back.') } },
      ),
    }),
  );
});

test('a fake source says what was read, and which files nobody vouches for', async () => {
  const source = createFakeManifestSource({ 'v3.22.0/a.yaml': 'x' }, { unverified: ['v3.22.0/a.yaml'] });
  await expect(source.read(versionOf('v3.22.0'), 'a.yaml')).resolves.toMatchObject({ isVerified: false });
  expect(source.reads).toEqual(['v3.22.0/a.yaml']);
});
