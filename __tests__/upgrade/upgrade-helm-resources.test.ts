import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ObjectReference } from '../../src/ports/cluster-client.js';
import { describeWithCalico } from '../../test-cluster/ready-made/jest.js';
import { eventually } from '../test-cluster/eventually.js';
import { hasHelm } from '../test-cluster/run-helm.js';
import { type HelmScene, history, startHelmScene } from './helm-scene.js';
import { rollBack, save } from './restore/live-run.js';
import { INSTALLATION, isWell, statuses } from './restore/operator-scene.js';

const OLDER = 'v3.29.7';
const NEWER = 'v3.30.7';
const VALUES = { installation: { controlPlaneReplicas: 1 } };
const CRASHES = {
  on: { image: 'calico/node', version: NEWER },
  fault: { kind: 'crash-loop', container: 'calico-node', exitCode: 2, backOffMs: 300 },
} as const;
const NOT_PULLED = { on: { image: 'calico/goldmane' }, fault: { kind: 'image-pull' } } as const;

const resource = (kind: string): ObjectReference => ({ ...INSTALLATION, kind });
const flows = (name: string): ObjectReference => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  namespace: 'calico-system',
  name,
});

describeWithCalico(
  'an upgrade of an install by Helm to the first chart with Goldmane and Whisker',
  {
    own: true,
    lightNodes: 4,
  },
  (cluster) => {
    // Ends before the cluster does
    (hasHelm() ? describe : describe.skip)('with the real helm and the operator', () => {
      let scene: HelmScene;
      let finalizers: readonly string[] | undefined;
      let known: readonly string[];

      const namesOfStatuses = async (): Promise<readonly string[]> =>
        (await statuses(scene.client)).map(({ metadata }) => metadata.name);

      beforeAll(async () => {
        scene = await startHelmScene(cluster(), { older: OLDER, newer: NEWER, values: VALUES });
        finalizers = (await scene.client.get(INSTALLATION))?.metadata.finalizers;
        known = await namesOfStatuses();
      }, 240_000);
      afterAll(() => scene.stop());

      async function isAllGone(): Promise<void> {
        const { client } = scene;
        await eventually(async () => {
          const left = [resource('Goldmane'), resource('Whisker'), flows('goldmane'), flows('whisker')];
          return (await Promise.all(left.map((one) => client.get(one)))).every((one) => one === null);
        });
        await scene.isAsBefore();
        expect(await namesOfStatuses()).toEqual(known);
        expect((await client.get(INSTALLATION))?.metadata.finalizers).toEqual(finalizers);
      }

      it('whose new calico-node crashes goes back by itself, though Goldmane is not well', async () => {
        await cluster().lightNodes.setFaults([CRASHES, NOT_PULLED]);
        const outcome = await scene.upgrade();
        await cluster().lightNodes.clearFaults();
        expect(outcome.rollback?.reason).toBe('');
        expect(outcome).toMatchObject({ ended: 'failed', rollback: { ended: 'done' }, wayOut: '' });
        expect(outcome.reason).toContain('the operator, and the first nodes');
        const { items = [] } = outcome.rollback?.plan.restoration ?? {};
        const made = items.filter(({ object }) => ['Goldmane', 'Whisker'].includes(object.kind));
        expect(made.map(({ action }) => action)).toEqual(['delete', 'delete']);
        await isAllGone();
        expect(await history(cluster())).toEqual([`1 deployed tigera-operator-${OLDER}`]);
      }, 300_000);

      it('that succeeded goes back by hand, and Helm believes so', async () => {
        const { client, helm } = scene;
        const bundle = await save(client);
        expect(await scene.upgrade()).toMatchObject({ ended: 'done', reason: '' });
        await scene.operator.settle();
        expect(await client.get(flows('whisker'))).not.toBeNull();
        expect((await statuses(client)).every(isWell)).toBe(true);

        const outcome = await rollBack(client, bundle, { force: true, helm });
        expect(outcome).toMatchObject({ ended: 'done', reason: '' });
        await isAllGone();
        expect((await history(cluster())).at(-1)).toBe(`3 deployed tigera-operator-${OLDER}`);
      }, 300_000);
    });
  },
);
