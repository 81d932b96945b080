import { describe, expect, test } from '@jest/globals';
import { hideCredentials, isSecretName } from '../../src/text/credentials.js';

const SECRET = 'hunter2-hunter2';
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';
const KEY = '-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAKC\n-----END RSA PRIVATE KEY-----';

describe('what looks like a credential', () => {
  test.each([
    ['a password', `ETCD_PASSWORD=${SECRET}`],
    ['a password in quotes, with spaces', `password: "${SECRET} and more ${SECRET}"`],
    ['a field of JSON', `{"clientSecret":"${SECRET}"}`],
    ['a field of JSON in JSON', `{\\"token\\": \\"${SECRET}\\"}`],
    ['a flag', `--token ${SECRET} --v=2`],
    ['a flag with an equals sign', `--bearer-token=${SECRET}`],
    ['a header', `Authorization: Bearer ${SECRET}`],
    ['an address', `dial https://admin:${SECRET}@etcd.example.com:2379 failed`],
    ['a query', `https://example.com/?access_token=${SECRET}`],
    ['a kubeconfig', `client-key-data: ${Buffer.from(KEY).toString('base64')}${SECRET}`],
  ])('%s', (_what, text) => {
    expect(hideCredentials(text)).not.toContain('hunter2');
    expect(hideCredentials(text)).toContain('***');
  });

  test.each([
    ['a token of a ServiceAccount', JWT],
    ['a token of GitHub', 'ghs_abcdefghijklmnop1234'],
    ['a key of AWS', 'AKIAABCDEFGHIJKLMNOP'],
    ['an identity of age', 'AGE-SECRET-KEY-1QQQQQQQQQQQQQQ'],
    ['a bootstrap token', 'abcdef.0123456789abcdef'],
  ])('%s, wherever it stands', (_what, secret) => {
    expect(hideCredentials(`looking at ${secret}, which`)).toBe('looking at ***, which');
  });

  test('a private key, whole or cut off', () => {
    expect(hideCredentials(`a\n${KEY}\nb`)).toBe('a\n(private key)\nb');
    expect(hideCredentials(`a\n${KEY.slice(0, 50)}`)).toBe('a\n(private key)');
  });
});

test.each([
  '2026-11-27 bird: Mesh_10_0_0_1: Received: Peer de-configured',
  'Readiness probe failed: calico/node is not ready: felix is not ready: Get "http://localhost:9099/readiness"',
  'docker.io/calico/node:v3.31.7@sha256:0123456789abcdef0123456789abcdef',
  'secretName: calico-etcd-secrets',
])('“%s” stays as it is', (text) => {
  expect(hideCredentials(text)).toBe(text);
});

test('no text takes long', () => {
  const begun = performance.now();
  for (const piece of ['token', 'a', '-----BEGIN PRIVATE KEY-----', '--token ', 'eyJ', 'https://'])
    hideCredentials(piece.repeat(100_000 / piece.length));
  expect(performance.now() - begun).toBeLessThan(3000);
});

test('names tell too', () => {
  expect(['DB_PASSWORD', 'etcd_key', 'x.token', 'apiAuth'].map(isSecretName)).toEqual([
    true,
    false,
    true,
    true,
  ]);
  expect(['secretName', 'ETCD_KEY_FILE', 'author'].map(isSecretName)).toEqual([false, false, false]);
});
