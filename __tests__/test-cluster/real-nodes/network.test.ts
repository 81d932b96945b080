import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { openRealNode } from '../../../test-cluster/real-nodes/real-node.js';
import { startCluster } from '../../../test-cluster/start-cluster.js';
import { type TestCluster } from '../../../test-cluster/types.js';
import { describeRealNodes, lackOfRealNodes } from './requirements.js';
import { kubectl, reaches, runAgnhost } from './scene.js';

jest.setTimeout(180_000);

describeRealNodes(`pods on two real nodes (${lackOfRealNodes ?? 'available'})`, () => {
  let cluster: TestCluster;
  let server: string;

  beforeAll(async () => {
    cluster = await startCluster({ realNodes: 2 });
    [, server] = await Promise.all([
      runAgnhost(cluster, 'client', 'real-1'),
      runAgnhost(cluster, 'server', 'real-2'),
    ]);
    await cluster.api.call('POST', '/api/v1/namespaces/default/services', {
      metadata: { name: 'server' },
      spec: { selector: { app: 'server' }, ports: [{ port: 80, targetPort: 8080 }] },
    });
  });
  afterAll(() => cluster.stop());

  test('have addresses of their nodes', () => {
    expect(server).toMatch(/^192\.168\.2\.\d+$/);
  });

  test('run commands for kubectl exec and give their output and status', async () => {
    expect(await kubectl(cluster, ['exec', 'client', '--', 'sh', '-c', 'hostname; exit 3'])).toEqual({
      status: 3,
      text: expect.stringMatching(/^client\n/) as unknown,
    });
  });

  test('give their logs to kubectl logs', async () => {
    expect((await kubectl(cluster, ['logs', 'server'])).text).toMatch(/Started HTTP server on port 8080/);
  });

  test('reach a pod on the other node by its address', async () => {
    expect(await reaches(cluster, 'client', `${server}:8080`)).toBe(true);
  });

  test('reach a Service by its name in the DNS', async () => {
    expect(await reaches(cluster, 'client', 'server.default.svc.cluster.local:80')).toBe(true);
  });

  test('reach the API server by the Service that every cluster has', async () => {
    expect(await reaches(cluster, 'client', 'kubernetes.default:443')).toBe(true);
  });

  test('reach nothing of this machine, nor anything beyond', async () => {
    const port = new URL(cluster.server).port;
    expect(await reaches(cluster, 'client', `172.18.0.1:${port}`)).toBe(false);
    const { stdout } = await openRealNode(cluster.directory, 'real-1').run(['ip', '-brief', 'link']);
    expect(stdout.split('\n').map((line) => line.split('@')[0]?.trim())).not.toContain('eth1');
  });

  test('reach no pod of a node that drops what it should forward, and do so again when it no longer does', async () => {
    const node = openRealNode(cluster.directory, 'real-2');

    await node.run(['iptables', '-I', 'FORWARD', '-j', 'DROP']);
    expect(await reaches(cluster, 'client', `${server}:8080`)).toBe(false);

    await node.run(['iptables', '-D', 'FORWARD', '-j', 'DROP']);
    expect(await reaches(cluster, 'client', `${server}:8080`)).toBe(true);
  });
});
