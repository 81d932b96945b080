import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterClientOptions } from '../../../src/adapters/kubernetes/cluster-client.js';
import { InputError } from '../../../src/errors.js';
import type { ClusterClient } from '../../../src/ports/cluster-client.js';
import { type ApiStandIn, startApiStandIn } from './api-stand-in.js';
import { createQuickClient } from './quick-client.js';
import { type KubeconfigParts, renderKubeconfig } from './render-kubeconfig.js';

// client-node takes its time to load.
jest.setTimeout(30_000);

let api: ApiStandIn;
let directory: string;
let masked: string[];

beforeEach(async () => {
  api = await startApiStandIn();
  directory = mkdtempSync(join(tmpdir(), 'credentials-'));
  masked = [];
});

afterEach(async () => {
  await api.stop();
  rmSync(directory, { recursive: true });
});

function open(parts: KubeconfigParts, options: ClusterClientOptions = {}): Promise<ClusterClient> {
  const kubeconfig = renderKubeconfig({ server: api.server, authority: api.authority.certificate, ...parts });
  const mask = (secret: string): void => void masked.push(secret);
  return createQuickClient(kubeconfig, {
    directory,
    mask,
    variables: { PATH: process.env['PATH'] },
    ...options,
  });
}

function write(name: string, text: string, mode = 0o600): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

async function inputErrorOf(promise: Promise<unknown>): Promise<InputError> {
  try {
    await promise;
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return error as InputError;
  }
  throw new Error('nothing was thrown');
}

const authorizations = (): readonly string[] => api.seen.map(({ headers }) => headers.authorization ?? '');

describe('a user is known by', () => {
  test('a token', async () => {
    await (await open({ token: 'abcdef' })).version();
    expect(authorizations()).toEqual(['Bearer abcdef']);
    expect(masked).toContain('abcdef');
  });

  test('name and password', async () => {
    await (await open({ user: { username: 'me', password: 'secret' } })).version();
    expect(authorizations()).toEqual([`Basic ${Buffer.from('me:secret').toString('base64')}`]);
  });

  test('a client certificate, embedded or in files beside the workspace', async () => {
    const { certificate, key } = api.authority.issue({ commonName: 'jane', usages: ['client'] });
    const [data, keyData] = [certificate, key].map((pem) => Buffer.from(pem).toString('base64'));
    await (await open({ user: { 'client-certificate-data': data, 'client-key-data': keyData } })).version();
    write('jane.crt', certificate);
    write('jane.key', key);
    await (await open({ user: { 'client-certificate': 'jane.crt', 'client-key': 'jane.key' } })).version();
    expect(api.seen.map(({ commonName }) => commonName)).toEqual(['jane', 'jane']);
    expect(masked).toContain(keyData);
  });

  test('a token file, read anew after a minute and after a 401', async () => {
    write('token', 'first\n');
    let now = 0;
    const timing = { now: () => now, sleep: () => Promise.resolve(), random: () => 0 };
    const client = await open({ user: { tokenFile: 'token' } }, { timing });
    await client.version();
    write('token', 'second\n');
    await client.version();
    now += 61_000;
    await client.version();
    write('token', 'third\n');
    api.answer = ({ headers }) => (headers.authorization === 'Bearer third' ? 200 : 401);
    await client.version();
    expect(authorizations().map((text) => text.slice(7))).toEqual([
      'first',
      'first',
      'second',
      'second',
      'third',
    ]);
    expect(masked).toEqual(['first', 'second', 'third']);
  });

  test('whom it is to be taken for', async () => {
    const user = { as: 'admin', 'as-groups': ['a', 'b'], 'as-uid': '7', 'as-user-extra': { why: ['test'] } };
    await (await open({ token: 'abcdef', user })).version();
    expect(api.seen[0]?.headers).toMatchObject({
      'impersonate-user': 'admin',
      'impersonate-group': 'a, b',
      'impersonate-uid': '7',
      'impersonate-extra-why': 'test',
    });
  });

  test('an OpenID Connect token that is still good', async () => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = `${part({ alg: 'none' })}.${part({ exp: 4102444800 })}.c2ln`;
    await (
      await open({ user: { 'auth-provider': { name: 'oidc', config: { 'id-token': token } } } })
    ).version();
    expect(authorizations()).toEqual([`Bearer ${token}`]);
  });
});

describe('an exec plugin', () => {
  const VERSION = 'client.authentication.k8s.io/v1';
  const plugin = (script: string, over: Readonly<Record<string, unknown>> = {}): KubeconfigParts => {
    write('plugin', `#!/bin/sh\n${script}\n`, 0o700);
    return { user: { exec: { apiVersion: VERSION, command: './plugin', ...over } } };
  };
  const credential = (status: object): string =>
    `printf '%s' '${JSON.stringify({ apiVersion: VERSION, kind: 'ExecCredential', status })}'`;

  test('gives a token, once for many requests', async () => {
    const client = await open(
      plugin(`echo x >> ${directory}/runs; ${credential({ token: 'from-plugin' })}`, { env: [] }),
      {
        variables: { PATH: process.env['PATH'] },
      },
    );
    await Promise.all([client.version(), client.version()]);
    await client.version();
    expect(authorizations()).toEqual(Array.from({ length: 3 }, () => 'Bearer from-plugin'));
    expect(readFileSync(join(directory, 'runs'), 'utf8')).toBe('x\n');
    expect(masked).toContain('from-plugin');
  });

  test('gives a client certificate', async () => {
    const { certificate, key } = api.authority.issue({ commonName: 'plugin', usages: ['client'] });
    const status = { clientCertificateData: certificate, clientKeyData: key };
    await (await open(plugin(credential(status)))).version();
    expect(api.seen[0]?.commonName).toBe('plugin');
  });

  test('is run again when its credential ends, and after a 401', async () => {
    const script = `echo x >> ${directory}/runs
      printf '{"apiVersion":"${VERSION}","kind":"ExecCredential","status":{"token":"t%s","expirationTimestamp":"2026-01-01T00:10:00Z"}}' $(wc -l < ${directory}/runs)`;
    let now = Date.parse('2026-01-01T00:00:00Z');
    const timing = { now: () => now, sleep: () => Promise.resolve(), random: () => 0 };
    const client = await open(plugin(script), { timing });
    await client.version();
    now += 9.6 * 60_000;
    await client.version();
    await client.version();
    api.answer = ({ headers }) => (headers.authorization === 'Bearer t4' ? 200 : 401);
    await client.version();
    expect(authorizations().map((text) => text.slice(7))).toEqual(['t1', 't1', 't2', 't3', 't4']);
  });

  test('is told the cluster where it wants that, and its own variables', async () => {
    const script = `printf '%s' "$KUBERNETES_EXEC_INFO" > ${directory}/info; printf '%s' "$OWN" > ${directory}/own
      ${credential({ token: 'x123' })}`;
    const env = [{ name: 'OWN', value: 'value' }];
    await (await open(plugin(script, { provideClusterInfo: true, env }))).version();
    expect(readFileSync(join(directory, 'own'), 'utf8')).toBe('value');
    expect(JSON.parse(readFileSync(join(directory, 'info'), 'utf8'))).toMatchObject({
      apiVersion: VERSION,
      kind: 'ExecCredential',
      spec: { interactive: false, cluster: { server: `${api.server}/` } },
    });
  });

  test.each<[string, string, RegExp, ClusterClientOptions]>([
    ['fails', 'echo s3cr3t >&2; exit 3', /which failed with exit status 3/, {}],
    ['prints nonsense', 'echo s3cr3t', /which did not print an ExecCredential/, {}],
    [
      'prints another kind',
      `echo '{"kind":"Secret","token":"s3cr3t"}'`,
      /did not print an ExecCredential/,
      {},
    ],
    [
      'prints another version',
      `echo '{"kind":"ExecCredential","apiVersion":"v0"}'`,
      /another apiVersion/,
      {},
    ],
    ['gives nothing', credential({}), /without a token or certificate/, {}],
    ['hangs', 'exec sleep 60', /did not end within 0.3 s/, { execTimeoutMs: 300 }],
  ])('that %s is one error without what it wrote', async (_title, script, message, options) => {
    const client = await open(plugin(script), options);
    const error = await inputErrorOf(client.version());
    expect(error).toMatchObject({ input: 'kubeconfig' });
    expect(error.message).toMatch(message);
    expect(`${error.message} ${error.remedy}`).not.toContain('s3cr3t');
  });

  test('that is not there is one error with how to install it', async () => {
    const exec = { apiVersion: VERSION, command: 'no-such-plugin', installHint: 'Get it\nfrom the vendor.' };
    const error = await inputErrorOf((await open({ user: { exec } })).version());
    expect(error.message).toContain(
      'needs the program “no-such-plugin” to log in, which is not on this machine',
    );
    expect(error.remedy).toContain('Get it from the vendor.');
  });
});

describe('a file that a kubeconfig names and that', () => {
  test.each<[string, KubeconfigParts, RegExp]>([
    [
      'is not there: the authority',
      { cluster: { 'certificate-authority-data': undefined, 'certificate-authority': 'none' } },
      /certificate-authority that cannot be read: .*none/,
    ],
    [
      'is not there: the certificate',
      { user: { 'client-certificate': 'none', 'client-key': 'none' } },
      /client-certificate that cannot be read: .*none/,
    ],
    [
      'is no PEM file',
      { user: { 'client-certificate': '/etc/hostname', 'client-key': '/etc/hostname' } },
      /client-certificate that is no PEM file/,
    ],
  ])('%s is an error before anything is sent', async (_title, parts, message) => {
    expect((await inputErrorOf(open(parts))).message).toMatch(message);
    expect(api.seen).toEqual([]);
  });

  test('is a missing token file is an error', async () => {
    const client = await open({ user: { tokenFile: 'none' } });
    expect((await inputErrorOf(client.version())).message).toMatch(/tokenFile that cannot be read: .*none/);
  });
});

describe('an HTTP proxy', () => {
  let proxy: Server;
  let asked: string[];

  beforeEach(async () => {
    asked = [];
    proxy = createServer();
    proxy.on('connect', (request, socket) => {
      asked.push(`${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trim());
      const onward = connect(api.port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        onward.pipe(socket);
        socket.pipe(onward);
      });
      for (const end of [onward, socket]) end.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  });

  afterEach(() => {
    proxy.closeAllConnections();
    proxy.close();
  });

  const address = (): string => `127.0.0.1:${(proxy.address() as AddressInfo).port}`;

  test('of the kubeconfig is used, with its password, which is masked', async () => {
    const cluster = { 'proxy-url': `http://user:pass%20word@${address()}` };
    const client = await open({ token: 'abcdef', cluster });
    await client.version();
    const basic = Buffer.from('user:pass word').toString('base64');
    expect(asked).toEqual([`127.0.0.1:${api.port} Basic ${basic}`]);
    expect(masked).toContain('pass word');
  });

  test('of the environment is used, unless the server is exempt', async () => {
    // The proxy of this test leads everywhere to the stand-in.
    const parts = {
      server: 'https://api.example:6443',
      token: 'abcdef',
      cluster: { 'tls-server-name': '127.0.0.1' },
    };
    const variables = { HTTPS_PROXY: `http://${address()}` };
    expect((await (await open(parts, { variables })).version()).gitVersion).toBe('v1.34.4');
    expect(asked).toEqual(['api.example:6443']);
    const exempt = await open(parts, {
      variables: { ...variables, NO_PROXY: 'api.example' },
      patience: { firstContactMs: 300 },
    });
    await expect(exempt.version()).rejects.toThrow('cannot be resolved');
  });
});
