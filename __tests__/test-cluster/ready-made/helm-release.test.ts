import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import { describeWithCluster } from '../../../test-cluster/jest.js';
import { createHelmRelease, helmReleaseSecret } from '../../../test-cluster/ready-made/helm-release.js';
import { hasHelm, runHelm } from '../run-helm.js';

const manifest = [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tigera-operator' } }];

describe('helmReleaseSecret', () => {
  const secret = helmReleaseSecret(
    { version: 'v3.28.2', values: { installation: { enabled: true } }, manifest, revision: 2 },
    new Date('2026-11-27T00:00:00Z'),
  );

  it('is named and labelled as Helm finds it', () => {
    expect(secret).toMatchObject({
      type: 'helm.sh/release.v1',
      metadata: {
        name: 'sh.helm.release.v1.calico.v2',
        namespace: 'tigera-operator',
        labels: { name: 'calico', owner: 'helm', status: 'deployed', version: '2', modifiedAt: '1795737600' },
      },
    });
  });

  it('holds the release as JSON, gzipped, twice in base64', () => {
    const data = secret['data'] as { readonly release: string };
    const once = Buffer.from(data.release, 'base64').toString();
    const text = gunzipSync(Buffer.from(once, 'base64')).toString();
    const release = JSON.parse(text) as { readonly manifest: string };
    expect(release.manifest).toContain('kind: Namespace');
    expect(release).toMatchObject({
      name: 'calico',
      namespace: 'tigera-operator',
      version: 2,
      config: { installation: { enabled: true } },
      info: { status: 'deployed', description: 'Upgrade complete' },
      chart: { metadata: { name: 'tigera-operator', version: 'v3.28.2', appVersion: 'v3.28.2' } },
    });
  });
});

describeWithCluster('a release that was made for tests', { controllers: false, own: true }, (cluster) => {
  (hasHelm() ? describe : describe.skip)('and the real helm', () => {
    it('is one of its own to it', async () => {
      const client = await createClusterClient(cluster().kubeconfig, null);
      const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tigera-operator' } };
      await client.create(namespace, { fieldManager: 'test' });
      const values = { installation: { calicoNetwork: { mtu: 1400 } } };
      await createHelmRelease(client, { version: 'v3.28.2', values, manifest, status: 'superseded' });
      await createHelmRelease(client, { version: 'v3.28.2', values, manifest, revision: 2 });
      const ask = async (...args: readonly string[]): Promise<unknown> =>
        JSON.parse(await runHelm(cluster(), ...args, '-o', 'json')) as unknown;
      expect(await ask('list', '-A')).toMatchObject([
        {
          name: 'calico',
          namespace: 'tigera-operator',
          revision: '2',
          status: 'deployed',
          chart: 'tigera-operator-v3.28.2',
          app_version: 'v3.28.2',
        },
      ]);
      const calico = ['calico', '-n', 'tigera-operator'];
      expect(await ask('get', 'values', ...calico)).toEqual(values);
      expect(await ask('history', ...calico)).toMatchObject([{ revision: 1 }, { revision: 2 }]);
      expect(await runHelm(cluster(), 'get', 'manifest', ...calico)).toContain('kind: Namespace');
    });
  });
});
