import { beforeAll, expect, it } from '@jest/globals';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import type { ClusterClient } from '../../../src/ports/cluster-client.js';
import { describeWithCluster } from '../../../test-cluster/jest.js';
import { RealCluster } from './clusters/real-cluster.js';
import { codesOf, objectsOf, planOf, type Scene } from './clusters/scene.js';
import { SCENES } from './clusters/scenes.js';

/** Those that need more than objects: another version of the server, an account that may not, a server that refuses. */
const scenes = Object.entries(SCENES)
  .flatMap(([code, scene]) => (scene.fake ? [] : [[code, scene] as const]))
  .sort(([, a], [, b]) => (orderOf(a) < orderOf(b) ? -1 : 1));

/** Scenes of the same base one after the other: less has to be made anew. */
function orderOf({ base = 'manifest', from = '' }: Scene): string {
  return `${base} ${from}`;
}

describeWithCluster('preflight on a real API server', { controllers: false, own: true }, (cluster) => {
  let client: ClusterClient;
  let real: RealCluster;

  beforeAll(async () => {
    client = await createClusterClient(cluster().kubeconfig, null);
    real = new RealCluster(client, cluster().api);
  });

  async function find(scene: Scene): Promise<readonly string[]> {
    await real.become(objectsOf(scene));
    await real.change(scene);
    return codesOf(await planOf(client, scene), scene.says);
  }

  it.each([
    ['by manifest', {}],
    ['by the operator', { base: 'operator' }],
  ] satisfies (readonly [string, Scene])[])(
    'a cluster that is well, installed %s, shows notes alone',
    async (_, scene) => {
      expect(await find(scene)).toEqual(['caveat', 'nodes-not-inspected']);
    },
    120_000,
  );

  it.each(scenes)(
    '%s is found in a cluster that has the fault',
    async (code, scene) => {
      expect(await find(scene)).toContain(code);
    },
    120_000,
  );
});
