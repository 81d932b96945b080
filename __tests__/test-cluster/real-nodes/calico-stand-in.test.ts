import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { type CalicoBehaviour } from '../../../test-cluster/images/calico-images.js';
import { provideCalicoImages } from '../../../test-cluster/real-nodes/calico-stand-in.js';
import { openRealNode, type RealNode } from '../../../test-cluster/real-nodes/real-node.js';
import { startCluster } from '../../../test-cluster/start-cluster.js';
import { type TestCluster } from '../../../test-cluster/types.js';
import { calicoNodePod } from './calico-node-pod.js';
import { describeRealNodes, lackOfRealNodes } from './requirements.js';
import * as scene from './scene.js';

jest.setTimeout(180_000);

describeRealNodes(`a stand-in of Calico's images on a real node (${lackOfRealNodes ?? 'available'})`, () => {
  let cluster: TestCluster;
  let node: RealNode;
  let server: string;

  beforeAll(async () => {
    cluster = await startCluster({ realNodes: 2 });
    node = openRealNode(cluster.directory, 'real-2');
    [, server] = await Promise.all([
      scene.runAgnhost(cluster, 'client', 'real-1'),
      scene.runAgnhost(cluster, 'server', 'real-2'),
    ]);
  });
  afterAll(() => cluster.stop());
  afterEach(async () => {
    for (const name of ['calico-node', 'fresh']) await scene.deletePod(cluster, name);
  });

  async function start(version: string, behaviour: CalicoBehaviour = {}): Promise<void> {
    await provideCalicoImages(cluster.directory, version, behaviour);
    await scene.createPod(cluster, 'calico-node', calicoNodePod(version, 'real-2'));
  }

  async function startUntilReady(version: string, behaviour: CalicoBehaviour = {}): Promise<void> {
    await start(version, behaviour);
    await scene.eventually('calico-node is Ready', seeCalicoNode, scene.isReady);
  }

  const seeCalicoNode = (): Promise<scene.Pod> => scene.getPod(cluster, 'calico-node');
  const clientReachesServer = (): Promise<boolean> => scene.reaches(cluster, 'client', `${server}:8080`);

  test('is Ready, and gives new pods the network that it installed', async () => {
    await startUntilReady('v3.90.0');

    const address = await scene.runAgnhost(cluster, 'fresh', 'real-2');

    expect((await node.run(['/opt/cni/bin/calico', '-v'])).stdout).toBe('v3.90.0\n');
    expect((await node.run(['cat', '/etc/cni/net.d/10-calico.conflist'])).stdout).toContain(
      '"type":"calico"',
    );
    expect(await scene.reaches(cluster, 'client', `${address}:8080`)).toBe(true);
  });

  test('that is never ready runs on, is live, says why, and does not restart', async () => {
    await start('v3.90.1', { fault: { kind: 'never-ready' } });
    const log = (): Promise<scene.Said> => scene.kubectl(cluster, ['logs', 'calico-node']);
    await scene.eventually('the log', log, ({ text }) => text.includes('forbidden'));
    await sleep(3000);

    const pod = await seeCalicoNode();

    expect(scene.isReady(pod)).toBe(false);
    expect(pod.status).toMatchObject({ phase: 'Running', containerStatuses: [{ restartCount: 0 }] });
    const live = ['exec', 'calico-node', '--', '/bin/calico-node', '-felix-live', '-bird-live'];
    expect(await scene.kubectl(cluster, live)).toMatchObject({ status: 0 });
  });

  test('that crashes is Ready first, then restarts', async () => {
    await startUntilReady('v3.90.2', { fault: { kind: 'crashes', afterSeconds: 2 } });

    await scene.eventually(
      'a restart',
      seeCalicoNode,
      ({ status }) => (status.containerStatuses?.[0]?.restartCount ?? 0) > 0,
    );

    const { text } = await scene.kubectl(cluster, ['logs', 'calico-node', '--previous']);
    expect(text).toContain('panic: this version does not work here');
  });

  test('that drops forwarding is Ready and cuts its node off until another version starts there', async () => {
    await startUntilReady('v3.90.3', { fault: { kind: 'drops-forwarding' } });
    expect(await clientReachesServer()).toBe(false);

    await scene.deletePod(cluster, 'calico-node');
    expect(await clientReachesServer()).toBe(false);

    await startUntilReady('v3.90.0');
    expect(await clientReachesServer()).toBe(true);
  });

  test('that drops forwarding on another node is healthy on this one', async () => {
    await startUntilReady('v3.90.4', { fault: { kind: 'drops-forwarding' }, nodes: ['real-1'] });

    expect(await clientReachesServer()).toBe(true);
  });

  test('whose CNI fails is Ready, starts no new pod, and leaves the others alone', async () => {
    await startUntilReady('v3.90.5', { fault: { kind: 'cni-fails' } });
    await scene.createPod(cluster, 'fresh', scene.agnhostOn('real-2'));

    const events = (): Promise<scene.Said> => scene.kubectl(cluster, ['events', '--for=pod/fresh']);
    const seen = await scene.eventually('the failure', events, ({ text }) =>
      text.includes('FailedCreatePodSandBox'),
    );

    expect(seen.text).toContain('this version gives new pods no network');
    expect((await scene.getPod(cluster, 'fresh')).status.phase).toBe('Pending');
    expect(await clientReachesServer()).toBe(true);
  });

  test('that isolates new pods is Ready, new pods run and reach nothing, and the others are well', async () => {
    await startUntilReady('v3.90.6', { fault: { kind: 'isolates-new-pods' } });
    await scene.createPod(cluster, 'fresh', scene.agnhostOn('real-2'));
    const fresh = (): Promise<scene.Pod> => scene.getPod(cluster, 'fresh');
    await scene.eventually('the pod runs', fresh, ({ status }) => status.phase === 'Running');

    expect(await scene.reaches(cluster, 'fresh', `${server}:8080`)).toBe(false);
    expect(await clientReachesServer()).toBe(true);
  });

  test('with a gap drops forwarding at first, and is well once it is Ready', async () => {
    const rules = async (): Promise<string> => (await node.run(['iptables', '-S', 'FORWARD'])).stdout;
    await start('v3.90.7', { fault: { kind: 'gap', seconds: 2 } });
    await scene.eventually('the gap', rules, (text) => text.includes('-j DROP'));
    expect(scene.isReady(await seeCalicoNode())).toBe(false);

    await scene.eventually('calico-node is Ready', seeCalicoNode, scene.isReady);

    expect(await rules()).not.toContain('-j DROP');
    expect(await clientReachesServer()).toBe(true);
  });
});
