import { beforeAll, expect, test } from '@jest/globals';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import { ClusterError } from '../../../src/errors.js';
import type { ClusterClient, KubernetesObject } from '../../../src/ports/cluster-client.js';
import { merge } from '../../../src/upgrade/customisations/merge.js';
import { referenceOf } from '../../../src/cluster/object-name.js';
import { customise } from '../../../test-cluster/ready-made/customisations.js';
import { installObjects } from '../../../test-cluster/ready-made/install-objects.js';
import { editLive, setEnv } from '../../../test-cluster/ready-made/kubectl.js';
import { describeWithCluster } from '../../../test-cluster/jest.js';
import { TYPICAL } from './typical.js';
import { describeWithManifests, hops, linesOf, needingManifests, objectsOf } from './upstream-files.js';

/** Kinds that this Kubernetes no longer serves in the version that the oldest files name. */
const GONE = new Set(['policy/v1beta1']);

describeWithManifests(needingManifests('customisations'), () => {
  describeWithCluster('in a real API server', { controllers: false, own: true }, (cluster) => {
    let client: ClusterClient;

    beforeAll(async () => {
      client = await createClusterClient(cluster().kubeconfig, null);
    });

    function served(objects: readonly KubernetesObject[]): KubernetesObject[] {
      return objects
        .filter(({ kind }) => kind !== 'PodSecurityPolicy')
        .map((object) => (GONE.has(object.apiVersion) ? { ...object, apiVersion: 'policy/v1' } : object));
    }

    /** Applies objects as kubectl does, reads them back, and takes them away again when `use` is done. */
    async function withInstall(
      objects: readonly KubernetesObject[],
      use: (read: () => Promise<KubernetesObject[]>) => Promise<void>,
    ): Promise<void> {
      const installed = await installObjects(client, served(objects), { command: 'apply' });
      expect(installed.refused).toEqual([]);
      const references = installed.objects.map(referenceOf);
      const read = async (): Promise<KubernetesObject[]> =>
        (await Promise.all(references.map((reference) => client.get(reference)))).filter(
          (one) => one !== null,
        );
      await use(read);
      // A namespace stays: without controllers it could never go.
      await Promise.all(
        references.filter(({ kind }) => kind !== 'Namespace').map((reference) => client.delete(reference)),
      );
    }

    /** What the server says against writing objects whole; empty where it takes them. */
    async function refusals(objects: readonly KubernetesObject[]): Promise<string[]> {
      const outcomes = objects.map(async (object): Promise<string[]> => {
        const options = { fieldManager: 'test', dryRun: true };
        const live = await client.get(referenceOf(object));
        try {
          const { resourceVersion } = live?.metadata ?? {};
          const whole = {
            ...object,
            metadata: { ...object.metadata, ...(resourceVersion && { resourceVersion }) },
          };
          await (live ? client.replace(whole, options) : client.create(object, options));
          return [];
        } catch (error) {
          if (error instanceof ClusterError) return [error.message];
          throw error;
        }
      });
      return (await Promise.all(outcomes)).flat();
    }

    test.each(hops())(
      '$file $from → $to: an untouched install has none, and the server takes the target',
      async ({ file, from, to }) => {
        const [base, target] = [served(objectsOf(from, file)), served(objectsOf(to, file))];
        await withInstall(base, async (read) => {
          const merged = merge(base, await read(), target);
          expect(linesOf(merged)).toEqual([]);
          expect(merged.objects).toEqual(target);
          expect(await refusals(merged.objects)).toEqual([]);
        });
      },
      60_000,
    );

    test.each(hops())(
      '$file $from → $to: every typical change is found, and the server takes what is merged',
      async ({ file, from, to }) => {
        const [base, target] = [served(objectsOf(from, file)), served(objectsOf(to, file))];
        await withInstall(customise(base, TYPICAL), async (read) => {
          const merged = merge(base, await read(), target);
          const expected = linesOf(merge(base, customise(base, TYPICAL), target));
          expect(linesOf(merged).sort()).toEqual(expected.sort());
          expect(await refusals(merged.objects)).toEqual([]);
        });
      },
      60_000,
    );

    test('changes made with kubectl set env and kubectl edit are found like those made before the install', async () => {
      const [base, target] = [objectsOf('v3.28.2', 'calico.yaml'), objectsOf('v3.31.7', 'calico.yaml')];
      const node = {
        apiVersion: 'apps/v1',
        kind: 'DaemonSet',
        namespace: 'kube-system',
        name: 'calico-node',
      };
      await withInstall(base, async (read) => {
        await setEnv(client, node, 'calico-node', { IP_AUTODETECTION_METHOD: 'can-reach=10.0.0.1' });
        await editLive(client, node, (fields) => {
          Object.assign(fields['spec'] as object, { minReadySeconds: 3 });
        });
        expect(linesOf(merge(base, await read(), target))).toEqual([
          'kept DaemonSet/calico-node spec.template.spec.containers[name=calico-node].env[name=IP_AUTODETECTION_METHOD]',
          'kept DaemonSet/calico-node spec.minReadySeconds',
        ]);
      });
    }, 60_000);
  });
});
