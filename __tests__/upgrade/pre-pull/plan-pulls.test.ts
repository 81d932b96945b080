import { describe, expect, test } from '@jest/globals';
import { planPulls, prePullWidth } from '../../../src/upgrade/pre-pull/plan-pulls.js';
import { buildNode } from '../../cluster/build-state.js';

const NODE = { image: 'quay.io/calico/node:v3.32.1', usedBy: ['DaemonSet calico-node'] };
const TYPHA = { image: 'quay.io/calico/typha:v3.32.1', usedBy: ['Deployment calico-typha'] };

function named(count: number) {
  return Array.from({ length: count }, (_, index) => buildNode(`node-${String(index).padStart(4, '0')}`));
}

describe('planPulls', () => {
  test('every node gets what it lacks, control-plane nodes last; one that lacks nothing is left alone', () => {
    const nodes = [
      buildNode('c', { isControlPlane: true }),
      buildNode('b', { images: [NODE.image] }),
      buildNode('a', { images: [NODE.image, TYPHA.image, 'quay.io/calico/node@sha256:0123'] }),
      buildNode('d'),
    ];
    expect(planPulls([NODE, TYPHA], nodes)).toEqual({
      pulls: [
        { node: 'b', images: [TYPHA.image] },
        { node: 'd', images: [NODE.image, TYPHA.image] },
        { node: 'c', images: [NODE.image, TYPHA.image] },
      ],
      held: ['a'],
      leftOut: [],
    });
  });

  test('an image is the same one with Docker Hub written out and without', () => {
    const image = { image: 'calico/node:v3.30.7', usedBy: [] };
    expect(planPulls([image], [buildNode('a', { images: ['docker.io/calico/node:v3.30.7'] })]).held).toEqual([
      'a',
    ]);
  });

  test('an image that two workloads run is pulled once', () => {
    const twice = { ...NODE, usedBy: ['DaemonSet csi-node-driver'] };
    expect(planPulls([NODE, twice], [buildNode('a')]).pulls).toEqual([{ node: 'a', images: [NODE.image] }]);
  });

  test('nodes that take no part are named, and Windows images are for nobody', () => {
    const nodes = [
      buildNode('a', { isReady: false }),
      buildNode('b', { isVirtual: true }),
      buildNode('c', { os: 'windows' }),
      buildNode('d'),
    ];
    const windows = {
      image: 'quay.io/calico/node-windows:v3.32.1',
      usedBy: ['DaemonSet calico-node-windows'],
    };
    const plan = planPulls([windows], nodes);
    expect(plan.leftOut.map(({ node }) => node)).toEqual(['a', 'b', 'c']);
    expect(plan).toMatchObject({ pulls: [], held: ['d'] });
  });

  test('on many nodes images of Deployments go to control-plane nodes and one node of each class', () => {
    const nodes = [
      ...named(120),
      buildNode('arm', { architecture: 'arm64' }),
      buildNode('master', { isControlPlane: true }),
    ];
    const { pulls } = planPulls([NODE, TYPHA], nodes);
    const both = pulls.filter(({ images }) => images.length === 2).map(({ node }) => node);
    expect(pulls).toHaveLength(122);
    expect(both).toEqual(expect.arrayContaining(['arm', 'master']));
    expect(both.length).toBeLessThanOrEqual(3);
  });
});

test.each([
  [1, 1],
  [9, 1],
  [40, 4],
  [5_000, 50],
])('of %d nodes %d pull at a time', (nodes, width) => {
  expect(prePullWidth(nodes)).toBe(width);
});
