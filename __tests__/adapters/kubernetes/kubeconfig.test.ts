import { describe, expect, test } from '@jest/globals';
import { parseKubeconfig } from '../../../src/adapters/kubernetes/kubeconfig.js';
import { InputError } from '../../../src/errors.js';
import { createAuthority } from '../../../test-cluster/certificates/certificate.js';
import { renderKubeconfig } from './render-kubeconfig.js';

const SECRET = 's3cr3t-value';
const { certificate, key } = createAuthority('test');
const base64 = (text: string): string => Buffer.from(text).toString('base64');

const SEVERAL = renderKubeconfig({
  file: {
    'current-context': 'a',
    clusters: [
      { name: 'ca', cluster: { server: 'https://a.example:6443/' } },
      { name: 'cb', cluster: { server: 'https://b.example/k8s/clusters/x' } },
    ],
    users: [
      { name: 'ua', user: { token: 'ta' } },
      { name: 'ub', user: { username: 'me', password: SECRET } },
    ],
    contexts: [
      { name: 'a', context: { cluster: 'ca', user: 'ua' } },
      { name: 'b', context: { cluster: 'cb', user: 'ub', namespace: 'x' } },
      { name: 'anonymous', context: { cluster: 'cb' } },
    ],
  },
});

describe('a kubeconfig', () => {
  test('is read by its current context, or by the one that is asked for', () => {
    expect(parseKubeconfig(SEVERAL, null)).toMatchObject({ context: 'a', user: { token: 'ta' } });
    const other = parseKubeconfig(SEVERAL, 'b');
    expect(other.cluster.server.href).toBe('https://b.example/k8s/clusters/x');
    expect(other.user.basic).toEqual({ username: 'me', password: SECRET });
    expect(parseKubeconfig(SEVERAL, 'anonymous').user).toMatchObject({ token: null, exec: null });
  });

  test('may be YAML as kubectl writes it, comments and all', () => {
    const text = `# of the cluster\napiVersion: v1\nkind: Config\nclusters:\n- cluster:\n    server: https://c.example:6443\n  name: kind-kind\ncontexts:\n- context:\n    cluster: kind-kind\n    user: kind-kind\n  name: kind-kind\ncurrent-context: kind-kind\npreferences: {}\nusers:\n- name: kind-kind\n  user:\n    client-certificate-data: ${base64(certificate)}\n    client-key-data: ${base64(key)}\n`;
    expect(parseKubeconfig(text, null).user.certificate).toEqual({ data: base64(certificate) });
  });

  test('gives all that a cluster may say', () => {
    const cluster = {
      'certificate-authority': 'ca.crt',
      'tls-server-name': 'api.example',
      'proxy-url': 'http://proxy.example:3128',
    };
    expect(parseKubeconfig(renderKubeconfig({ cluster }), null).cluster).toMatchObject({
      authority: { file: 'ca.crt' },
      tlsServerName: 'api.example',
      proxyUrl: 'http://proxy.example:3128',
      isInsecure: false,
    });
  });

  test('gives an exec plugin, whom to impersonate, and an OpenID Connect provider', () => {
    const user = {
      exec: {
        apiVersion: 'client.authentication.k8s.io/v1',
        command: 'aws',
        args: ['eks', 'get-token'],
        env: [{ name: 'AWS_PROFILE', value: 'prod' }],
        interactiveMode: 'Never',
      },
      as: 'system:serviceaccount:a:b',
      'as-groups': ['g'],
      'as-user-extra': { reason: ['r'] },
    };
    expect(parseKubeconfig(renderKubeconfig({ user }), null).user).toMatchObject({
      exec: { command: 'aws', args: ['eks', 'get-token'], env: [{ name: 'AWS_PROFILE', value: 'prod' }] },
      impersonation: { user: 'system:serviceaccount:a:b', groups: ['g'], extra: { reason: ['r'] } },
    });
    const oidc = { 'auth-provider': { name: 'oidc', config: { 'id-token': 'x' } } };
    expect(parseKubeconfig(renderKubeconfig({ user: oidc }), null).user.oidc).toEqual({ 'id-token': 'x' });
  });

  test('may be of a server on this machine without TLS', () => {
    const text = renderKubeconfig({ server: 'http://127.0.0.1:8001' });
    expect(parseKubeconfig(text, null).cluster.server.port).toBe('8001');
  });
});

const exec = (over: object): Readonly<Record<string, unknown>> => ({
  exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'aws', ...over },
});

describe('a kubeconfig that cannot be used is one error that says what to do', () => {
  test.each<[string, string, RegExp, RegExp]>([
    ['empty', ' \n', /is empty/, /text of a kubeconfig, base64 of it, or a path/],
    ['no YAML', `users:\n- token: ${SECRET}\n  a: [`, /is not valid YAML \(line \d\)/, /kubectl config view/],
    ['a template', 'clusters: {{ secrets }}', /is not valid YAML|is no kubeconfig/, /kubectl config view/],
    ['a word', SECRET, /is no kubeconfig/, /kubectl config view --raw/],
    ['a list', '[1]', /is no kubeconfig/, /kubectl config view --raw/],
    ['a Secret', JSON.stringify({ kind: 'Secret', clusters: [] }), /another kind of object/, /kubeconfig/],
    [
      'with clusters that are no list',
      renderKubeconfig({ file: { clusters: { a: 1 } } }),
      /clusters that are no list/,
      /list/,
    ],
    [
      'a context without a cluster',
      renderKubeconfig({ file: { contexts: [{ name: 'one', context: {} }] } }),
      /names no cluster/,
      /Add a cluster/,
    ],
    [
      'a missing cluster',
      renderKubeconfig({ file: { clusters: [] } }),
      /cluster “c” is not there/,
      /Add the cluster/,
    ],
    [
      'a missing user',
      renderKubeconfig({ file: { users: [{ name: 'x' }] } }),
      /user “u” is not there/,
      /one that is there: x/,
    ],
    ['no server', renderKubeconfig({ server: '' }), /“c” without a server/, /https:\/\/HOST:PORT/],
    [
      'a server that is no URL',
      renderKubeconfig({ server: '10.0.0.1:6443' }),
      /whose server is no URL/,
      /https:\/\/HOST/,
    ],
    ['plain HTTP', renderKubeconfig({ server: 'http://10.0.0.1:8080' }), /plain HTTP/, /https/],
    [
      'a CA that is no base64',
      renderKubeconfig({ cluster: { 'certificate-authority-data': '%%' } }),
      /certificate-authority-data in “c” that is not base64/,
      /base64 -w0/,
    ],
    [
      'a CA that is no PEM',
      renderKubeconfig({ cluster: { 'certificate-authority-data': base64('x') } }),
      /not base64 of a PEM/,
      /base64 -w0/,
    ],
    [
      'a CA that was left out',
      renderKubeconfig({ cluster: { 'certificate-authority-data': 'DATA+OMITTED' } }),
      /was left out/,
      /--raw/,
    ],
    [
      'CA and insecure',
      renderKubeconfig({ authority: certificate, cluster: { 'insecure-skip-tls-verify': true } }),
      /both a certificate-authority and insecure/,
      /Leave/,
    ],
    [
      'a proxy that is no URL',
      renderKubeconfig({ cluster: { 'proxy-url': 'proxy' } }),
      /proxy-url/,
      /http:\/\/HOST:PORT/,
    ],
    ['a token that was left out', renderKubeconfig({ token: 'REDACTED' }), /was left out/, /--raw/],
    [
      'a token that is a number',
      renderKubeconfig({ user: { token: 12 } }),
      /token that is no text/,
      /quotes/,
    ],
    [
      'token and tokenFile',
      renderKubeconfig({ token: SECRET, user: { tokenFile: '/t' } }),
      /both token and tokenFile/,
      /Leave one/,
    ],
    [
      'a certificate without its key',
      renderKubeconfig({ user: { 'client-certificate-data': base64(certificate) } }),
      /without a client-key/,
      /both/,
    ],
    [
      'a key without its certificate',
      renderKubeconfig({ user: { 'client-key-data': base64(key) } }),
      /without a client-certificate/,
      /both/,
    ],
    [
      'the auth-provider gcp',
      renderKubeconfig({ user: { 'auth-provider': { name: 'gcp' } } }),
      /“gcp”.*removed/,
      /gke-gcloud-auth-plugin/,
    ],
    [
      'the auth-provider azure',
      renderKubeconfig({ user: { 'auth-provider': { name: 'azure' } } }),
      /“azure”.*removed/,
      /kubelogin/,
    ],
    [
      'exec without a command',
      renderKubeconfig({ user: exec({ command: '' }) }),
      /without a command/,
      /command/,
    ],
    [
      'exec of an old version',
      renderKubeconfig({ user: exec({ apiVersion: 'client.authentication.k8s.io/v1alpha1' }) }),
      /unknown apiVersion/,
      /client.authentication.k8s.io\/v1 /,
    ],
    [
      'exec that asks a person',
      renderKubeconfig({ user: exec({ interactiveMode: 'Always' }) }),
      /asks a person/,
      /ServiceAccount/,
    ],
  ])('%s', (_title, text, message, remedy) => {
    const error = errorOf(text, null);
    expect(error).toMatchObject({ input: 'kubeconfig', code: 'input' });
    expect(error.message).toMatch(message);
    expect(error.remedy).toMatch(remedy);
    expect(`${error.message} ${error.remedy}`).not.toContain(SECRET);
    expect(JSON.stringify(error.cause ?? '')).not.toContain(SECRET);
  });

  test.each<[string, string, string | null, RegExp, RegExp]>([
    [
      'no current-context',
      renderKubeconfig({ file: { 'current-context': undefined } }),
      null,
      /has no current-context/,
      /one of: one\./,
    ],
    [
      'a current-context that is not there',
      renderKubeconfig({ file: { 'current-context': 'x' } }),
      null,
      /current-context of the kubeconfig, “x”, is not/,
      /one of: one\./,
    ],
    [
      'a context that is not there',
      SEVERAL,
      'c',
      /context “c” is not in the kubeconfig/,
      /one of: a, b, anonymous\./,
    ],
  ])('%s', (_title, text, context, message, remedy) => {
    const error = errorOf(text, context);
    expect(error.input).toBe('context');
    expect(error.message).toMatch(message);
    expect(error.remedy).toMatch(remedy);
  });
});

function errorOf(text: string, context: string | null): InputError {
  try {
    parseKubeconfig(text, context);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return error as InputError;
  }
  throw new Error('nothing was thrown');
}
