import { readdirSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listAt, textAt, valueAt } from '../../src/cluster/fields.js';
import { inspect } from '../../src/cluster/inspect.js';
import type { ClusterClient, KubernetesObject, ObjectReference } from '../../src/ports/cluster-client.js';
import type { Helm, HelmMove } from '../../src/ports/helm.js';
import { describeWithCalico } from '../../test-cluster/ready-made/jest.js';
import { hasHelm } from '../test-cluster/run-helm.js';
import { chartsOf } from './helm-chart.js';
import { customise, type HelmScene, history, startHelmScene, valuesOf } from './helm-scene.js';
import { save } from './restore/live-run.js';
import { INSTALLATION, isWell, OPERATOR, statuses } from './restore/operator-scene.js';

const OLDER = 'v3.30.7';
const NEWER = 'v3.31.7';
const SECRET = 'a-password-that-nobody-sees';
const VALUES = {
  installation: { controlPlaneReplicas: 1, nodeUpdateStrategy: { rollingUpdate: { maxUnavailable: 2 } } },
  imagePullSecrets: { pull: JSON.stringify({ auths: { 'registry.example.com': { auth: SECRET } } }) },
};
const WEBHOOK: ObjectReference = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  namespace: null,
  name: 'one-that-does-not-answer',
};

/** Has every write of Deployments wait for a server that takes calls and does not answer. */
async function holdDeployments(client: ClusterClient, server: Server): Promise<void> {
  const { port } = server.address() as AddressInfo;
  const webhook = {
    name: 'held.example.com',
    clientConfig: { url: `https://127.0.0.1:${port}/` },
    rules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['deployments'] }],
    matchPolicy: 'Exact',
    failurePolicy: 'Fail',
    sideEffects: 'None',
    timeoutSeconds: 30,
    admissionReviewVersions: ['v1'],
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'tigera-operator' } },
  };
  const { apiVersion, kind, name } = WEBHOOK;
  await client.create(
    { apiVersion, kind, metadata: { name }, webhooks: [webhook] },
    { fieldManager: 'test' },
  );
}

const envOf = (operator: KubernetesObject | null): readonly string[] =>
  listAt(operator, 'spec', 'template', 'spec', 'containers').flatMap((one) =>
    listAt(one, 'env').map(({ name }) => String(name)),
  );

describeWithCalico('an upgrade of an install by Helm', { own: true, lightNodes: 4 }, (cluster) => {
  // Ends before the cluster does
  (hasHelm() ? describe : describe.skip)('with the real helm and the operator', () => {
    let scene: HelmScene;

    beforeAll(async () => {
      scene = await startHelmScene(cluster(), { older: OLDER, newer: NEWER, values: VALUES, customise });
    }, 240_000);
    afterAll(() => scene.stop());

    it('is refused before anything is written where there is no helm, and where the chart is of another release', async () => {
      await expect(scene.upgrade({ helm: null })).rejects.toThrow('there is no helm on PATH');
      const other = chartsOf({ [NEWER]: scene.chartOf(OLDER) });
      await expect(scene.upgrade({ charts: other })).rejects.toThrow(`and not tigera-operator ${NEWER}`);
      await scene.isAsBefore();
      expect(await history(cluster())).toEqual([`1 deployed tigera-operator-${OLDER}`]);
    }, 120_000);

    it('whose new calico-node crashes goes back by itself, and Helm has noticed nothing', async () => {
      await cluster().lightNodes.setFaults([
        {
          on: { image: `calico/node:${NEWER}` },
          fault: { kind: 'crash-loop', container: 'calico-node', exitCode: 2, backOffMs: 300 },
        },
      ]);
      const outcome = await scene.upgrade();
      await cluster().lightNodes.clearFaults();
      expect(outcome.rollback?.reason).toBe('');
      expect(outcome).toMatchObject({ ended: 'failed', rollback: { ended: 'done' }, wayOut: '' });
      expect(outcome.reason).toContain('the operator, and the first nodes');
      await scene.isAsBefore();
      expect(await history(cluster())).toEqual([`1 deployed tigera-operator-${OLDER}`]);
    }, 300_000);

    /** A helm whose upgrades are killed in the middle, before the API server gives the webhook up after 10 s, and its history then. */
    async function killedHelm(
      server: Server,
    ): Promise<{ readonly helm: Helm; readonly seen: (readonly string[])[] }> {
      const { client } = scene;
      const impatient = await scene.helmOf({ timeoutMs: 8_000 });
      const seen: (readonly string[])[] = [];
      async function upgradeHeld(move: HelmMove): Promise<void> {
        await holdDeployments(client, server);
        try {
          await impatient.upgrade(move);
        } finally {
          seen.push(await history(cluster()));
          await client.delete(WEBHOOK);
        }
      }
      return { helm: { ...scene.helm, upgrade: upgradeHeld }, seen };
    }

    it('whose helm is killed on its way each time that it is tried goes back by itself, and Helm believes so', async () => {
      const server = createServer(() => undefined).listen(0, '127.0.0.1');
      const killed = await killedHelm(server);
      const outcome = await scene.upgrade({ helm: killed.helm });
      server.close();
      const was = `1 deployed tigera-operator-${OLDER}`;
      const [second, third, fourth] = [2, 3, 4].map((revision) => ({
        pending: `${revision} pending-upgrade tigera-operator-${NEWER}`,
        failed: `${revision} failed tigera-operator-${NEWER}`,
      }));
      expect(killed.seen).toEqual([
        [was, second?.pending],
        [was, second?.failed, third?.pending],
        [was, second?.failed, third?.failed, fourth?.pending],
      ]);
      expect(outcome.reason).toContain('did not end within 8 s');
      expect(outcome).toMatchObject({ ended: 'failed', rollback: { ended: 'done', reason: '' }, wayOut: '' });
      await scene.isAsBefore();
      expect((await history(cluster())).at(-1)).toBe(`5 deployed tigera-operator-${OLDER}`);
    }, 400_000);

    it('moves all by its own steps, and one that is killed in the middle of Helm is gone on with', async () => {
      const { client, operator } = scene;
      const was = await client.get(INSTALLATION);
      const server = createServer(() => undefined).listen(0, '127.0.0.1');
      const killed = await killedHelm(server);
      const reader = await save(client);
      const backup = { reader, directory: 'backup', artifact: null, createdAt: new Date().toISOString() };
      const first = await scene.upgrade({
        helm: killed.helm,
        rollbackOnFailure: false,
        backUp: () => Promise.resolve(backup),
      });
      server.close();
      expect(first).toMatchObject({ ended: 'failed', rollback: null });
      expect((await history(cluster())).at(-1)).toBe(`8 pending-upgrade tigera-operator-${NEWER}`);

      const outcome = await scene.upgrade({ findBundle: () => Promise.resolve(backup) });
      expect(outcome).toMatchObject({ ended: 'done', reason: '' });
      await operator.settle();
      expect((await history(cluster())).slice(-2)).toEqual([
        `8 failed tigera-operator-${NEWER}`,
        `9 deployed tigera-operator-${NEWER}`,
      ]);
      expect(await valuesOf(cluster())).toEqual(VALUES);
      const is = await client.get(INSTALLATION);
      expect(is?.metadata.uid).toBe(was?.metadata.uid);
      expect(valueAt(is, 'spec', 'nodeUpdateStrategy', 'rollingUpdate', 'maxUnavailable')).toBe(2);
      const deployment = await client.get(OPERATOR);
      expect(envOf(deployment)).toContain('HTTPS_PROXY');
      expect(textAt(deployment, 'spec', 'template', 'spec', 'dnsPolicy')).toBe('Default');
      expect((await statuses(client)).every(isWell)).toBe(true);
      const { calico, leftovers } = await inspect(client);
      expect(calico?.versions.verdict).toBe('agreed');
      expect(leftovers).toEqual([]);
      expect((await scene.upgrade()).plan.verdict).toBe('nothing-to-do');
      expect(await history(cluster())).toHaveLength(9);
    }, 400_000);

    it('tells no secret of the values, and leaves no file', () => {
      expect(scene.said.join('\n')).not.toContain(SECRET);
      expect(readdirSync(scene.folder).filter((name) => name.startsWith('helm-'))).toEqual([]);
    });
  });
});
