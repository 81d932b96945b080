import { beforeAll, expect, it } from '@jest/globals';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import { createManifestSource } from '../../../src/adapters/manifests/manifest-source.js';
import { versionOf } from '../../../src/catalog/queries.js';
import { inspect } from '../../../src/cluster/inspect.js';
import type { ClusterClient } from '../../../src/ports/cluster-client.js';
import { createManifestReader } from '../../../src/upgrade/customisations/read-manifest.js';
import { runPlan } from '../../../src/upgrade/plan/run-plan.js';
import { installCalico } from '../../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../../test-cluster/ready-made/jest.js';
import { manifestDirectory } from '../../../test-cluster/ready-made/manifests.js';
import { eventually } from '../../test-cluster/eventually.js';
import { buildOptions } from '../plan/build-options.js';

const BY = { fieldManager: 'test' };

describeWithCalico('images on nodes that pull', { lightNodes: 2, own: true }, (cluster) => {
  let client: ClusterClient;

  beforeAll(async () => {
    client = await createClusterClient(cluster().kubeconfig, null);
    await installCalico(client, { version: 'v3.31.7', method: 'manifest', variant: 'calico' });
  }, 120_000);

  /** The codes that a plan of now finds, and the images that it lists. */
  async function plan(): Promise<{ readonly codes: readonly string[]; readonly images: readonly string[] }> {
    const manifests = createManifestReader(createManifestSource(manifestDirectory(), '/', {}));
    const found = await runPlan(client, manifests, buildOptions({ target: versionOf('v3.32.1') }));
    return {
      codes: found.findings.map(({ code }) => code),
      images: found.images.map(({ image }) => image),
    };
  }

  it('lists the target’s images, and finds nothing wrong with them', async () => {
    await eventually(async () => {
      const { calico } = await inspect(client);
      return calico?.components.node?.ready === 2 ? true : null;
    }, 120_000);
    const { codes, images } = await plan();
    expect(images).toEqual(
      expect.arrayContaining([
        'quay.io/calico/cni:v3.32.1',
        'quay.io/calico/kube-controllers:v3.32.1',
        'quay.io/calico/node:v3.32.1',
      ]),
    );
    expect(codes.filter((code) => /image|registry|pull/.test(code))).toEqual([]);
  }, 180_000);

  it('sees pods that wait for images of the same registry, and Calico’s own', async () => {
    await cluster().lightNodes.setFaults([
      { on: { image: 'team/app' }, fault: { kind: 'image-pull' } },
      { on: { image: 'calico/kube-controllers' }, fault: { kind: 'image-pull' } },
    ]);
    const spec = { containers: [{ name: 'app', image: 'quay.io/team/app:v1' }] };
    await client.create(
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'app', namespace: 'default' }, spec },
      BY,
    );
    for await (const { items } of client.list(
      { apiVersion: 'v1', kind: 'Pod' },
      { namespace: 'kube-system' },
    ))
      for (const { metadata } of items.filter(({ metadata: { name } }) => name.includes('kube-controllers')))
        await client.delete({ apiVersion: 'v1', kind: 'Pod', namespace: 'kube-system', name: metadata.name });
    await eventually(async () => {
      const { pullFailures } = await inspect(client);
      return pullFailures.length >= 2 ? true : null;
    }, 120_000);
    const { codes } = await plan();
    expect(codes).toEqual(expect.arrayContaining(['registry-failing', 'image-pull-failing']));
  }, 240_000);
});
