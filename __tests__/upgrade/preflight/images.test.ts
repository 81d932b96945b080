import { expect, test } from '@jest/globals';
import { versionOf } from '../../../src/catalog/queries.js';
import { planImages, registryOfImage } from '../../../src/upgrade/preflight/images.js';
import type { Comparison } from '../../../src/upgrade/preflight/preflight.js';
import { formatVersion } from '../../../src/version/version.js';
import { buildCalico, buildNode, buildWorkload } from '../../cluster/build-state.js';
import { installation, object } from './build-input.js';

function daemonSet(...images: readonly string[]) {
  const containers = images.map((image, index) => ({ name: `c${index}`, image }));
  return object('apps/v1', 'DaemonSet', 'calico-node', { spec: { template: { spec: { containers } } } });
}

function hop(from: string, to: string, objects: readonly ReturnType<typeof object>[]): Comparison {
  return {
    kind: 'compared',
    newerDefinitions: [],
    from: versionOf(from),
    to: versionOf(to),
    result: { customisations: [], obsolete: [], upstreamChanges: 0, objects },
  };
}

const unknown = (from: string, to: string): Comparison => ({
  kind: 'unknown',
  from: versionOf(from),
  to: versionOf(to),
  reason: 'no files',
});
const nodes = [
  buildNode('a', { images: ['docker.io/calico/node:v3.29.7'] }),
  buildNode('b', { images: ['calico/node:v3.29.7'] }),
  buildNode('c'),
];

test('manifest installs: the images of upstream’s files as the cluster would take them, of every hop', () => {
  const images = planImages(buildCalico(), nodes, [
    hop('v3.28.2', 'v3.29.7', [daemonSet('calico/node:v3.29.7', 'docker.io/calico/node:v3.29.7')]),
    hop('v3.29.7', 'v3.31.7', [daemonSet('registry.example.com/calico/node:v3.31.7')]),
  ]);
  expect(
    images.map(({ image, release, usedBy, onNodes }) => [image, formatVersion(release), usedBy, onNodes]),
  ).toEqual([
    ['docker.io/calico/node:v3.29.7', 'v3.29.7', ['DaemonSet calico-node'], 2],
    ['registry.example.com/calico/node:v3.31.7', 'v3.31.7', ['DaemonSet calico-node'], 0],
  ]);
});

test.each([
  [
    'from upstream’s registry, which moves',
    {},
    'docker.io/calico/node:v3.29.4',
    'quay.io/calico/node:v3.31.7',
  ],
  [
    'from a registry of one’s own, which stays',
    { registry: 'registry.example.com' },
    'registry.example.com/calico/node:v3.29.4',
    'registry.example.com/calico/node:v3.31.7',
  ],
  [
    'of the kind of build that runs now',
    { registry: 'registry.example.com', fipsMode: 'Enabled' },
    'registry.example.com/calico/node:v3.29.4-fips',
    'registry.example.com/calico/node:v3.31.7-fips',
  ],
  [
    'by the digest that the release’s ImageSet has',
    { registry: 'registry.example.com', imagePath: 'mirror', imagePrefix: 'calico-' },
    'registry.example.com/mirror/calico-node@sha256:1',
    'registry.example.com/mirror/calico-node@sha256:2',
    [
      { name: 'calico-v3.29.4', digests: { 'calico/node': 'sha256:1' } },
      { name: 'calico-v3.31.7', digests: { 'calico/node': 'sha256:2' } },
    ],
  ],
])('operator installs: what runs now at the new release, %s', (_, spec, live, next, imageSets = []) => {
  const node = buildCalico().components.node;
  if (!node) throw new Error('the builder makes a calico-node');
  const calico = buildCalico({
    method: 'operator',
    components: { node: { ...node, images: [{ container: 'calico-node', image: live, isInit: false }] } },
    operator: {
      deployment: buildWorkload('Deployment', 'tigera-operator', 1, {
        images: [{ container: 'tigera-operator', image: 'quay.io/tigera/operator:v1.36.5', isInit: false }],
      }),
      version: versionOf('v1.36.5'),
      installs: versionOf('v3.29.4'),
      replicas: 1,
      installation: installation(spec),
      imageSets,
      tigeraStatuses: [],
      resources: [],
      migration: null,
    },
  });
  const images = planImages(calico, nodes, [unknown('v3.29.4', 'v3.31.7')]).map(({ image }) => image);
  expect(images).toContain(next);
  expect(images[0]).toMatch(/^quay\.io\/tigera\/operator:v1\.40\./);
});

test.each([
  ['calico/node:v3.29.7', 'docker.io'],
  ['quay.io/calico/node:v3.29.7', 'quay.io'],
  ['registry.example.com:5000/a/node@sha256:00', 'registry.example.com:5000'],
])('the registry of %s is %s', (image, registry) => {
  expect(registryOfImage(image)).toBe(registry);
});
