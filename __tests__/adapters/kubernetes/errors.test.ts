import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { createServer, type Server } from 'node:https';
import { createServer as createPlainServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { ClusterError } from '../../../src/errors.js';
import type { ClusterClient } from '../../../src/ports/cluster-client.js';
import { type CertificateRequest, createAuthority } from '../../../test-cluster/certificates/certificate.js';
import { type FaultProxy, startFaultProxy } from '../../../test-cluster/fault-proxy/fault-proxy.js';
import { describeWithCluster, ownNamespace } from '../../../test-cluster/jest.js';
import {
  clusterErrorOf,
  configMap,
  CONFIG_MAP,
  DAEMON_SET,
  pagesOf,
} from '../../ports/cluster-client-contract.js';
import { startApiStandIn } from './api-stand-in.js';
import { renderKubeconfig } from './render-kubeconfig.js';
import { createQuickClient } from './quick-client.js';

// client-node takes its time to load.
jest.setTimeout(30_000);

const TOKEN = 's3cr3t-token-of-a-test';
const PATIENCE = { firstContactMs: 1500, totalMs: 1500 };

async function failureOf(kubeconfig: string): Promise<ClusterError> {
  const client = await createQuickClient(kubeconfig, { patience: PATIENCE });
  const error = await clusterErrorOf(client.version());
  expect(`${error.message} ${error.remedy}`).not.toContain(TOKEN);
  return error;
}

/** An HTTPS server with a certificate of its own, that answers nothing but 200. */
async function serve(
  over: Partial<CertificateRequest>,
  run: (port: number, authority: string) => Promise<void>,
): Promise<void> {
  const authority = createAuthority('test');
  const request: CertificateRequest = {
    commonName: 'test',
    names: ['127.0.0.1'],
    usages: ['server'],
    ...over,
  };
  const { certificate, key } = authority.issue(request);
  const server: Server = createServer({ cert: certificate, key }, (_request, response) => {
    response.end('{"gitVersion":"v1.34.4","platform":"linux/amd64"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await run((server.address() as AddressInfo).port, authority.certificate);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('a server that is not there is named, after some attempts', async () => {
  const error = await failureOf(renderKubeconfig({ server: 'https://127.0.0.1:1', token: TOKEN }));
  expect(error).toMatchObject({ code: 'cluster', verb: 'get', resource: '/version', status: null });
  expect(error.message).toMatch(
    /https:\/\/127\.0\.0\.1:1 cannot be reached \(.*ECONNREFUSED.*\) \(\d+ attempts/,
  );
  expect(error.remedy).toContain('HTTPS_PROXY');
});

test('a name that does not resolve is named', async () => {
  const error = await failureOf(
    renderKubeconfig({ server: 'https://no-such-host.invalid:6443', token: TOKEN }),
  );
  expect(error.message).toContain('the name of https://no-such-host.invalid:6443 cannot be resolved');
});

test('a user and password in the address are never shown', async () => {
  const error = await failureOf(renderKubeconfig({ server: `https://user:${TOKEN}@127.0.0.1:1` }));
  expect(error.message).toContain('https://127.0.0.1:1 cannot be reached');
});

test.each<[string, Partial<CertificateRequest>, { isTrusted: boolean }, RegExp, RegExp]>([
  ['has expired', { notAfter: new Date(Date.now() - 60_000) }, { isTrusted: true }, /has expired/, /Renew/],
  [
    'is of an unknown authority',
    {},
    { isTrusted: false },
    /authority that the kubeconfig does not know/,
    /certificate-authority-data/,
  ],
  [
    'is for another name',
    { names: ['other.example'] },
    { isTrusted: true },
    /is for another name/,
    /tls-server-name/,
  ],
])(
  'a server whose certificate %s is refused at once',
  async (_title, over, { isTrusted }, message, remedy) => {
    await serve(over, async (port, authority) => {
      const trusted = isTrusted ? authority : createAuthority('other').certificate;
      const error = await failureOf(
        renderKubeconfig({ server: `https://127.0.0.1:${port}`, token: TOKEN, authority: trusted }),
      );
      expect(error.message).toMatch(message);
      expect(error.message).not.toContain('attempts');
      expect(error.remedy).toMatch(remedy);
    });
  },
);

test('a certificate for another name is accepted by tls-server-name, an unknown one by insecure-skip-tls-verify', async () => {
  await serve({ names: ['other.example'] }, async (port, authority) => {
    const server = `https://127.0.0.1:${port}`;
    const named = await createQuickClient(
      renderKubeconfig({ server, token: TOKEN, authority, cluster: { 'tls-server-name': 'other.example' } }),
    );
    expect((await named.version()).gitVersion).toBe('v1.34.4');
    const careless = await createQuickClient(
      renderKubeconfig({ server, token: TOKEN, cluster: { 'insecure-skip-tls-verify': true } }),
    );
    expect((await careless.version()).gitVersion).toBe('v1.34.4');
  });
});

test('a server that speaks no TLS is told from one that is not there', async () => {
  const server = createPlainServer((socket) => {
    socket.on('error', () => undefined);
    socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const error = await failureOf(renderKubeconfig({ server: `https://127.0.0.1:${port}`, token: TOKEN }));
  server.close();
  expect(error.message).toContain(`no TLS connection to https://127.0.0.1:${port} came about`);
});

test('an API group whose server is away is told from a sick API server', async () => {
  const api = await startApiStandIn();
  api.respond = (_request, response): void => {
    // As a real one says it of an APIService whose pods are not there: plain text, no Status.
    response.writeHead(503, { 'content-type': 'text/plain; charset=utf-8' });
    response.end('service unavailable\n');
  };
  const { certificate: authority } = api.authority;
  const error = await failureOf(renderKubeconfig({ server: api.server, token: TOKEN, authority }));
  await api.stop();
  expect(error).toMatchObject({ status: 503 });
  expect(error.message).toContain('what serves this API group behind the API server is away');
  expect(error.remedy).toContain('kubectl get apiservices');
});

describeWithCluster('what a real API server refuses', { controllers: false }, (cluster) => {
  let proxy: FaultProxy;
  let admin: ClusterClient;
  let namespace: string;

  beforeAll(async () => {
    proxy = await startFaultProxy({ kubeconfig: cluster().kubeconfig });
    admin = await createQuickClient(proxy.kubeconfig, { patience: { totalMs: 2000 } });
    namespace = await ownNamespace(cluster());
    await admin.version();
  });

  afterEach(() => proxy.heal());

  afterAll(() => proxy.stop());

  const userOf = (commonName: string, over: Partial<CertificateRequest> = {}): Promise<ClusterClient> =>
    createQuickClient(cluster().kubeconfigOf({ commonName, ...over }), { patience: PATIENCE });

  test('a wrong token is a 401 that says what to do', async () => {
    const authority = cluster().authority.certificate;
    const error = await failureOf(renderKubeconfig({ server: cluster().server, token: TOKEN, authority }));
    expect(error).toMatchObject({ status: 401 });
    expect(error.message).toContain('the credentials of the kubeconfig are wrong or have expired');
    expect(error.remedy).toContain('Make a new kubeconfig');
  });

  test('a client certificate that has expired is named with its date', async () => {
    const client = await userOf('late', { notAfter: new Date('2026-01-31T00:00:00Z') });
    const error = await clusterErrorOf(client.version());
    expect(error.message).toContain('the client certificate of the kubeconfig expired on 2026-01-31');
  });

  test('a 403 names the verb, the resource and the user, for every call', async () => {
    const client = await userOf('jane');
    const reference = { ...DAEMON_SET, namespace: 'kube-system', name: 'calico-node' };
    const read = await clusterErrorOf(client.get(reference));
    expect(read).toMatchObject({ verb: 'get', resource: 'DaemonSet kube-system/calico-node', status: 403 });
    expect(read.remedy).toBe(
      'Grant jane the verb `get` on `daemonsets` of the group apps in the namespace kube-system.',
    );
    const list = await clusterErrorOf(pagesOf(client, CONFIG_MAP, {}));
    expect(list.remedy).toBe(
      'Grant jane the verb `list` on `configmaps` of the core group in a ClusterRole.',
    );
    const create = await clusterErrorOf(client.create(configMap(namespace, 'a'), { fieldManager: 'm' }));
    expect(create.remedy).toContain(`Grant jane the verb \`create\` on \`configmaps\``);
    const asked = { namespace, pod: 'p', container: 'c', command: ['true'], timeoutMs: 5000 };
    expect((await clusterErrorOf(client.exec(asked))).remedy).toMatch(/on `pods\/exec` of the core group/);
    expect(await client.canI({ verb: 'get', group: 'apps', resource: 'daemonsets' })).toMatchObject({
      isAllowed: false,
    });
  });

  test('a 422 names every field at fault', async () => {
    const object = {
      ...DAEMON_SET,
      metadata: { name: 'd', namespace },
      spec: { selector: {}, template: {} },
    };
    const error = await clusterErrorOf(admin.create(object, { fieldManager: 'm' }));
    expect(error).toMatchObject({ status: 422 });
    expect(error.message).toContain('spec.template.spec.containers: Required value');
  });

  test('a conflict names all managers and fields', async () => {
    await admin.apply(configMap(namespace, 'c', { a: '1' }), { fieldManager: 'flux' });
    await admin.apply(configMap(namespace, 'c', { b: '1' }), { fieldManager: 'helm' });
    const error = await clusterErrorOf(
      admin.apply(configMap(namespace, 'c', { a: '2', b: '2' }), { fieldManager: 'us' }),
    );
    expect(error.message).toMatch(/flux, helm manage \.data\.a, \.data\.b with other values/);
  });

  test('a list that keeps expiring, too many requests and a sick server are errors of their own', async () => {
    const expectRemedy = async (status: number, remedy: string): Promise<void> => {
      proxy.heal();
      proxy.add({ fault: { kind: 'status', status, ...(status === 429 ? { retryAfterSeconds: 1 } : {}) } });
      const error = await clusterErrorOf(admin.get({ ...CONFIG_MAP, namespace, name: 'a' }));
      expect(error).toMatchObject({ status });
      expect(error.remedy).toContain(remedy);
    };
    await expectRemedy(410, 'run it again');
    await expectRemedy(429, 'too much to do');
    await expectRemedy(500, 'health of the API server');
  });

  test('a server that stalls is an error that says for how long', async () => {
    const client = await createQuickClient(proxy.kubeconfig, { silenceMs: 150, patience: PATIENCE });
    proxy.add({ fault: { kind: 'stall', at: 'before' } });
    const error = await clusterErrorOf(client.version());
    expect(error).toMatchObject({ status: null });
    expect(error.message).toContain('gave no whole answer (no answer for 0.15 s)');
  });
});
