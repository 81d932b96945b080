import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { numberAt } from '../../../src/cluster/fields.js';
import { inspect } from '../../../src/cluster/inspect.js';
import type { ClusterClient } from '../../../src/ports/cluster-client.js';
import { installCalico } from '../../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../../test-cluster/ready-made/jest.js';
import { eventually } from '../../test-cluster/eventually.js';
import type { MemoryBundle } from '../../ports/memory-bundle.js';
import { contentsOf, rollBack, save } from './live-run.js';
import {
  INSTALLATION,
  installation,
  OPERATOR,
  type OperatorScene,
  running,
  startScene,
  upgradeOperator,
} from './operator-scene.js';

const OLDER = 'v3.30.7';
const NEWER = 'v3.31.7';
const OPTIONS = { force: true, maxUnavailable: { nodes: 3 } } as const;

describeWithCalico('the way back of an operator install', { own: true, lightNodes: 4 }, (cluster) => {
  // Ends before the cluster does
  describe('with the operator', () => {
    let scene: OperatorScene;
    let bundle: MemoryBundle;
    let before: Awaited<ReturnType<typeof contentsOf>>;

    beforeAll(async () => {
      scene = await startScene(cluster());
      const { client, operator } = scene;
      await installCalico(client, { method: 'operator', version: OLDER });
      await running(client, OLDER);
      await operator.settle();
      before = await contentsOf(client);
      bundle = await save(client);
    }, 200_000);
    afterAll(() => scene.stop());

    const isAsBefore = async (): Promise<void> => {
      await scene.operator.settle();
      expect(await contentsOf(scene.client)).toEqual(before);
      const { calico, leftovers } = await inspect(scene.client);
      expect(calico?.versions.verdict).toBe('agreed');
      expect(leftovers).toEqual([]);
    };

    it('goes back from a release whose images cannot be pulled', async () => {
      const { client } = scene;
      await cluster().lightNodes.setFaults([
        { on: { version: NEWER }, fault: { kind: 'image-pull', message: 'manifest unknown' } },
        { on: { image: 'tigera/operator', version: 'v1.40.15' }, fault: { kind: 'image-pull' } },
      ]);
      await upgradeOperator(client, NEWER);
      await eventually(async () => {
        const pods: string[] = [];
        for await (const { items } of client.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace: null })) {
          for (const one of items) {
            if (JSON.stringify(one['status']).includes('ImagePullBackOff')) pods.push(one.metadata.name);
          }
        }
        const has = (prefix: string): boolean => pods.some((name) => name.startsWith(prefix));
        return has('calico-node-') && has('calico-typha-') && has('tigera-operator-') ? true : null;
      }, 90_000);

      const outcome = await rollBack(client, bundle, OPTIONS);
      expect(outcome).toMatchObject({ ended: 'done', reason: '' });
      await isAsBefore();
      await cluster().lightNodes.setFaults([]);
    }, 300_000);

    it.each([
      ['the Installation and its like; nodes one at a time', 'the operator, and the first nodes'],
      ['the operator, and the first nodes', 'the other nodes, 3 at a time'],
      ['the other nodes, 3 at a time', 'the Installation’s own knobs'],
    ])(
      'goes on where a run died after “%s”',
      async (_, next) => {
        const { client } = scene;
        const was = await installation(client);
        await upgradeOperator(client, NEWER);
        await running(client, NEWER);
        const death = new AbortController();
        const dead = await rollBack(client, bundle, {
          ...OPTIONS,
          signal: death.signal,
          onProgress: (text) => {
            if (text === `operator: ${next}`) death.abort();
          },
        });
        expect(dead.ended).toBe('interrupted');

        const outcome = await rollBack(client, bundle, OPTIONS);
        expect(outcome).toMatchObject({ ended: 'done', reason: '' });
        await isAsBefore();
        expect(await installation(client)).toEqual(was);
      },
      300_000,
    );

    it('sees what the newer operator did between the plan and its end: a namespace that goes, and more', async () => {
      const { client } = scene;
      await cluster().lightNodes.setFaults([
        { on: { image: 'tigera/operator', version: 'v1.40.15' }, fault: { kind: 'image-pull' } },
      ]);
      await upgradeOperator(client, NEWER);
      const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', namespace: null, name: 'calico-apiserver' };
      const owner = { apiVersion: 'operator.tigera.io/v1', kind: 'APIServer', name: 'default' };
      const server = await client.get({ ...owner, namespace: null });
      const ownerReferences = [{ ...owner, uid: server?.metadata.uid ?? '', controller: true }];
      const account = {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'calico-apiserver', namespace: 'calico-system', ownerReferences },
      };
      let isMeddled = false;
      const meddler: ClusterClient = {
        ...client,
        replace: async (object, options) => {
          if (!isMeddled && object.kind === 'Deployment' && numberAt(object, 'spec', 'replicas') === 0) {
            isMeddled = true;
            await client.create(account, { fieldManager: 'operator' });
            await client.delete(NAMESPACE);
          }
          return client.replace(object, options);
        },
      };
      const outcome = await rollBack(meddler, bundle, OPTIONS);
      expect(isMeddled).toBe(true);
      expect(outcome).toMatchObject({ ended: 'done', reason: '' });
      await isAsBefore();
      await cluster().lightNodes.setFaults([]);
    }, 300_000);

    it('leaves what the user changed in the Installation, if told so, and gives the knob back', async () => {
      const { client } = scene;
      await upgradeOperator(client, NEWER);
      await running(client, NEWER);
      const spec = { controlPlaneReplicas: 1 };
      await client.patch(INSTALLATION, { type: 'merge', body: { spec } }, { fieldManager: 'kubectl-edit' });
      await scene.operator.settle();

      const blocked = await rollBack(client, bundle, OPTIONS);
      expect(blocked.ended).toBe('not-run');
      expect(blocked.plan.findings.map(({ code, weight }) => `${code} ${weight}`)).toContain(
        'rollback-conflict mandatory',
      );

      const death = new AbortController();
      const dead = await rollBack(client, bundle, {
        ...OPTIONS,
        choice: 'live',
        signal: death.signal,
        onProgress: (text) => {
          if (text === 'operator: the Installation’s own knobs') death.abort();
        },
      });
      expect(dead.ended).toBe('interrupted');
      expect((await client.get(INSTALLATION))?.['spec']).toMatchObject({
        nodeUpdateStrategy: { rollingUpdate: { maxUnavailable: 3 } },
      });
      const outcome = await rollBack(client, bundle, { ...OPTIONS, choice: 'live' });
      expect(outcome).toMatchObject({ ended: 'done', reason: '' });
      expect((await client.get(INSTALLATION))?.['spec']).toMatchObject({
        ...spec,
        nodeUpdateStrategy: { rollingUpdate: { maxUnavailable: 1 } },
      });
      expect((await installation(client)).version).toBe(OLDER);
      expect((await client.get(OPERATOR))?.['spec']).toMatchObject({ replicas: 1 });
    }, 300_000);
  });
});
