import { beforeAll, describe, expect, it, test } from '@jest/globals';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import { inspect } from '../../../src/cluster/inspect.js';
import { referenceOf } from '../../../src/cluster/object-name.js';
import { InputError } from '../../../src/errors.js';
import type { ClusterClient, KubernetesObject } from '../../../src/ports/cluster-client.js';
import { belongsToInstall } from '../../../src/upgrade/backup/install-scope.js';
import { saveBundle, type SaveOptions } from '../../../src/upgrade/backup/save-bundle.js';
import { readObjects, verifyBundle } from '../../../src/upgrade/backup/verify-bundle.js';
import { installCalicoData } from '../../../test-cluster/ready-made/calico-data.js';
import { installCalico, type InstallOptions } from '../../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../../test-cluster/ready-made/jest.js';
import { isDefinition } from '../../../test-cluster/ready-made/manifests.js';
import { createMemoryBundle, type MemoryBundle } from '../../ports/memory-bundle.js';

const OPTIONS: SaveOptions = {
  madeBy: '0.1.0',
  createdAt: '2026-11-27T02:00:00.000Z',
  run: '',
  encrypt: null,
};
const PASSWORD = 'a-word-that-nobody-may-see';

async function save(client: ClusterClient, options: Partial<SaveOptions> = {}): Promise<MemoryBundle> {
  const bundle = createMemoryBundle();
  await saveBundle(client, await inspect(client), bundle, { ...OPTIONS, ...options });
  await verifyBundle(bundle, { clusterUid: null, force: false });
  return bundle;
}

async function objectsIn(bundle: MemoryBundle): Promise<readonly KubernetesObject[]> {
  const found: KubernetesObject[] = [];
  for await (const { object } of readObjects(bundle)) found.push(object);
  return found;
}

const nameOf = ({ kind, metadata }: KubernetesObject): string =>
  `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`;

describeWithCalico('a backup', { own: true, controllers: false }, (cluster) => {
  let client: ClusterClient;

  beforeAll(async () => {
    client = await createClusterClient(cluster().kubeconfig, null);
    await client.create(
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'calico-pull-secret', namespace: 'kube-system' },
        stringData: { password: PASSWORD },
      },
      { fieldManager: 'test' },
    );
    await client.create(
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'somebody-elses', namespace: 'kube-system' },
      },
      { fieldManager: 'test' },
    );
  });

  /** Installs, does something, and takes the install away; definitions stay. */
  async function withInstall(options: InstallOptions, action: () => Promise<void>): Promise<void> {
    const { objects } = await installCalico(client, options);
    try {
      await action();
    } finally {
      for (const object of objects) {
        if (!isDefinition(object) && object.kind !== 'Namespace') await client.delete(referenceOf(object));
      }
    }
  }

  it.each(['v3.25.2', 'v3.28.2', 'v3.30.7', 'v3.32.1'])(
    'of %s has every object of the manifest, what users wrote, and nothing of anybody else',
    async (version) => {
      await withInstall({ version, method: 'manifest' }, async () => {
        const installed = await installCalico(client, { version, method: 'manifest', definitions: false });
        await installCalicoData(client);
        const bundle = await save(client);
        const names = (await objectsIn(bundle)).map(nameOf);
        expect(names).toEqual(expect.arrayContaining(installed.objects.map(nameOf)));
        expect(names).toEqual(expect.arrayContaining(['IPPool default-ipv4-ippool']));
        expect(names.filter((name) => /Secret|somebody|kube-root-ca/.test(name))).toEqual([]);
      });
    },
    120_000,
  );

  it.each(['v3.28.2', 'v3.31.7'])(
    'of an operator install of %s has the Installation and the operator',
    async (version) => {
      await withInstall({ version, method: 'operator', command: 'apply --server-side' }, async () => {
        const names = (await objectsIn(await save(client))).map(nameOf);
        expect(names).toEqual(
          expect.arrayContaining([
            'Installation default',
            'APIServer default',
            'Deployment tigera-operator/tigera-operator',
            'ClusterRole tigera-operator',
            'CustomResourceDefinition installations.operator.tigera.io',
            'Namespace tigera-operator',
          ]),
        );
      });
    },
    120_000,
  );

  it('has an object as it is in the cluster, but for who wrote which field', async () => {
    await withInstall({ version: 'v3.30.7', method: 'manifest' }, async () => {
      const saved = (await objectsIn(await save(client))).find((one) => one.kind === 'DaemonSet');
      const live = await client.get({
        apiVersion: 'apps/v1',
        kind: 'DaemonSet',
        namespace: 'kube-system',
        name: 'calico-node',
      });
      const { managedFields, ...metadata } = live?.metadata ?? { name: '' };
      expect(managedFields).toBeDefined();
      expect(saved).toEqual({ ...live, metadata });
    });
  });

  it('has no Secret in clear, with a key or without, and says so', async () => {
    await withInstall({ version: 'v3.30.7', method: 'manifest' }, async () => {
      const inClear: string[] = [];
      const encrypt = (text: string): Promise<Uint8Array> => {
        inClear.push(text);
        return Promise.resolve(Buffer.from('sealed'));
      };
      for (const bundle of [await save(client), await save(client, { encrypt })]) {
        const all = [...bundle.files.values()].map((content) => Buffer.from(content).toString('latin1'));
        for (const word of [PASSWORD, Buffer.from(PASSWORD).toString('base64')]) {
          expect(all.filter((text) => text.includes(word))).toEqual([]);
        }
      }
      expect(inClear).toEqual([expect.stringContaining(Buffer.from(PASSWORD).toString('base64'))]);
      const index = Buffer.from((await save(client)).files.get('bundle.json') ?? []).toString();
      expect(JSON.parse(index)).toMatchObject({ secrets: 'left-out', leftOut: [{ what: 'Secrets' }] });
    });
  });

  it('of an etcd install is refused, with the way to make one, and leaves nothing', async () => {
    await withInstall({ version: 'v3.30.7', method: 'manifest', variant: 'calico-etcd' }, async () => {
      const bundle = createMemoryBundle();
      const saved = saveBundle(client, await inspect(client), bundle, OPTIONS);
      await expect(saved).rejects.toBeInstanceOf(InputError);
      await expect(saved).rejects.toThrow('keeps its data in etcd');
      expect(bundle.files.size).toBe(0);
    });
  });

  it('of a cluster without Calico is refused', async () => {
    const saved = saveBundle(client, await inspect(client), createMemoryBundle(), OPTIONS);
    await expect(saved).rejects.toThrow('There is no Calico');
  });
});

describe('what belongs to the install', () => {
  const object = (apiVersion: string, kind: string, name: string, more: object = {}): KubernetesObject => ({
    apiVersion,
    kind,
    metadata: { name },
    ...more,
  });

  test.each<[boolean, KubernetesObject]>([
    [true, object('rbac.authorization.k8s.io/v1', 'ClusterRole', 'calico-node')],
    [false, object('rbac.authorization.k8s.io/v1', 'ClusterRole', 'system:node')],
    [false, object('rbac.authorization.k8s.io/v1', 'ClusterRole', 'my-calico-reader')],
    [
      true,
      object('apiregistration.k8s.io/v1', 'APIService', 'v3.projectcalico.org', {
        spec: { group: 'projectcalico.org', service: { name: 'calico-api' } },
      }),
    ],
    [
      false,
      object('apiregistration.k8s.io/v1', 'APIService', 'v1.crd.projectcalico.org', {
        spec: { group: 'crd.projectcalico.org' },
      }),
    ],
    [
      false,
      object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'a.example.com', {
        spec: { group: 'example.com' },
      }),
    ],
    [
      true,
      object(
        'admissionregistration.k8s.io/v1',
        'ValidatingAdmissionPolicy',
        'protect-builtin-tiers.projectcalico.org',
      ),
    ],
  ])('%s: %j', (belongs, one) => {
    expect(belongsToInstall(one)).toBe(belongs);
  });
});
