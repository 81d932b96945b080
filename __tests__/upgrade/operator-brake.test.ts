import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { createManifestSource } from '../../src/adapters/manifests/manifest-source.js';
import { versionOf } from '../../src/catalog/queries.js';
import { numberAt, textAt, valueAt } from '../../src/cluster/fields.js';
import type { KubernetesObject } from '../../src/ports/cluster-client.js';
import { createManifestReader } from '../../src/upgrade/customisations/read-manifest.js';
import { passGate } from '../../src/upgrade/gates/pass-gate.js';
import { isPodReady } from '../../src/upgrade/gates/pod-fault.js';
import { MIN_READY } from '../../src/upgrade/restore/operator-knobs.js';
import { runUpgrade, type UpgradeOutcome } from '../../src/upgrade/run-upgrade.js';
import { installCalico } from '../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../test-cluster/ready-made/jest.js';
import { manifestDirectory } from '../../test-cluster/ready-made/manifests.js';
import type { MemoryBundle } from '../ports/memory-bundle.js';
import { createFakeReportStore } from '../ports/fake-report-store.js';
import { eventually } from '../test-cluster/eventually.js';
import { hurrying } from './gates/build-waiting.js';
import { buildOptions } from './plan/build-options.js';
import { contentsOf, rollBack, runOptions, save } from './restore/live-run.js';
import { INSTALLATION, OPERATOR, type OperatorScene, running, startScene } from './restore/operator-scene.js';

const OLDER = 'v3.30.7';
const NEWER = 'v3.31.7';
const NODES = { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'calico-system', name: 'calico-node' };
const SOAK_MS = 20_000;

describeWithCalico('the brake of an operator install', { own: true, lightNodes: 4 }, (cluster) => {
  // Ends before the cluster does
  describe('with the operator', () => {
    let scene: OperatorScene;
    let before: Awaited<ReturnType<typeof contentsOf>>;
    let bundle: MemoryBundle;

    beforeAll(async () => {
      scene = await startScene(cluster());
      await installCalico(scene.client, { method: 'operator', version: OLDER });
      await running(scene.client, OLDER);
      await scene.operator.settle();
      before = await contentsOf(scene.client);
    }, 200_000);
    afterAll(() => scene.stop());

    function upgrade(): Promise<UpgradeOutcome> {
      const { client } = scene;
      const manifests = createManifestReader(createManifestSource(manifestDirectory(), '/', {}));
      return runUpgrade(client, manifests, createFakeReportStore(), {
        ...buildOptions({ target: versionOf(NEWER), force: true }),
        ...runOptions({ force: true, maxUnavailable: { nodes: 3 }, soakMs: SOAK_MS }),
        rollbackOnFailure: false,
        findBundle: () => Promise.reject(new Error('no upgrade died')),
        backUp: async () => {
          bundle = await save(client);
          return { reader: bundle, directory: 'backup', artifact: null, createdAt: new Date().toISOString() };
        },
      });
    }

    async function newPods(): Promise<readonly KubernetesObject[]> {
      const options = { namespace: 'calico-system', labelSelector: 'k8s-app=calico-node' };
      const found: KubernetesObject[] = [];
      for await (const { items } of scene.client.list({ apiVersion: 'v1', kind: 'Pod' }, options)) {
        found.push(...items.filter((item) => JSON.stringify(item['spec']).includes(`node:${NEWER}`)));
      }
      return found;
    }

    it('is pulled where the first node does not stay well: no other changes; going back gives all of it back', async () => {
      const { client, operator } = scene;
      const ended = upgrade();
      await eventually(async () => (await newPods()).find(isPodReady) ?? null, 120_000);
      expect(numberAt(await client.get(INSTALLATION), ...MIN_READY)).toBe(40);
      await cluster().lightNodes.setFaults([
        {
          on: { image: `calico/node:${NEWER}` },
          fault: { kind: 'never-ready', message: 'felix is not ready' },
        },
      ]);
      const outcome = await ended;
      expect(outcome).toMatchObject({ ended: 'failed', rollback: null });
      expect(outcome.reason).toMatch(
        /the operator, and the first nodes: in the soak: .*is not Ready any more/,
      );
      const results = outcome.hops[0]?.results ?? [];
      expect(JSON.stringify(results.map(({ evidence }) => evidence))).toContain(
        'events of Pod calico-system/calico-node-',
      );
      expect(results.slice(-2).map(({ title, outcome: how }) => [title, how])).toEqual([
        ['the brake: the operator is held, and calico-node waits', 'done'],
        ['the brake: calico-node still waits', 'done'],
      ]);
      expect(textAt(await client.get(NODES), 'spec', 'updateStrategy', 'type')).toBe('OnDelete');
      expect(valueAt(await client.get(OPERATOR), 'spec', 'replicas')).toBe(0);
      // What would change another node would do so at once
      await sleep(5_000);
      expect(await newPods()).toHaveLength(1);

      await cluster().lightNodes.clearFaults();
      expect(await rollBack(client, bundle, { force: true, choice: 'live' })).toMatchObject({
        ended: 'done',
        reason: '',
      });
      await operator.settle();
      expect(await contentsOf(client)).toEqual(before);
      expect(textAt(await client.get(NODES), 'spec', 'updateStrategy', 'type')).toBe('RollingUpdate');
      expect(numberAt(await client.get(NODES), 'spec', 'minReadySeconds') ?? 0).toBe(0);
    }, 400_000);

    it('an operator that stays Degraded for a reason that does not heal ends its gate, with what it says', async () => {
      const { client, operator } = scene;
      operator.setFaults([
        { type: 'degrade', status: 'calico', reason: 'InvalidConfigurationError', message: 'bad CIDR' },
      ]);
      const gate = { kind: 'operator', calico: NEWER, workloads: [], stale: [] } as const;
      const failed = await passGate(client, gate, hurrying(10));
      operator.setFaults([]);
      await operator.settle();
      expect(failed?.reason).toMatch(
        /^TigeraStatus calico is Degraded, and stays so \(InvalidConfigurationError: bad CIDR/,
      );
    }, 120_000);
  });
});
