import { describe, expect, test } from '@jest/globals';
import { merge } from '../../../src/upgrade/customisations/merge.js';
import { parseImage } from '../../../src/upgrade/customisations/image-reference.js';
import { calicoNode } from './build-objects.js';

const FIELD = 'spec.template.spec.containers[name=calico-node].image';
const OLD = 'docker.io/calico/node:v3.28.2';
const NEW = 'quay.io/calico/node:v3.31.7';

const CASES = [
  ['Docker Hub left out is the same image', 'calico/node:v3.28.2', [], NEW],
  [
    'a private registry is kept, with the target’s tag',
    'reg.local:5000/calico/node:v3.28.2',
    ['kept'],
    'reg.local:5000/calico/node:v3.31.7',
  ],
  [
    'a registry with a prefix is kept',
    'reg.local/mirror/calico/node:v3.28.2',
    ['kept'],
    'reg.local/mirror/calico/node:v3.31.7',
  ],
  [
    'a name of one’s own is kept',
    'reg.local/mirrored-calico-node:v3.28.2',
    ['kept'],
    'reg.local/mirrored-calico-node:v3.31.7',
  ],
  [
    'a registry that upstream moved to itself is the target’s',
    'quay.io/calico/node:v3.28.2',
    ['dropped'],
    NEW,
  ],
  [
    'a tag set by hand to an older or newer patch gives way',
    'docker.io/calico/node:v3.28.3',
    ['dropped'],
    NEW,
  ],
  ['a tag that is newer than the target’s conflicts', 'docker.io/calico/node:v3.32.1', ['conflicting'], NEW],
  ['a build of one’s own conflicts', 'docker.io/calico/node:v3.28.2-fix1', ['conflicting'], NEW],
  ['a build for one architecture conflicts', 'docker.io/calico/node:v3.28.2-arm64', ['conflicting'], NEW],
  ['a tag that is no version conflicts', 'docker.io/calico/node:mine', ['conflicting'], NEW],
  ['a digest conflicts', `${OLD}@sha256:${'a'.repeat(64)}`, ['conflicting'], NEW],
  [
    'a digest in a private registry conflicts, and stays in that registry',
    `reg.local/calico/node@sha256:${'a'.repeat(64)}`,
    ['conflicting'],
    'reg.local/calico/node:v3.31.7',
  ],
] as const;

describe('an image', () => {
  test.each(CASES)('%s', (_, live, outcomes, expected) => {
    const merged = merge(
      [calicoNode({ image: OLD })],
      [calicoNode({ image: live })],
      [calicoNode({ image: NEW })],
    );
    expect(merged.customisations.map(({ outcome, field }) => [outcome, field])).toEqual(
      outcomes.map((outcome) => [outcome, FIELD]),
    );
    expect(merged.objects).toEqual([calicoNode({ image: expected })]);
  });

  test.each([
    [
      'follows upstream to another path in a copy of its registry',
      'reg.local/flannelcni/flannel:v0.16.3',
      'kept',
      'reg.local/flannel/flannel:v0.24.4',
    ],
    [
      'keeps a path of its own, where upstream only moved',
      'reg.local/mine/flannel:v0.16.3',
      'kept',
      'reg.local/mine/flannel:v0.24.4',
    ],
  ])('that upstream renamed %s', (_, live, outcome, expected) => {
    const merged = merge(
      [calicoNode({ image: 'docker.io/flannelcni/flannel:v0.16.3' })],
      [calicoNode({ image: live })],
      [calicoNode({ image: 'docker.io/flannel/flannel:v0.24.4' })],
    );
    expect(merged.customisations).toMatchObject([{ outcome }]);
    expect(merged.objects).toEqual([calicoNode({ image: expected })]);
  });

  test('conflicts where upstream renamed it and nothing tells what it became', () => {
    const target = calicoNode({ image: 'docker.io/other/renamed:v0.24.4' });
    const merged = merge(
      [calicoNode({ image: 'docker.io/flannelcni/flannel:v0.16.3' })],
      [calicoNode({ image: 'reg.local/mine/fork:v0.16.3' })],
      [target],
    );
    expect(merged).toMatchObject({ customisations: [{ outcome: 'conflicting' }], objects: [target] });
  });

  test('is kept as it is, digest and all, where upstream’s is the same', () => {
    const live = calicoNode({ image: `${OLD}@sha256:${'a'.repeat(64)}` });
    expect(merge([calicoNode()], [live], [calicoNode()])).toMatchObject({
      customisations: [{ outcome: 'kept' }],
      objects: [live],
    });
  });

  test('of a container that is new in the target comes from the registry of all the others', () => {
    const added = { initContainers: [{ name: 'new', image: 'quay.io/calico/cni:v3.31.7' }] };
    const target = calicoNode({ image: NEW, pod: added });
    const merged = merge(
      [calicoNode()],
      [calicoNode({ image: 'reg.local/x/calico/node:v3.28.2' })],
      [target],
    );
    expect(merged.objects).toEqual([
      calicoNode({
        image: 'reg.local/x/calico/node:v3.31.7',
        pod: { initContainers: [{ name: 'new', image: 'reg.local/x/calico/cni:v3.31.7' }] },
      }),
    ]);
    expect(merged.customisations.map(({ outcome, field }) => [outcome, field])).toContainEqual([
      'kept',
      'spec.template.spec.initContainers[name=new].image',
    ]);
    expect(merge([calicoNode()], [calicoNode()], [target]).objects).toEqual([target]);
  });

  test('says what it is pinned by and what is needed', () => {
    const live = calicoNode({ image: `${OLD}@sha256:${'a'.repeat(64)}` });
    const [found] = merge([calicoNode()], [live], [calicoNode({ image: NEW })]).customisations;
    expect(found?.reason).toBe('It is pinned by a digest: the target needs that of v3.31.7.');
  });
});

test.each([
  ['calico/node:v1', 'docker.io/calico/node', 'v1', ''],
  ['registry:5000/node', 'registry:5000/node', '', ''],
  ['localhost/a/b@sha256:00', 'localhost/a/b', '', 'sha256:00'],
  ['quay.io/a/b:v1@sha256:00', 'quay.io/a/b', 'v1', 'sha256:00'],
  ['registry-1.docker.io/calico/node:v1', 'docker.io/calico/node', 'v1', ''],
])('%s is read', (text, repository, tag, digest) => {
  expect(parseImage(text)).toMatchObject({ repository, tag, digest });
});

test.each(['', 'a b', '$(IMAGE)', 7, null])('%j is no image', (text) => {
  expect(parseImage(text)).toBeNull();
});
