import { describe, expect, it } from '@jest/globals';
import { nameOf, referenceOf } from '../../src/cluster/object-name.js';
import { isOurs } from '../../src/cluster/own-label.js';
import { LAYER7_NAMESPACE } from '../../src/connectivity/layer7/layer7-objects.js';
import { PROBE_NAMESPACE } from '../../src/connectivity/probe-namespace.js';
import { meshOf, type Scene } from '../../src/connectivity/scene.js';
import type { Change } from '../../src/connectivity/scenarios/scenario.js';
import { SCENARIO_NAMES } from '../../src/connectivity/scenarios/scenario-name.js';
import { SCENARIOS } from '../../src/connectivity/scenarios/registry.js';
import { buildScene } from './build-scene.js';

function probesOf(
  count: number,
  changes: Partial<Scene> = {},
): readonly { readonly key: string; readonly pod: string }[] {
  const scene = buildScene(count, changes);
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
    const outside = [1, 2].map((host) => ({ host: `192.0.2.${host}`, port: 80 }));
    const keys = probesOf(5, { outside, outsideSees: 'node' }).map(({ key }) => key);
    expect(keys.filter((key) => key.startsWith('outside'))).toHaveLength(5 * 2 * 2);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('have keys that stay when pods are made anew', () => {
    expect(probesOf(3).every(({ key, pod }) => !key.includes(pod))).toBe(true);
  });

  it('cost as much for each node however many there are', () => {
    expect(probesOf(1000).length / 1000).toBeCloseTo(probesOf(100).length / 100, 0);
    expect(probesOf(100).length / 100).toBeLessThan(100);
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
      'host-port',
      'outside',
      'outside-source',
      'service-endpoints',
    ]);
  });

  it('write to the namespaces of the test alone, but for one policy and an empty tier, and take every policy back', () => {
    const changed = changesOf(buildScene(3));
    const own: readonly unknown[] = [PROBE_NAMESPACE, LAYER7_NAMESPACE];
    const outside = changed.filter((one) => !own.includes(namespaceOf(one)));
    expect(new Set(outside.map(({ object }) => object.kind))).toEqual(
      new Set(['GlobalNetworkPolicy', 'Tier']),
    );
    const applied = changed.flatMap((one) =>
      one.kind === 'apply' && one.object.kind.endsWith('NetworkPolicy')
        ? [nameOf(referenceOf(one.object))]
        : [],
    );
    const deleted = changed.flatMap((one) => (one.kind === 'delete' ? [nameOf(one.object)] : []));
    expect(new Set(deleted)).toEqual(new Set(applied));
  });

  it('write nothing that selects another pod than those of the test', () => {
    const applied = changesOf(buildScene(3)).flatMap((one) => (one.kind === 'apply' ? [one.object] : []));
    expect(applied.every((object) => isOurs(object))).toBe(true);
    const globals = applied.filter(({ kind }) => kind === 'GlobalNetworkPolicy');
    expect(globals.length).toBeGreaterThan(0);
    for (const { spec } of globals) {
      expect(spec).toMatchObject({
        selector:
          "calico-upgrade-action/role == 'target' && projectcalico.org/namespace == 'calico-network-test'",
        namespaceSelector: "kubernetes.io/metadata.name == 'calico-network-test'",
      });
      expect(spec).not.toHaveProperty('applyOnForward');
      expect(spec).not.toHaveProperty('preDNAT');
      expect(spec).not.toHaveProperty('doNotTrack');
    }
  });

  it('name a policy after its tier, by which Felix knows it up to v3.31', () => {
    const policies = changesOf(buildScene(1)).flatMap((one) =>
      one.kind === 'apply' && one.object.apiVersion.startsWith('crd.') && one.object.kind !== 'Tier'
        ? [one.object]
        : [],
    );
    expect(policies.length).toBeGreaterThan(0);
    for (const { metadata, spec } of policies) {
      const { tier = 'default' } = spec as { readonly tier?: string };
      expect(metadata.name.startsWith(`${tier}.`)).toBe(true);
    }
  });
});

function changesOf(scene: Scene): readonly Change[] {
  return SCENARIOS.flatMap((scenario) => scenario.phases(scene)).flatMap(({ changes }) => changes);
}

function namespaceOf(change: Change): string | null | undefined {
  return change.kind === 'apply' ? change.object.metadata.namespace : change.object.namespace;
}
