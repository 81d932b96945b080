import { beforeAll, expect, it } from '@jest/globals';
import { describeWithCluster } from '../../../test-cluster/jest.js';
import { openRealNode } from '../../../test-cluster/real-nodes/real-node.js';
import { eventually } from '../eventually.js';
import { createScene, execIn, logOf, reaches, runAgnhost, type Scene } from './scene.js';

describeWithCluster('pods on two real nodes', { realNodes: 2 }, (cluster) => {
  let scene: Scene;
  let server: string;

  beforeAll(async () => {
    scene = await createScene(cluster());
    [, server] = await Promise.all([
      runAgnhost(scene, 'client', 'real-1'),
      runAgnhost(scene, 'server', 'real-2'),
    ]);
    await cluster().api.call('POST', `/api/v1/namespaces/${scene.namespace}/services`, {
      metadata: { name: 'server' },
      spec: { selector: { app: 'server' }, ports: [{ port: 80, targetPort: 8080 }] },
    });
  }, 120_000);

  it('have addresses of their nodes', () => {
    expect(server).toMatch(/^192\.168\.2\.\d+$/);
  });

  it('run commands and give their output and status', async () => {
    const result = await execIn(scene, 'client', ['sh', '-c', 'hostname; echo oops >&2; exit 3']);

    expect(result).toEqual({ exitCode: 3, stdout: 'client\n', stderr: expect.stringContaining('oops') });
  });

  it('give their logs', async () => {
    expect(await logOf(scene, 'server')).toContain('Started HTTP server on port 8080');
  });

  it('reach a pod on the other node by its address', async () => {
    expect(await reaches(scene, 'client', `${server}:8080`)).toBe(true);
  });

  it('are reached by the API server, for its proxy', async () => {
    const path = `/api/v1/namespaces/${scene.namespace}/pods/server:8080/proxy/hostname`;

    expect(await cluster().api.ask('GET', path)).toEqual({ status: 200, body: 'server' });
  });

  it.each(['server', 'server.NAMESPACE.svc.cluster.local'])(
    'reach a Service by its name in the DNS, %s, soon after it is made',
    async (name) => {
      const target = `${name.replace('NAMESPACE', scene.namespace)}:80`;

      expect(
        await eventually(async () => ((await reaches(scene, 'client', target)) ? 'reached' : null)),
      ).toBe('reached');
    },
  );

  it('reach the API server by the Service that every cluster has', async () => {
    expect(await reaches(scene, 'client', 'kubernetes.default:443')).toBe(true);
  });

  it('reach no port of this machine, and the node has no interface that leads there', async () => {
    const { port } = new URL(cluster().server);
    const { stdout } = await openRealNode(cluster().directory, 'real-1').run(['ls', '/sys/class/net']);

    expect(await reaches(scene, 'client', `172.18.0.1:${port}`)).toBe(false);
    expect(stdout.split('\n').filter((name) => !/^(?:lo|eth0|veth.*|)$/.test(name))).toEqual([]);
  });
});
