import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readJournal } from '../../../src/upgrade/journal/journal.js';
import { LOCK } from '../../../src/upgrade/lock/lock.js';
import { inspect } from '../../../src/cluster/inspect.js';
import type { ObjectReference } from '../../../src/ports/cluster-client.js';
import { isWritten } from '../../../src/upgrade/restore/plan-rollback.js';
import { formatVersion } from '../../../src/version/version.js';
import { installCalicoData } from '../../../test-cluster/ready-made/calico-data.js';
import { installCalico } from '../../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../../test-cluster/ready-made/jest.js';
import { contentsOf, rollBack, save } from './live-run.js';
import {
  installation,
  isWell,
  type OperatorScene,
  running,
  startScene,
  statuses,
  upgradeOperator,
} from './operator-scene.js';

/** Made between backup and rollback, by somebody who knows nothing of either. */
const MADE_SINCE = {
  apiVersion: 'crd.projectcalico.org/v1',
  kind: 'GlobalNetworkSet',
  metadata: { name: 'made-since' },
  spec: { nets: ['192.0.2.0/24'] },
};
const OWN_MAP = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'dashboards', namespace: 'calico-system' },
  data: { title: 'ours' },
};

/** Newer definitions stay where the older operator has none, and with them what they say of fields that are not there. */
function withoutNewDefaults(contents: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map(
    [...contents].map(([name, text]) => [name, text.replace('"disableNewAllocations":false,', '')]),
  );
}

const NEW_DEFAULT = '.disableNewAllocations';

/** Tiers that Calico, or its operator, makes by itself. */
const CALICO_TIERS: ReadonlySet<string> = new Set([
  'default',
  'adminnetworkpolicy',
  'baselineadminnetworkpolicy',
  'kube-admin',
  'kube-baseline',
  'calico-system',
]);

/** A suite in a cluster with the scene, which ends before the cluster does. */
function describeWithOperator(title: string, body: (scene: () => OperatorScene) => void): void {
  describeWithCalico(title, { own: true, lightNodes: 4 }, (cluster) => {
    describe('with the operator', () => {
      let scene: OperatorScene | null = null;
      beforeAll(async () => {
        scene = await startScene(cluster());
      });
      afterAll(() => scene?.stop());
      body(() => {
        if (scene === null) throw new Error('The scene is there in tests and hooks only.');
        return scene;
      });
    });
  });
}

describe.each([
  { newer: 'v3.29.7', older: 'v3.28.2', putsDefinitionsBack: false, ownNamespace: true },
  { newer: 'v3.31.7', older: 'v3.30.7', putsDefinitionsBack: true, ownNamespace: true },
  { newer: 'v3.32.1', older: 'v3.31.7', putsDefinitionsBack: true, ownNamespace: false },
])('$newer → $older', ({ newer, older, putsDefinitionsBack, ownNamespace }) => {
  describeWithOperator('a hop back on an operator install', (scene) => {
    it('everything is as it was, definitions excepted, and what was made since is kept', async () => {
      const { client, operator } = scene();
      await installCalico(client, { method: 'operator', version: older });
      await running(client, older);
      await installCalicoData(client);
      await operator.settle();
      await running(client, older);
      const [before, { uid: old }] = [await contentsOf(client), await installation(client)];
      const was = { uid: old, version: older };
      const statusesBefore = await statuses(client);
      const bundle = await save(client);

      await upgradeOperator(client, newer);
      await running(client, newer);
      await client.create(MADE_SINCE, { fieldManager: 'kubectl-create' });
      await client.create(OWN_MAP, { fieldManager: 'kubectl-create' });

      const outcome = await rollBack(client, bundle, { force: true });
      expect(outcome.plan.findings.filter(({ weight }) => weight === 'mandatory')).toEqual([]);
      expect(outcome).toMatchObject({ ended: 'done', reason: '' });
      // From v3.30 on the operator puts its own definitions back, whatever this program does
      expect(
        outcome.plan.findings.some(
          ({ code, message }) =>
            code === 'rollback-caveat' && message.startsWith('The older operator puts its own CRDs back'),
        ),
      ).toBe(putsDefinitionsBack);
      const kept = outcome.plan.restoration.items.filter(({ action }) => action === 'keep');
      // Tiers are made by Calico itself, and nothing of the older release minds them
      expect(kept.map(({ object }) => object.name).filter((name) => !CALICO_TIERS.has(name))).toEqual([
        'made-since',
        'dashboards',
      ]);

      await operator.settle();
      const after = new Map(await contentsOf(client));
      for (const name of [
        'crd.projectcalico.org/v1 GlobalNetworkSet /made-since',
        'projectcalico.org/v3 GlobalNetworkSet /made-since',
        'v1 ConfigMap calico-system/dashboards',
      ]) {
        expect(after.delete(name)).toBe(true);
      }
      for (const name of after.keys()) {
        const isTier = name.includes(' Tier /') && CALICO_TIERS.has(name.split('/').at(-1) ?? '');
        if (isTier && !before.has(name)) after.delete(name);
      }
      expect(withoutNewDefaults(after)).toEqual(withoutNewDefaults(before));
      const { uid, version } = await installation(client);
      expect({ uid, version }).toEqual(was);
      expect((await statuses(client)).map((one) => [one.metadata.name, isWell(one)])).toEqual(
        statusesBefore.map(({ metadata }) => [metadata.name, true]),
      );
      const { calico, leftovers } = await inspect(client);
      expect(calico?.versions.running && formatVersion(calico.versions.running)).toBe(older);
      expect(leftovers).toEqual([]);
      expect(await readJournal(client)).toBeNull();
      expect(await client.get(LOCK)).toBeNull();
      expect([
        await client.get(apiServer('calico-system')),
        await client.get(apiServer('calico-apiserver')),
      ]).toEqual(ownNamespace ? [null, expect.anything()] : [expect.anything(), null]);

      const again = await rollBack(client, bundle, { force: true });
      // A newer operator that is on its way out may still fill in a default of its own, as it may in `after` above
      const written = again.plan.restoration.items
        .filter(isWritten)
        .map(
          ({ object, fields }) =>
            [object.name, fields.filter(({ field }) => !field.endsWith(NEW_DEFAULT))] as const,
        )
        .filter(([name, fields]) => name !== 'default' || fields.length > 0);
      expect(written).toEqual([]);
      expect(again.ended).not.toBe('failed');
    }, 400_000);
  });
});

function apiServer(namespace: string): ObjectReference {
  return { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'calico-apiserver' };
}
