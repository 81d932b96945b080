import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { hashOf } from '../../../src/upgrade/gates/revision.js';
import { isPodReady } from '../../../src/upgrade/gates/pod-fault.js';
import { readJournal } from '../../../src/upgrade/journal/journal.js';
import { LOCK } from '../../../src/upgrade/lock/lock.js';
import { runRollback, type RunOptions } from '../../../src/upgrade/restore/run-rollback.js';
import { node } from '../../cluster/build.js';
import { createFakeReportStore } from '../../ports/fake-report-store.js';
import type { MemoryBundle } from '../../ports/memory-bundle.js';
import { manifestInstall } from '../preflight/clusters/well-clusters.js';
import { NODE, save } from './live-run.js';
import { createLivingCluster, type LivingCluster } from './living-cluster.js';
import { fastOptions, KUBERNETES, NEWER, OLDER } from './scene.js';

interface Scene {
  readonly cluster: LivingCluster;
  readonly bundle: MemoryBundle;
  /** Nodes whose calico-node pod was deleted, in their order. */
  readonly changed: readonly string[];
  /** Nodes that were not well when a node was changed, and that node. */
  readonly early: readonly { readonly changed: string; readonly unwell: string }[];
}

interface Place {
  readonly name: string;
  readonly isControlPlane: boolean;
}

/** A cluster of such nodes that was saved at the older release and stands at the newer one; it is watched from then on. */
async function watchedCluster(places: readonly Place[]): Promise<Scene> {
  const nodes = places.map(({ name, isControlPlane }) =>
    node(name, {
      metadata: { labels: isControlPlane ? { 'node-role.kubernetes.io/control-plane': '' } : {} },
      info: { kubeletVersion: KUBERNETES },
    }),
  );
  const install = manifestInstall(OLDER, KUBERNETES).filter(({ kind }) => kind !== 'Node' && kind !== 'Pod');
  const cluster = createLivingCluster([...nodes, ...install]);
  const bundle = await save(cluster.client);
  for (const object of manifestInstall(NEWER, KUBERNETES)) {
    const isOfCluster = object.kind === 'Pod' || object.kind === 'Node';
    if (!isOfCluster && !object.apiVersion.startsWith('crd.projectcalico.org')) cluster.client.set(object);
  }
  cluster.settle();
  const changed: string[] = [];
  const early: { changed: string; unwell: string }[] = [];
  cluster.onWrite = ({ verb, kind, name }, when) => {
    if (when !== 'before' || verb !== 'delete' || kind !== 'Pod') return;
    const place = name.replace(/^calico-node-/, '');
    changed.push(place);
    early.push(
      ...nodePods(cluster)
        .filter(isNotWell)
        .map((pod) => ({ changed: place, unwell: nodeOf(pod) })),
    );
  };
  return { cluster, bundle, changed, early };
}

function nodePods({ client }: LivingCluster): readonly KubernetesObject[] {
  return client
    .objects()
    .filter(({ kind, metadata }) => kind === 'Pod' && metadata.labels?.['k8s-app'] === 'calico-node');
}

function isNotWell(pod: KubernetesObject): boolean {
  return !isPodReady(pod);
}

function nodeOf(pod: KubernetesObject): string {
  return (pod['spec'] as { readonly nodeName: string }).nodeName;
}

/** The nodes whose pod has another uid or another revision than before. */
function differing(
  before: readonly KubernetesObject[],
  after: readonly KubernetesObject[],
): readonly string[] {
  const markOf = (pod: KubernetesObject): string => `${pod.metadata.uid} ${hashOf(pod)}`;
  const known = new Map(before.map((pod) => [nodeOf(pod), markOf(pod)]));
  return after.filter((pod) => known.get(nodeOf(pod)) !== markOf(pod)).map(nodeOf);
}

/** Pods of the nodes become ready some milliseconds after they are made. */
function becomeReadyLater({ client, settle }: LivingCluster, pod: KubernetesObject): KubernetesObject {
  if (pod.metadata.labels?.['k8s-app'] !== 'calico-node') return pod;
  setTimeout(() => {
    const { name } = pod.metadata;
    const live = client.objects().find((one) => one.kind === 'Pod' && one.metadata.name === name);
    if (live) client.set({ ...live, status: pod['status'] });
    settle();
  }, 3);
  return { ...pod, status: { conditions: [{ type: 'Ready', status: 'False' }] } };
}

function run({ cluster, bundle }: Scene, options: Partial<RunOptions> = {}) {
  return runRollback(cluster.client, bundle, createFakeReportStore(), fastOptions(options));
}

const TEN = Array.from({ length: 10 }, (_, index): Place => ({
  name: `node-${index}`,
  isControlPlane: index === 0,
}));

describe('no node outside the wave changes until the wave is well', () => {
  it('in a cluster of ten, wave after wave', async () => {
    const scene = await watchedCluster(TEN);
    scene.cluster.onPod = (pod) => becomeReadyLater(scene.cluster, pod);
    const outcome = await run(scene, { maxUnavailable: { nodes: 3 }, soakMs: 1_000 });
    expect(outcome).toMatchObject({ ended: 'done', reason: '' });
    const waves = outcome.plan.waves.waves.map(({ nodes }) => nodes);
    expect(waves.map(({ length }) => length)).toEqual([1, 3, 3, 2, 1]);
    let at = 0;
    for (const wave of waves) {
      expect(scene.changed.slice(at, at + wave.length).sort()).toEqual([...wave].sort());
      at += wave.length;
    }
    expect(scene.changed).toHaveLength(10);
    expect(scene.changed.at(-1)).toBe('node-0');
    const waveOf = (name: string): number => waves.findIndex((wave) => wave.includes(name));
    expect(scene.early.filter((one) => waveOf(one.changed) !== waveOf(one.unwell))).toEqual([]);
  });

  it('and not at all where its pods never become ready: the run stops, and goes on once the fault is gone', async () => {
    const scene = await watchedCluster(TEN);
    const { cluster } = scene;
    const before = nodePods(cluster);
    const state = { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } };
    const broken = {
      conditions: [{ type: 'Ready', status: 'False' }],
      containerStatuses: [{ name: 'calico-node', restartCount: 0, state }],
    };
    // The canary is well, and a node of the wave after it is not
    cluster.onPod = (pod) => (pod.metadata.name === 'calico-node-node-3' ? { ...pod, status: broken } : pod);
    const options = { maxUnavailable: { nodes: 3 } };
    const failed = await run(scene, options);

    expect(failed).toMatchObject({ ended: 'failed' });
    expect(failed.reason).toMatch(/^node, wave 2 of 5.*calico-node-node-3.*ImagePullBackOff/);
    const [canary = [], second = []] = failed.plan.waves.waves.map(({ nodes }) => nodes);
    const touched = [...canary, ...second].sort();
    expect([...scene.changed].sort()).toEqual(touched);
    expect([...differing(before, nodePods(cluster))].sort()).toEqual(touched);
    expect(await cluster.client.get(NODE)).toMatchObject({ spec: { updateStrategy: { type: 'OnDelete' } } });
    const journal = await readJournal(cluster.client);
    expect(journal).toMatchObject({ status: 'failed', stage: 'node', reason: failed.reason });
    expect(journal?.wayOut).toMatch(/^Run the mode rollback again with the same bundle/);
    expect(failed.wayOut).toBe(journal?.wayOut);
    expect(await cluster.client.get(LOCK)).toBeNull();

    cluster.onPod = null;
    expect(await run(scene, options)).toMatchObject({ ended: 'done', reason: '' });
    expect([...scene.changed].sort()).toEqual([...TEN.map(({ name }) => name), 'node-3'].sort());
    expect(await cluster.client.get(NODE)).not.toMatchObject({
      spec: { updateStrategy: { type: 'OnDelete' } },
    });
    expect(await readJournal(cluster.client)).toBeNull();
  });

  it('where its pods run and are never ready, either: time tells', async () => {
    const scene = await watchedCluster(TEN);
    const status = { conditions: [{ type: 'Ready', status: 'False' }] };
    scene.cluster.onPod = (pod) => (pod.metadata.name.startsWith('calico-node-') ? { ...pod, status } : pod);
    const failed = await run(scene, { timeoutMs: 10_000 });
    expect(failed.reason).toMatch(/wave 1 of .*not done within (?:9|10) s: 1 of 1 nodes have no new pod/);
    expect(scene.changed).toEqual(failed.plan.waves.waves[0]?.nodes);
  });

  it('whatever the nodes and the width', async () => {
    const places = fc.uniqueArray(
      fc.record({ name: fc.stringMatching(/^[a-z][a-z0-9]{0,4}$/), isControlPlane: fc.boolean() }),
      { selector: ({ name }) => name, minLength: 1, maxLength: 8 },
    );
    const width = fc.oneof(
      fc.record({ nodes: fc.integer({ min: 1, max: 10 }) }),
      fc.record({ percent: fc.integer({ min: 1, max: 100 }) }),
    );
    await fc.assert(
      fc.asyncProperty(places, width, fc.nat({ max: 3 }), async (nodes, maxUnavailable, canaryNodes) => {
        const scene = await watchedCluster(nodes);
        scene.cluster.onPod = (pod) => becomeReadyLater(scene.cluster, pod);
        const outcome = await run(scene, { maxUnavailable, canaryNodes });
        expect(outcome).toMatchObject({ ended: 'done', reason: '' });
        const waves = outcome.plan.waves.waves.map((wave) => wave.nodes);
        const waveOf = (name: string): number => waves.findIndex((wave) => wave.includes(name));
        expect([...scene.changed].sort()).toEqual(nodes.map(({ name }) => name).sort());
        const order = scene.changed.map(waveOf);
        expect(order).toEqual([...order].sort((a, b) => a - b));
        // Whoever is not well while a node changes is of its wave
        expect(scene.early.filter((one) => waveOf(one.changed) !== waveOf(one.unwell))).toEqual([]);
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});
