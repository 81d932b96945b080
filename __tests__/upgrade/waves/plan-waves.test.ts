import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { planWaves, type WaveOptions } from '../../../src/upgrade/waves/plan-waves.js';
import { buildNode } from '../../cluster/build-state.js';

const ONE_BY_TEN: WaveOptions = { canaryNodes: 1, maxUnavailable: { percent: 10 } };

function named(count: number, prefix = 'node') {
  return Array.from({ length: count }, (_, index) =>
    buildNode(`${prefix}-${String(index).padStart(4, '0')}`),
  );
}

describe('planWaves', () => {
  test('the canary goes alone, workers follow in waves, control-plane nodes last and one by one', () => {
    const nodes = [
      ...named(5, 'worker'),
      ...named(2, 'master').map((node) => ({ ...node, isControlPlane: true })),
    ];
    const { waves } = planWaves(nodes, { canaryNodes: 1, maxUnavailable: { nodes: 3 } });
    expect(waves).toEqual([
      { kind: 'canary', nodes: ['worker-0000'] },
      { kind: 'workers', nodes: ['worker-0001', 'worker-0002', 'worker-0003'] },
      { kind: 'workers', nodes: ['worker-0004'] },
      { kind: 'control-plane', nodes: ['master-0000'] },
      { kind: 'control-plane', nodes: ['master-0001'] },
    ]);
  });

  test('each class of system, kernel minor, architecture and runtime has a canary of its own', () => {
    const nodes = [
      ...named(4),
      buildNode('same-minor', { kernel: '6.8.0-99-generic' }),
      buildNode('old-kernel', { kernel: '5.15.0-1-generic' }),
      buildNode('arm', { architecture: 'arm64' }),
      buildNode('flatcar', { osImage: 'Flatcar Container Linux 4152.2.1' }),
      buildNode('crio', { runtime: 'cri-o://1.31.2' }),
    ];
    const { waves, classes } = planWaves(nodes, ONE_BY_TEN);
    expect(waves[0]).toEqual({
      kind: 'canary',
      nodes: ['arm', 'crio', 'flatcar', 'node-0000', 'old-kernel'],
    });
    expect(classes).toContainEqual({
      name: 'Ubuntu 24.04.2 LTS, kernel 6.8, amd64, containerd 1.7',
      canary: 'node-0000',
      nodes: 5,
    });
  });

  test('more canaries than classes are made up from the rest', () => {
    expect(planWaves(named(5), { ...ONE_BY_TEN, canaryNodes: 3 }).waves[0]?.nodes).toHaveLength(3);
  });

  test('nodes that are not Ready, virtual or Windows are left out, with the reason', () => {
    const { waves, leftOut, unready } = planWaves(
      [
        buildNode('a'),
        buildNode('b', { isReady: false }),
        buildNode('c', { isVirtual: true }),
        buildNode('d', { os: 'windows' }),
      ],
      ONE_BY_TEN,
    );
    expect(waves).toEqual([{ kind: 'canary', nodes: ['a'] }]);
    expect(leftOut.map(({ node }) => node)).toEqual(['b', 'c', 'd']);
    expect(unready).toEqual(['b']);
  });

  test('a cluster without nodes has no waves', () => {
    expect(planWaves([], ONE_BY_TEN).waves).toEqual([]);
  });

  test('every node that takes part is in exactly one wave, and no wave is wider than allowed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 1, max: 5 }),
        fc.oneof(
          fc.record({ nodes: fc.integer({ min: 1, max: 50 }) }),
          fc.record({ percent: fc.integer({ min: 1, max: 100 }) }),
        ),
        (count, canaryNodes, maxUnavailable) => {
          const nodes = named(count);
          const { waves } = planWaves(nodes, { canaryNodes, maxUnavailable });
          expect(waves.flatMap((wave) => wave.nodes).sort()).toEqual(nodes.map(({ name }) => name));
          const widest =
            'nodes' in maxUnavailable
              ? maxUnavailable.nodes
              : Math.max(1, (count * maxUnavailable.percent) / 100);
          for (const wave of waves.slice(1)) expect(wave.nodes.length).toBeLessThanOrEqual(widest);
        },
      ),
    );
  });
});
