import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inspect } from '../../src/cluster/inspect.js';
import type { KubernetesObject } from '../../src/ports/cluster-client.js';
import { type UpgradeOutcome } from '../../src/upgrade/run-upgrade.js';
import { installCalico } from '../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../test-cluster/ready-made/jest.js';
import { eventually } from '../test-cluster/eventually.js';
import { contentsOf } from './restore/live-run.js';
import {
  installation,
  isWell,
  type OperatorScene,
  running,
  startScene,
  statuses,
} from './restore/operator-scene.js';
import { liveUpgrade } from './live-upgrade.js';

const OLDER = 'v3.30.7';
const NEWER = 'v3.31.7';
const NEWEST = 'v3.32.1';
const IMAGES = [
  'apiserver',
  'cni',
  'csi',
  'goldmane',
  'kube-controllers',
  'node',
  'node-driver-registrar',
  'pod2daemon-flexvol',
  'typha',
  'whisker',
  'whisker-backend',
];

/** Digests of images that are nowhere: light nodes pull all. */
function imageSet(version: string): KubernetesObject {
  const digest = (image: string): string =>
    `sha256:${createHash('sha256').update(`${image}:${version}`).digest('hex')}`;
  const images = IMAGES.map((image) => ({ image: `calico/${image}`, digest: digest(image) }));
  return {
    apiVersion: 'operator.tigera.io/v1',
    kind: 'ImageSet',
    metadata: { name: `calico-${version}` },
    spec: { images },
  };
}

describeWithCalico('an upgrade of an operator install', { own: true, lightNodes: 4 }, (cluster) => {
  // Ends before the cluster does
  describe('with the operator', () => {
    let scene: OperatorScene;
    let before: Awaited<ReturnType<typeof contentsOf>>;

    beforeAll(async () => {
      scene = await startScene(cluster());
      await installCalico(scene.client, { method: 'operator', version: OLDER });
      await running(scene.client, OLDER);
      await scene.operator.settle();
      before = await contentsOf(scene.client);
    }, 200_000);
    afterAll(() => scene.stop());

    function upgrade(soakMs = 0): Promise<UpgradeOutcome> {
      return liveUpgrade(scene.client, NEWER, { soakMs, maxUnavailable: { nodes: 3 } });
    }

    it('whose new calico-node crashes goes back by itself, and only the canary was touched', async () => {
      const { client, operator } = scene;
      await cluster().lightNodes.setFaults([
        {
          on: { image: `calico/node:${NEWER}` },
          fault: { kind: 'crash-loop', container: 'calico-node', exitCode: 2, backOffMs: 300 },
        },
      ]);
      // It is Ready for a moment before it crashes
      const outcome = await upgrade(5_000);
      await cluster().lightNodes.clearFaults();
      expect(outcome).toMatchObject({ ended: 'failed', rollback: { ended: 'done' }, wayOut: '' });
      expect(outcome.reason).toContain('the operator, and the first nodes');
      expect(outcome.reason).toMatch(/CrashLoopBackOff|restarted|is not Ready any more/);
      await operator.settle();
      expect(await contentsOf(client)).toEqual(before);
      expect((await inspect(client)).leftovers).toEqual([]);
    }, 300_000);

    it('moves the operator, which rolls the canary and then the rest; its knobs are given back', async () => {
      const { client, operator } = scene;
      const was = await installation(client);
      const outcome = await upgrade();
      expect(outcome).toMatchObject({ ended: 'done', reason: '' });
      await operator.settle();
      const is = await installation(client);
      expect(is).toMatchObject({ uid: was.uid, version: NEWER });
      expect(JSON.stringify(is.spec)).not.toContain('"maxUnavailable":3');
      expect((await statuses(client)).every(isWell)).toBe(true);
      const { calico, leftovers } = await inspect(client);
      expect(calico?.versions.verdict).toBe('agreed');
      expect(leftovers).toEqual([]);
      expect((await upgrade()).plan.verdict).toBe('nothing-to-do');
    }, 300_000);

    it('whose images are pulled by the digests of ImageSets has a canary as well', async () => {
      const { client, operator } = scene;
      for (const version of [NEWER, NEWEST])
        await client.create(imageSet(version), { fieldManager: 'kubectl-create' });
      await eventually(async () => {
        const { calico } = await inspect(client);
        const images = calico?.components.node?.pods.flatMap((pod) => Object.values(pod.images)) ?? [];
        return images.length > 0 && images.every((image) => image.includes('@sha256:')) ? true : null;
      }, 120_000);
      await operator.settle();
      await running(client, NEWER);
      const outcome = await liveUpgrade(client, NEWEST, { soakMs: 0, maxUnavailable: { nodes: 3 } });
      expect(outcome).toMatchObject({ ended: 'done', reason: '' });
      const titles = outcome.hops.flatMap(({ results }) => results.map(({ title }) => title));
      expect(titles).toContain('the operator, and the first nodes');
      await operator.settle();
      expect((await inspect(client)).leftovers).toEqual([]);
    }, 300_000);
  });
});
