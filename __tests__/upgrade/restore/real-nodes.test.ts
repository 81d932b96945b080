import { expect, it } from '@jest/globals';
import { installCalico } from '../../../test-cluster/ready-made/install-calico.js';
import { installCalicoData } from '../../../test-cluster/ready-made/calico-data.js';
import { describeWithCalico } from '../../../test-cluster/ready-made/jest.js';
import { provideCalicoImages } from '../../../test-cluster/real-nodes/calico-stand-in.js';
import { openRealNodes } from '../../../test-cluster/real-nodes/real-node.js';
import {
  createScene,
  reaches,
  runAgnhost,
  type Scene,
  seePod,
  waitForRollout,
} from '../../test-cluster/real-nodes/scene.js';
import { contentsOf, podImages, rollBack, save } from './live-run.js';

describeWithCalico('a rollback on real nodes', { realNodes: 2, own: true }, (cluster) => {
  async function install(scene: Scene, version: string, command: 'apply' | 'apply --server-side') {
    await provideCalicoImages(cluster().directory, version, { readyAfterSeconds: 0 });
    await installCalico(scene.client, { version, method: 'manifest', command });
    await waitForRollout(scene, 'DaemonSet', 'calico-node');
    await waitForRollout(scene, 'Deployment', 'calico-kube-controllers');
  }

  it('puts the old plugins back; pods made before it keep their network, and new ones get one', async () => {
    const scene = await createScene(cluster());
    await install(scene, 'v3.28.2', 'apply');
    await installCalicoData(scene.client);
    const [before, images] = [await contentsOf(scene.client), await podImages(scene.client)];
    const bundle = await save(scene.client);
    await install(scene, 'v3.29.7', 'apply --server-side');
    const [, server] = await Promise.all([
      runAgnhost(scene, 'client', 'real-1'),
      runAgnhost(scene, 'server', 'real-2'),
    ]);

    const outcome = await rollBack(scene.client, bundle, { force: true, soakMs: 1_000 });

    expect(outcome).toMatchObject({ ended: 'done', reason: '' });
    expect(await contentsOf(scene.client)).toEqual(before);
    expect(await podImages(scene.client)).toEqual(images);
    const plugins = await Promise.all(
      openRealNodes(cluster().directory).map((node) => node.run(['/opt/cni/bin/calico', '-v'])),
    );
    expect(plugins.map(({ stdout }) => stdout.trim())).toEqual(['v3.28.2', 'v3.28.2']);
    expect((await seePod(scene, 'server')).address).toBe(server);
    expect(await reaches(scene, 'client', `${server}:8080`)).toBe(true);
    const [, fresh] = await Promise.all([
      runAgnhost(scene, 'fresh-client', 'real-2'),
      runAgnhost(scene, 'fresh-server', 'real-1'),
    ]);
    expect(await reaches(scene, 'fresh-client', `${fresh}:8080`)).toBe(true);
  }, 300_000);
});
