import { describe, expect, test } from '@jest/globals';
import { versionOf } from '../../../src/catalog/queries.js';
import { EnvironmentError } from '../../../src/errors.js';
import { parseManifest } from '../../../src/upgrade/customisations/parse-manifest.js';
import { createManifestReader } from '../../../src/upgrade/customisations/read-manifest.js';
import { createFakeManifestSource } from '../../ports/fake-manifest-source.js';

const TEXT = `---
# a comment
---
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data:
  veth_mtu: "0"
---
kind: List
apiVersion: v1
items:
  - {apiVersion: v1, kind: ServiceAccount, metadata: {name: b, namespace: kube-system}}
`;

describe('an upstream file', () => {
  test('is read document by document; comments are none, and lists are taken apart', () => {
    expect(parseManifest(TEXT, 'a.yaml')).toEqual([
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { veth_mtu: '0' } },
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'b', namespace: 'kube-system' } },
    ]);
    expect(parseManifest('', 'a.yaml')).toEqual([]);
  });

  test.each([
    ['a: [', 'a.yaml cannot be read as YAML'],
    ['a: 1', 'a.yaml, document 1 is no Kubernetes object'],
    ['apiVersion: v1\nkind: X\nmetadata: {}', 'is no Kubernetes object'],
    ['just text', 'is no Kubernetes object'],
  ])('that is %j is refused with its name', (text, message) => {
    expect(() => parseManifest(text, 'a.yaml')).toThrow(message);
    expect(() => parseManifest(text, 'a.yaml')).toThrow(EnvironmentError);
  });

  test('is read and parsed once, and again after a failure', async () => {
    const source = createFakeManifestSource(
      { 'v3.31.7/a.yaml': TEXT },
      { failures: { 'v3.31.7/b.yaml': new Error('x') } },
    );
    const reader = createManifestReader(source);
    const [one, other] = await Promise.all([
      reader.read(versionOf('v3.31.7'), 'a.yaml'),
      reader.read(versionOf('v3.31.7'), 'a.yaml'),
    ]);
    expect(one).toBe(other);
    expect(one).toMatchObject({ kind: 'objects', isVerified: true });
    await expect(reader.read(versionOf('v3.31.7'), 'b.yaml')).rejects.toThrow('x');
    await expect(reader.read(versionOf('v3.31.7'), 'b.yaml')).rejects.toThrow('x');
    expect(source.reads).toEqual(['v3.31.7/a.yaml', 'v3.31.7/b.yaml', 'v3.31.7/b.yaml']);
  });

  test('that is not there says why', async () => {
    const reader = createManifestReader(createFakeManifestSource({}));
    await expect(reader.read(versionOf('v3.31.7'), 'a.yaml')).resolves.toMatchObject({
      kind: 'none',
      reason: 'not-there',
    });
  });
});
