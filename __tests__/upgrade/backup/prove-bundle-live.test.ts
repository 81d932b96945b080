import { beforeAll, expect, it } from '@jest/globals';
import { createAgeBox } from '../../../src/adapters/age.js';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import { inspect } from '../../../src/cluster/inspect.js';
import { referenceOf } from '../../../src/cluster/object-name.js';
import type { ClusterClient } from '../../../src/ports/cluster-client.js';
import { type Proof, proveBundle } from '../../../src/upgrade/backup/prove-bundle.js';
import { saveBundle } from '../../../src/upgrade/backup/save-bundle.js';
import { installCalicoData } from '../../../test-cluster/ready-made/calico-data.js';
import { installCalico, type InstallOptions } from '../../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../../test-cluster/ready-made/jest.js';
import { isDefinition } from '../../../test-cluster/ready-made/manifests.js';
import { createMemoryBundle } from '../../ports/memory-bundle.js';

const MANAGER = { fieldManager: 'test' };

describeWithCalico(
  'the proof of a bundle of a live cluster',
  { own: true, controllers: false },
  (cluster) => {
    let client: ClusterClient;

    beforeAll(async () => {
      client = await createClusterClient(cluster().kubeconfig, null);
      await client.create(
        {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'calico-pull-secret', namespace: 'kube-system' },
          stringData: { password: 'hunter2' },
        },
        MANAGER,
      );
    });

    /** Installs, with what users write; saves and proves; takes the install away. */
    async function proveInstall(
      options: InstallOptions,
      between: () => Promise<void> = () => Promise.resolve(),
    ): Promise<Proof> {
      const { objects } = await installCalico(client, options);
      try {
        if (options.method === 'manifest') await installCalicoData(client);
        const state = await inspect(client);
        const box = await createAgeBox('correct horse battery staple', { workFactor: 1 });
        const bundle = createMemoryBundle();
        const createdAt = new Date().toISOString();
        await saveBundle(client, state, bundle, {
          madeBy: '0.1.0',
          createdAt,
          run: '',
          encrypt: box.encrypt,
        });
        await between();
        return await proveBundle(client, bundle, state, { box });
      } finally {
        for (const object of objects) {
          if (!isDefinition(object) && object.kind !== 'Namespace') await client.delete(referenceOf(object));
        }
      }
    }

    it.each<InstallOptions>([
      { version: 'v3.25.2', method: 'manifest' },
      { version: 'v3.28.2', method: 'manifest' },
      { version: 'v3.30.7', method: 'manifest' },
      { version: 'v3.32.1', method: 'manifest' },
      { version: 'v3.31.7', method: 'operator', command: 'apply --server-side' },
    ])(
      'passes, every object being one that the API server takes back: $version by $method',
      async (options) => {
        const { tried, secrets, changed, gone, notes } = await proveInstall(options);
        expect(tried).toBeGreaterThan(10);
        expect({ secrets, changed, gone, notes }).toEqual({ secrets: 1, changed: 0, gone: 0, notes: [] });
      },
      180_000,
    );

    it('says in the server’s words what it would not take back', async () => {
      const webhook = {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingWebhookConfiguration',
        metadata: { name: 'vet.example.com' },
        webhooks: [
          {
            name: 'vet.example.com',
            clientConfig: { url: 'https://127.0.0.1:1/' },
            rules: [
              {
                apiGroups: [''],
                apiVersions: ['v1'],
                operations: ['CREATE', 'UPDATE'],
                resources: ['configmaps'],
              },
            ],
            sideEffects: 'None',
            admissionReviewVersions: ['v1'],
          },
        ],
      };
      const proof = proveInstall({ version: 'v3.30.7', method: 'manifest' }, async () => {
        await client.create(webhook, MANAGER);
        // Until the API server asks it
        for (let tries = 0; tries < 100; tries++) {
          const isTaken = await client
            .create(
              {
                apiVersion: 'v1',
                kind: 'ConfigMap',
                metadata: { name: `try-${tries}`, namespace: 'default' },
              },
              { ...MANAGER, dryRun: true },
            )
            .then(
              () => true,
              () => false,
            );
          if (!isTaken) return;
          await new Promise((resolve) => setTimeout(resolve, 200));
        }
      });
      await expect(proof).rejects.toThrow(
        /did not pass its proof, and is no backup: .*ConfigMap kube-system\/calico-config.*failed calling webhook/,
      );
      await client.delete(referenceOf(webhook));
    }, 180_000);
  },
);
