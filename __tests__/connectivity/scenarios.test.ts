import { describe, expect, it } from '@jest/globals';
import { meshOf } from '../../src/connectivity/scene.js';
import { SCENARIO_NAMES } from '../../src/connectivity/scenarios/scenario-name.js';
import { SCENARIOS } from '../../src/connectivity/scenarios/registry.js';
import { buildScene } from './build-scene.js';

function probesOf(count: number): readonly { readonly key: string; readonly pod: string }[] {
  const scene = buildScene(count);
  return SCENARIOS.filter(({ whySkipped }) => whySkipped(scene) === null)
    .flatMap(({ phases }) => phases(scene))
    .flatMap(({ probes }) => probes)
    .map(({ key, from }) => ({ key, pod: from.name }));
}

describe('the mesh', () => {
  it.each([2, 3, 4, 7, 10, 100])('of %d nodes has each as often as source as it is target', (count) => {
    const names = Array.from({ length: count }, (_, index) => index);
    const mesh = meshOf(names, 2);
    const degree = Math.min(2, count - 1);
    for (const name of names) {
      expect(mesh.filter(([from]) => from === name)).toHaveLength(degree);
      expect(mesh.filter(([, to]) => to === name)).toHaveLength(degree);
    }
    expect(mesh.every(([from, to]) => from !== to)).toBe(true);
    expect(new Set(mesh.map(String)).size).toBe(mesh.length);
  });

  it('joins nodes that do not change at once: half of the pairs lie far apart', () => {
    expect(
      meshOf(
        Array.from({ length: 100 }, (_, index) => index),
        2,
      ),
    ).toContainEqual([0, 50]);
  });

  it('of one node is empty', () => {
    expect(meshOf(['a'], 2)).toEqual([]);
  });
});

describe('the scenarios', () => {
  it('are in the registry by every name but that of new pods, which is tried by making them', () => {
    expect(SCENARIOS.map(({ name }) => name).sort()).toEqual(
      SCENARIO_NAMES.filter((name) => name !== 'new-pods').toSorted(),
    );
  });

  it('give each probe a key of its own', () => {
    const keys = probesOf(5).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('have keys that stay when pods are made anew', () => {
    expect(probesOf(3).every(({ key, pod }) => !key.includes(pod))).toBe(true);
  });

  it('cost as much for each node however many there are', () => {
    expect(probesOf(1000).length / 1000).toBeCloseTo(probesOf(100).length / 100, 0);
    expect(probesOf(100).length / 100).toBeLessThan(70);
  });

  it('of 1,000 nodes are planned in under a second', () => {
    // Of processor time: others may be at work on this machine
    const before = process.cpuUsage();
    expect(probesOf(1000).length).toBeGreaterThan(50_000);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(1000);
  });

  it('of a cluster of one node try what one node has', () => {
    const scene = buildScene(1);
    const skipped = SCENARIOS.filter(({ whySkipped }) => whySkipped(scene) !== null).map(({ name }) => name);
    expect(skipped).toEqual([
      'pod-cross-node',
      'udp',
      'large-packets',
      'second-family',
      'node-port',
      'host-to-host',
      'outside',
      'service-endpoints',
    ]);
  });

  it('write to the namespace of the test alone, and take every policy back', () => {
    const scene = buildScene(3);
    const phases = SCENARIOS.flatMap((scenario) => scenario.phases(scene));
    const changed = phases.flatMap(({ changes }) => changes);
    const namespaces = changed.map((one) =>
      one.kind === 'apply' ? one.object.metadata.namespace : one.object.namespace,
    );
    expect(new Set(namespaces)).toEqual(new Set(['calico-network-test']));
    const applied = changed.flatMap((one) =>
      one.kind === 'apply' && one.object.kind === 'NetworkPolicy' ? [one.object.metadata.name] : [],
    );
    const deleted = changed.flatMap((one) => (one.kind === 'delete' ? [one.object.name] : []));
    expect(new Set(deleted)).toEqual(new Set(applied));
  });
});
