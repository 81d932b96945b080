import { describe, expect, test } from '@jest/globals';
import type { Variant } from '../../src/cluster/calico-state.js';
import { INSTALL_OBJECTS } from '../../src/cluster/install-objects.js';
import { inspect } from '../../src/cluster/inspect.js';
import { releaseName } from '../../src/cluster/interpret/image-version.js';
import type { KubernetesObject } from '../../src/ports/cluster-client.js';
import {
  manifestAvailability,
  manifestFiles,
  manifestVersions,
  readManifest,
} from '../../test-cluster/ready-made/manifests.js';
import { cluster, rolledOut } from './build.js';
import { createObjectsClient } from './objects-client.js';

/** Upstream's v3.24.6 holds the images of v3.24.5, which is its fault and not ours. */
const IMAGES: Readonly<Record<string, string>> = {
  'v3.24.6': 'v3.24.5',
  'v3.24.6-release-branch': 'v3.24.6',
};
const VARIANTS: Readonly<Record<string, Variant>> = {
  'calico.yaml': 'calico',
  'calico-typha.yaml': 'calico-typha',
  'calico-etcd.yaml': 'calico-etcd',
  'calico-v3-crds.yaml': 'calico-v3-crds',
  'calico-vxlan.yaml': 'calico-vxlan',
  'calico-bpf.yaml': 'calico-bpf',
  'calico-policy-only.yaml': 'calico-policy-only',
  'canal.yaml': 'canal',
  'canal-etcd.yaml': 'canal-etcd',
};
const NODES = ['node-1', 'node-2', 'node-3'];

const available = manifestAvailability();
if (!available.isAvailable && process.env['REQUIRE_ALL_TESTS'] === '1') throw new Error(available.reason);
const versions = available.isAvailable ? manifestVersions() : [];
const files = versions.flatMap((version) =>
  manifestFiles(version).flatMap((file) =>
    VARIANTS[file] ? [{ version, file, variant: VARIANTS[file] }] : [],
  ),
);
const operators = versions.filter((version) => manifestFiles(version).includes('tigera-operator.yaml'));
const withManifests = available.isAvailable ? describe : describe.skip;

/** Objects of a file that are not among the install's, as far as the cluster serves them (1.25 has no policy/v1beta1). */
function missing(upstream: readonly KubernetesObject[], live: readonly KubernetesObject[]): string[] {
  const found = new Set(live.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
  return upstream
    .filter(({ apiVersion, kind }) => kind !== 'Secret' && kind !== 'Job' && apiVersion !== 'policy/v1beta1')
    .map(({ kind, metadata }) => `${kind} ${metadata.name}`)
    .filter((name) => !found.has(name));
}

withManifests('upstream’s own files, rolled out', () => {
  test.each(files)(
    '$version/$file is the variant $variant at its version, and all its objects are found',
    async ({ version, file, variant }) => {
      const upstream = readManifest(version, file);
      const objects = rolledOut(upstream, NODES);
      const state = await inspect(createObjectsClient([...cluster(NODES), ...objects]));
      const calico = state.calico;
      expect({
        method: calico?.method,
        others: calico?.otherMethods,
        variant: calico?.variant,
        running: calico?.versions.running && releaseName(calico.versions.running),
        verdict: calico?.versions.verdict,
        namespace: calico?.namespace,
        edition: calico?.edition,
      }).toEqual({
        method: 'manifest',
        others: [],
        variant,
        running: IMAGES[version] ?? version,
        verdict: 'agreed',
        namespace: 'kube-system',
        edition: 'open-source',
      });
      expect(calico?.variantEvidence).not.toEqual([]);
      expect(calico?.datastore).toBe(file.includes('etcd') ? 'etcdv3' : 'kubernetes');
      expect(calico?.providesNetworking).toBe(!/canal|policy-only/.test(file));
      expect(calico?.components.node?.pods).toHaveLength(NODES.length);
      expect(missing(upstream, calico?.objects ?? [])).toEqual([]);
    },
  );

  test.each(operators)(
    '%s/tigera-operator.yaml is an operator whose Calico is known by its image',
    async (version) => {
      const operator = rolledOut(readManifest(version, 'tigera-operator.yaml'), NODES);
      const resources = readManifest(version, 'custom-resources.yaml');
      const state = await inspect(createObjectsClient([...cluster(NODES), ...operator, ...resources]));
      const calico = state.calico;
      expect(calico?.method).toBe('operator');
      expect(calico?.variant).toBe('operator');
      expect(calico?.operator?.installs && releaseName(calico.operator.installs)).toBe(
        IMAGES[version] ?? version,
      );
      expect(calico?.versions.running).toEqual(calico?.operator?.installs);
      expect(calico?.versions.verdict).toBe('unknown');
      expect(calico?.operator?.resources.map(({ kind }) => kind)).toContain('APIServer');
    },
  );

  test('names no object that no file of upstream has', () => {
    const all = versions
      .flatMap((version) => manifestFiles(version).map((file) => readManifest(version, file)))
      .flat();
    const named = new Set(all.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
    const strange = INSTALL_OBJECTS.filter(({ reading, name }) => !named.has(`${reading.kind} ${name}`)).map(
      ({ reading, name }) => `${reading.kind} ${name}`,
    );
    // What is left is of apiserver.yaml and canal-etcd.yaml, which are not among the files, and of the operator
    expect(
      strange.filter(
        (name) => !/apiserver|calico-api|calico-crds|extension|webhook-reader|canal|Namespace/.test(name),
      ),
    ).toEqual([]);
  });
});
