import { expect, test } from '@jest/globals';
import { kubeconfigSecrets } from '../../../src/adapters/kubernetes/kubeconfig-secrets.js';
import { renderKubeconfig } from './render-kubeconfig.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

test('every secret of every user is listed, encoded and decoded; what is no secret is not', () => {
  const text = renderKubeconfig({
    file: {
      clusters: [
        { name: 'c', cluster: { server: 'https://s.example', 'proxy-url': 'http://u:p%40ss@proxy:1' } },
      ],
      users: [
        { name: 'a', user: { token: 'token-a', tokenFile: '/var/token' } },
        { name: 'b', user: { username: 'bob', password: 'password-b' } },
        {
          name: 'c',
          user: { 'client-certificate-data': base64('cert-c'), 'client-key-data': base64('key-c') },
        },
        {
          name: 'd',
          user: {
            exec: {
              command: 'login',
              args: ['get-token', '--client-secret=arg-1', '--password', 'arg-2', '--region', 'eu-west-1'],
              env: [
                { name: 'AWS_SECRET_ACCESS_KEY', value: 'env-d' },
                { name: 'AWS_REGION', value: 'eu-west-1' },
              ],
            },
          },
        },
        {
          name: 'e',
          user: {
            'auth-provider': {
              name: 'oidc',
              config: { 'refresh-token': 'refresh-e', 'idp-issuer-url': 'https://i' },
            },
          },
        },
      ],
    },
  });
  const secrets = kubeconfigSecrets(text);
  expect([...secrets].sort()).toEqual(
    [
      'token-a',
      'password-b',
      base64('cert-c'),
      'cert-c',
      base64('key-c'),
      'key-c',
      'arg-1',
      'arg-2',
      'env-d',
      'refresh-e',
      'p%40ss',
      'p@ss',
    ].sort(),
  );
});

test('secrets of a file that cannot be read are listed all the same', () => {
  const text =
    'users:\n- user:\n    token: abc123\n    client-key-data: "S0VZ"\n  bad: [\n  env: {value: hidden}';
  expect(kubeconfigSecrets(text)).toEqual(['abc123', 'S0VZ', 'hidden']);
});

test.each(['', 'null', '[]', 'users: 1', 'users: [1, {name: a}]', 'users: [{name: a, user: 1}]'])(
  '%j holds no secret',
  (text) => {
    expect(kubeconfigSecrets(text)).toEqual([]);
  },
);
