import { beforeAll, beforeEach, expect, it } from '@jest/globals';
import { createClusterClient } from '../../src/adapters/kubernetes/cluster-client.js';
import { listAt, numberAt, textAt } from '../../src/cluster/fields.js';
import { inspect } from '../../src/cluster/inspect.js';
import type { ClusterClient, KubernetesObject } from '../../src/ports/cluster-client.js';
import { isPodReady } from '../../src/upgrade/gates/pod-fault.js';
import { readJournal } from '../../src/upgrade/journal/journal.js';
import { type UpgradeOutcome } from '../../src/upgrade/run-upgrade.js';
import type { UpgradeOptions } from '../../src/upgrade/upgrade-options.js';
import { installCalicoData } from '../../test-cluster/ready-made/calico-data.js';
import { installCalico } from '../../test-cluster/ready-made/install-calico.js';
import { describeInTurn } from '../../test-cluster/in-turn.js';
import { describeWithCalico } from '../../test-cluster/ready-made/jest.js';
import { eventually } from '../test-cluster/eventually.js';
import { hurrying } from './gates/build-waiting.js';
import { contentsOf, rolledOut } from './restore/live-run.js';
import { liveUpgrade } from './live-upgrade.js';

const PODS = { apiVersion: 'v1', kind: 'Pod' } as const;
const LEASES = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' } as const;
const CALICO_NODES = { namespace: 'kube-system', labelSelector: 'k8s-app=calico-node' } as const;
const CRASHES = { kind: 'crash-loop', container: 'calico-node', exitCode: 2, backOffMs: 300 } as const;

describeInTurn('faults of an upgrade', () => {
  describeWithCalico('faults in the middle of an upgrade', { own: true, lightNodes: 4 }, (cluster) => {
    let client: ClusterClient;
    let warnings: string[];

    beforeAll(async () => {
      client = await createClusterClient(cluster().kubeconfig, null);
      await installCalico(client, { method: 'manifest', version: 'v3.28.2' });
      await installCalicoData(client);
      await rolledOut(client);
    }, 240_000);

    beforeEach(() => {
      warnings = [];
    });

    function upgrade(
      target: string,
      options: Partial<UpgradeOptions> = {},
      as: ClusterClient = client,
    ): Promise<UpgradeOutcome> {
      return liveUpgrade(as, target, { onWarning: (text) => warnings.push(text), ...options });
    }

    async function nodePods(version = ''): Promise<readonly KubernetesObject[]> {
      const found: KubernetesObject[] = [];
      for await (const { items } of client.list(PODS, CALICO_NODES)) found.push(...items);
      return found.filter((pod) => JSON.stringify(pod['spec']).includes(`calico/node:${version}`));
    }

    /** A client before whose deletion of each pod of calico-node something happens; the count begins with 1. */
    function meddling(before: (node: string, count: number) => Promise<void>): ClusterClient {
      let count = 0;
      return {
        ...client,
        delete: async (reference, options) => {
          if (reference.kind === 'Pod' && reference.name.startsWith('calico-node-')) {
            const turn = (count += 1);
            await before(textAt(await client.get(reference), 'spec', 'nodeName'), turn);
          }
          return client.delete(reference, options);
        },
      };
    }

    async function restartsOn(node: string): Promise<number> {
      const pods = (await nodePods()).filter((pod) => textAt(pod, 'spec', 'nodeName') === node);
      const [container] = listAt(pods[0], 'status', 'containerStatuses');
      return numberAt(container, 'restartCount') ?? 0;
    }

    async function runsEverywhere(version: string): Promise<void> {
      const { nodes, leftovers } = await inspect(client);
      const there = new Set(nodes.map(({ name }) => name));
      const pods = (await nodePods(version)).filter((pod) => there.has(textAt(pod, 'spec', 'nodeName')));
      expect(pods.filter(isPodReady).length).toBe(there.size);
      expect(leftovers).toEqual([]);
    }

    /** True where all nodes were heard of since then and are Ready, and calico-node on each of them. */
    async function allWell(since: Date): Promise<true | null> {
      for await (const { items } of client.list(LEASES, { namespace: 'kube-node-lease' })) {
        if (items.some((lease) => new Date(textAt(lease, 'spec', 'renewTime')) <= since)) return null;
      }
      const { nodes } = await inspect(client);
      const pods = await nodePods();
      return nodes.every(({ isReady }) => isReady) && pods.every(isPodReady) ? true : null;
    }

    it('a calico-node that crashes in its soak ends it there, and it goes back', async () => {
      const before = await contentsOf(client);
      const ended = upgrade('v3.29.7', { soakMs: 20_000 });
      await eventually(async () => (await nodePods('v3.29.7')).find(isPodReady) ?? null, 120_000);
      await cluster().lightNodes.setFaults([
        { on: { image: 'calico/node', version: 'v3.29.7' }, fault: CRASHES },
      ]);
      const outcome = await ended;
      await cluster().lightNodes.clearFaults();
      expect(outcome).toMatchObject({ ended: 'failed', rollback: { ended: 'done', reason: '' }, wayOut: '' });
      expect(outcome.reason).toMatch(
        /wave 1 of 3, .*in the soak: Pod kube-system\/calico-node-\w+ (?:restarted|is not)/,
      );
      expect(await contentsOf(client)).toEqual(before);
      await runsEverywhere('v3.28.2');
    }, 240_000);

    it('a calico-node that crashes after its soak is seen before more nodes change, and it goes back', async () => {
      const before = await contentsOf(client);
      const changed: string[] = [];
      const meddler = meddling(async (node, count) => {
        changed.push(node);
        if (count !== 2) return;
        const canary = changed[0] ?? '';
        await cluster().lightNodes.setFaults([
          { on: { nodes: [canary], image: 'calico/node', version: 'v3.29.7' }, fault: CRASHES },
        ]);
        await eventually(async () => ((await restartsOn(canary)) > 1 ? true : null), 60_000);
      });
      let touched = 0;
      const outcome = await upgrade(
        'v3.29.7',
        {
          maxUnavailable: { nodes: 1 },
          onFailure: () => {
            touched = changed.length;
            return Promise.resolve();
          },
        },
        meddler,
      );
      await cluster().lightNodes.clearFaults();
      expect(outcome).toMatchObject({ ended: 'failed', rollback: { ended: 'done', reason: '' }, wayOut: '' });
      expect(outcome.reason).toMatch(
        /wave 3 of 4, .*a node that was changed before is not well any more: Pod kube-system\/calico-node-\w+ on node light-\d restarted \d+ times/,
      );
      expect(touched).toBe(2);
      expect(await contentsOf(client)).toEqual(before);
      await runsEverywhere('v3.28.2');
    }, 240_000);

    it('a calico-node that runs and never becomes ready ends it on the canary, and it goes back', async () => {
      const before = await contentsOf(client);
      await cluster().lightNodes.setFaults([
        {
          on: { image: 'calico/node', version: 'v3.29.7' },
          fault: { kind: 'never-ready', message: 'calico/node is not ready: felix is not ready' },
        },
      ]);
      const { now, sleep } = hurrying(5);
      const outcome = await upgrade('v3.29.7', { now, sleep, timeoutMs: 900_000 });
      await cluster().lightNodes.clearFaults();
      expect(outcome).toMatchObject({ ended: 'failed', rollback: { ended: 'done', reason: '' }, wayOut: '' });
      expect(outcome.reason).toMatch(
        /wave 1 of 3, .*container calico-node: runs for 90 s without a restart and is not ready/,
      );
      const evidence = outcome.hops[0]?.results.at(-1)?.evidence ?? [];
      expect(JSON.stringify(evidence)).toContain('felix is not ready');
      expect(await contentsOf(client)).toEqual(before);
      await runsEverywhere('v3.28.2');
    }, 240_000);

    it('an image that one node does not pull any more when its turn comes ends that wave, and it goes back', async () => {
      const before = await contentsOf(client);
      const faulted: Promise<void>[] = [];
      const meddler = meddling(async (node, count) => {
        if (count !== 2) return;
        const on = { nodes: [node], image: 'calico/node', version: 'v3.29.7' };
        faulted.push(cluster().lightNodes.setFaults([{ on, fault: { kind: 'image-pull' } }]));
        await Promise.all(faulted);
      });
      const { now, sleep } = hurrying(5);
      const outcome = await upgrade('v3.29.7', { now, sleep, timeoutMs: 900_000 }, meddler);
      await cluster().lightNodes.clearFaults();
      expect(faulted).toHaveLength(1);
      expect(outcome).toMatchObject({ ended: 'failed', rollback: { ended: 'done', reason: '' }, wayOut: '' });
      expect(outcome.reason).toMatch(/wave 2 of 3, .*(?:ErrImagePull|ImagePullBackOff)/);
      expect(await contentsOf(client)).toEqual(before);
      await runsEverywhere('v3.28.2');
    }, 240_000);

    it('an API server that is restarted in the middle of a wave is waited for', async () => {
      const restarts: Promise<void>[] = [];
      const restart = async (): Promise<void> => {
        await cluster().apiServer.kill();
        await cluster().apiServer.start();
      };
      const outcome = await upgrade('v3.29.7', {
        onProgress: (text) => {
          if (text.includes('wave 2')) restarts.push(restart());
        },
      });
      expect(restarts).toHaveLength(1);
      await Promise.all(restarts);
      expect(outcome).toMatchObject({ ended: 'done', reason: '' });
      await runsEverywhere('v3.29.7');
    }, 240_000);

    it('a node that leaves takes no part from then on, and one that joins gets the target', async () => {
      const controllers = await findControllersNode();
      let left = '';
      const meddler = meddling(async (node, count) => {
        if (count === 1 || left !== '' || node === controllers) return;
        left = node;
        await cluster().lightNodes.leave(node);
        await cluster().lightNodes.join('light-new');
      });
      const outcome = await upgrade('v3.30.7', {}, meddler);
      expect(outcome).toMatchObject({ ended: 'done', reason: '' });
      expect(left).not.toBe('');
      expect(warnings).toContainEqual(expect.stringContaining(`Node ${left} left the cluster`));
      await runsEverywhere('v3.30.7');
      const nodes = (await nodePods('v3.30.7')).map((pod) => textAt(pod, 'spec', 'nodeName'));
      expect(nodes).toContain('light-new');
    }, 240_000);

    /** One that leaves with kube-controllers on it would be waited for until its pods are collected. */
    async function findControllersNode(): Promise<string> {
      const options = { namespace: 'kube-system', labelSelector: 'k8s-app=calico-kube-controllers' };
      for await (const { items } of client.list(PODS, options)) {
        for (const pod of items) return textAt(pod, 'spec', 'nodeName');
      }
      throw new Error('There are no kube-controllers');
    }

    it('an API server that is away for longer than the lock lasts ends the run; the next one goes on', async () => {
      const { now, sleep } = hurrying(10);
      const fast = { now, sleep, timeoutMs: 900_000 };
      const absences: Promise<void>[] = [];
      const isLost = (): true | null => (warnings.some((text) => text.startsWith('The lock')) ? true : null);
      const takeAway = async (): Promise<void> => {
        await cluster().apiServer.kill();
        await eventually(() => Promise.resolve(isLost()), 60_000);
        await cluster().apiServer.start();
      };
      const { backup, ...outcome } = await upgrade('v3.31.7', {
        ...fast,
        onProgress: (text) => {
          if (text.includes('wave 2')) absences.push(takeAway());
        },
      });
      expect(absences).toHaveLength(1);
      await Promise.all(absences);
      expect(outcome).toMatchObject({ ended: 'interrupted', rollback: null });
      expect(outcome.reason).toMatch(
        /wave 2 of 3, .*The lock could not be renewed for 45 s, since the API server/,
      );
      expect(outcome.wayOut).toContain('Run the mode upgrade again to go on');
      expect(await readJournal(client)).toMatchObject({ mode: 'upgrade', status: 'running', stage: 'node' });

      if (backup === null) throw new Error('There is no backup');
      const findBundle = () => Promise.resolve(backup);
      // Nodes that nobody heard of meanwhile would take no part, or end a wave
      const isBack = new Date();
      await eventually(() => allWell(isBack), 120_000);
      // By the real clock: controllers take seconds until they go on
      const next = await upgrade('v3.31.7', { findBundle });
      expect(next).toMatchObject({ ended: 'done', reason: '' });
      await runsEverywhere('v3.31.7');
    }, 300_000);
  });
});
