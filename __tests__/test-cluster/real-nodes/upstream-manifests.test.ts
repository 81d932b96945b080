import { beforeAll, expect, it } from '@jest/globals';
import { installCalico } from '../../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../../test-cluster/ready-made/jest.js';
import { provideCalicoImages } from '../../../test-cluster/real-nodes/calico-stand-in.js';
import { openRealNodes } from '../../../test-cluster/real-nodes/real-node.js';
import { createScene, reaches, runAgnhost, type Scene, seePod, waitForRollout } from './scene.js';

const TIMEOUT_MS = 150_000;

describeWithCalico("upstream's calico.yaml on real nodes", { realNodes: 2, own: true }, (cluster) => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await createScene(cluster());
  });

  async function rollTo(version: string): Promise<void> {
    await provideCalicoImages(cluster().directory, version, { readyAfterSeconds: 0 });
    await installCalico(scene.client, { version, method: 'manifest' });
    await waitForRollout(scene, 'DaemonSet', 'calico-node');
    await waitForRollout(scene, 'Deployment', 'calico-kube-controllers');
  }

  async function pluginVersions(): Promise<readonly string[]> {
    const nodes = openRealNodes(cluster().directory);
    const answers = await Promise.all(nodes.map((node) => node.run(['/opt/cni/bin/calico', '-v'])));
    return answers.map(({ stdout }) => stdout.trim());
  }

  it(
    'becomes Ready as it is, and gives pods their network',
    async () => {
      await rollTo('v3.28.2');

      expect(await pluginVersions()).toEqual(['v3.28.2', 'v3.28.2']);
      const [, address] = await Promise.all([
        runAgnhost(scene, 'client', 'real-1'),
        runAgnhost(scene, 'server', 'real-2'),
      ]);
      expect(await reaches(scene, 'client', `${address}:8080`)).toBe(true);
    },
    TIMEOUT_MS,
  );

  it(
    'rolls to the next minor, and pods that are there keep their network',
    async () => {
      await rollTo('v3.29.7');

      expect(await pluginVersions()).toEqual(['v3.29.7', 'v3.29.7']);
      const { address } = await seePod(scene, 'server');
      expect(await reaches(scene, 'client', `${address}:8080`)).toBe(true);
    },
    TIMEOUT_MS,
  );
});
