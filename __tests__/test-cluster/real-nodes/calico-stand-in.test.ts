import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, expect, it } from '@jest/globals';
import { type CalicoBehaviour } from '../../../test-cluster/images/calico-images.js';
import { describeWithCluster } from '../../../test-cluster/jest.js';
import { provideCalicoImages } from '../../../test-cluster/real-nodes/calico-stand-in.js';
import { openRealNode, type RealNode } from '../../../test-cluster/real-nodes/real-node.js';
import { eventually } from '../eventually.js';
import { calicoNodePod } from './calico-node-pod.js';
import {
  agnhostOn,
  createPod,
  createScene,
  deletePod,
  eventsOf,
  execIn,
  logOf,
  podThat,
  reaches,
  runAgnhost,
  type Scene,
  seePod,
} from './scene.js';

describeWithCluster(
  "a stand-in of Calico's images on a real node",
  { realNodes: 2, own: true },
  (cluster) => {
    let scene: Scene;
    let node: RealNode;
    let server: string;

    beforeAll(async () => {
      scene = await createScene(cluster());
      node = openRealNode(cluster().directory, 'real-2');
      [, server] = await Promise.all([
        runAgnhost(scene, 'client', 'real-1'),
        runAgnhost(scene, 'server', 'real-2'),
      ]);
    }, 120_000);
    afterEach(async () => {
      await Promise.all(['calico-node', 'fresh'].map((name) => deletePod(scene, name)));
    });

    async function start(version: string, behaviour: CalicoBehaviour = {}): Promise<void> {
      await provideCalicoImages(cluster().directory, version, { readyAfterSeconds: 0, ...behaviour });
      await createPod(scene, 'calico-node', calicoNodePod(version, 'real-2'));
    }

    async function startUntilReady(version: string, behaviour: CalicoBehaviour = {}): Promise<void> {
      await start(version, behaviour);
      await podThat(scene, 'calico-node', ({ isReady }) => isReady);
    }

    const clientReachesServer = (): Promise<boolean> => reaches(scene, 'client', `${server}:8080`);

    it('is Ready, and gives new pods the network that it installed', async () => {
      await startUntilReady('v3.90.0');

      const address = await runAgnhost(scene, 'fresh', 'real-2');

      expect((await node.run(['/opt/cni/bin/calico', '-v'])).stdout).toBe('v3.90.0\n');
      expect((await node.run(['cat', '/etc/cni/net.d/10-calico.conflist'])).stdout).toContain(
        '"type":"calico"',
      );
      expect(await reaches(scene, 'client', `${address}:8080`)).toBe(true);
    });

    it('that is never ready runs on, is live, says why, and does not restart', async () => {
      await start('v3.90.1', { fault: { kind: 'never-ready' } });
      await podThat(scene, 'calico-node', ({ phase }) => phase === 'Running');
      await sleep(3000);

      expect(await seePod(scene, 'calico-node')).toMatchObject({
        phase: 'Running',
        isReady: false,
        restarts: 0,
      });
      expect(await logOf(scene, 'calico-node')).toContain('is forbidden');
      const asked = await execIn(scene, 'calico-node', ['/bin/calico-node', '-felix-live', '-bird-live']);
      expect(asked.exitCode).toBe(0);
    });

    it('that crashes is Ready first, then restarts', async () => {
      await startUntilReady('v3.90.2', { fault: { kind: 'crashes', afterSeconds: 2 } });

      await podThat(scene, 'calico-node', ({ restarts }) => restarts > 0);

      expect(await logOf(scene, 'calico-node', true)).toContain('panic: this version does not work here');
    });

    it('that drops forwarding is Ready and cuts its node off until another version starts there', async () => {
      await startUntilReady('v3.90.3', { fault: { kind: 'drops-forwarding' } });
      expect(await clientReachesServer()).toBe(false);

      await deletePod(scene, 'calico-node');
      expect(await clientReachesServer()).toBe(false);

      await startUntilReady('v3.90.0');
      expect(await clientReachesServer()).toBe(true);
    });

    it('that drops forwarding on another node is healthy on this one', async () => {
      await startUntilReady('v3.90.4', { fault: { kind: 'drops-forwarding' }, nodes: ['real-1'] });

      expect(await clientReachesServer()).toBe(true);
    });

    it('whose CNI fails is Ready, starts no new pod, and leaves the others alone', async () => {
      await startUntilReady('v3.90.5', { fault: { kind: 'cni-fails' } });
      await createPod(scene, 'fresh', agnhostOn('real-2'));

      await eventually(async () => {
        const events = await eventsOf(scene, 'fresh');
        return events.some((text) => text.includes('this version gives new pods no network')) ? true : null;
      });

      expect((await seePod(scene, 'fresh')).phase).toBe('Pending');
      expect(await clientReachesServer()).toBe(true);
    });

    it('whose token is refused starts no new pod until it is given another', async () => {
      await startUntilReady('v3.90.8');
      const kubeconfig = '/etc/cni/net.d/calico-kubeconfig';
      const give = (token: string) => node.run(['sed', '-Ei', `s/^( *token:) .*/\\1 ${token}/`, kubeconfig]);
      const { stdout } = await node.run(['cat', kubeconfig]);
      const [, token = ''] = /^ *token: (\S+)$/m.exec(stdout) ?? [];
      await give('of.nobody.known');
      await createPod(scene, 'fresh', agnhostOn('real-2'));
      await eventually(async () => {
        const events = await eventsOf(scene, 'fresh');
        return events.some((text) => text.includes('connection is unauthorized')) ? true : null;
      });

      await give(token);
      await podThat(scene, 'fresh', ({ phase }) => phase === 'Running');
    });

    it('that isolates new pods is Ready, new pods run and reach nothing, and the others are well', async () => {
      await startUntilReady('v3.90.6', { fault: { kind: 'isolates-new-pods' } });
      await createPod(scene, 'fresh', { ...agnhostOn('real-2') });
      await podThat(scene, 'fresh', ({ phase }) => phase === 'Running');

      expect(await reaches(scene, 'fresh', `${server}:8080`)).toBe(false);
      expect(await clientReachesServer()).toBe(true);
    });

    it('with a gap drops forwarding at first, and is well once it is Ready', async () => {
      const rules = async (): Promise<string> => (await node.run(['iptables', '-S', 'FORWARD'])).stdout;
      await start('v3.90.7', { fault: { kind: 'gap', seconds: 2 } });
      await eventually(async () => ((await rules()).includes('-j DROP') ? true : null));
      expect((await seePod(scene, 'calico-node')).isReady).toBe(false);

      await podThat(scene, 'calico-node', ({ isReady }) => isReady);

      expect(await rules()).not.toContain('-j DROP');
      expect(await clientReachesServer()).toBe(true);
    });
  },
);
