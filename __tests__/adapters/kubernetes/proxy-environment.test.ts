import { expect, test } from '@jest/globals';
import { proxyFromEnvironment } from '../../../src/adapters/kubernetes/proxy-environment.js';

const PROXY = 'http://proxy.example:3128';

test.each<[string, Readonly<Record<string, string>>, string | null]>([
  ['https://api.example:6443', {}, null],
  ['https://api.example:6443', { HTTPS_PROXY: PROXY }, PROXY],
  ['https://api.example:6443', { https_proxy: PROXY }, PROXY],
  ['https://api.example:6443', { HTTPS_PROXY: 'proxy.example:3128' }, PROXY],
  ['https://api.example:6443', { HTTP_PROXY: PROXY }, null],
  ['http://api.example:8080', { HTTP_PROXY: PROXY }, PROXY],
  ['https://127.0.0.1:6443', { HTTPS_PROXY: PROXY }, null],
  ['https://localhost:6443', { HTTPS_PROXY: PROXY }, null],
  ['https://[::1]:6443', { HTTPS_PROXY: PROXY }, null],
  ['https://api.example:6443', { HTTPS_PROXY: PROXY, NO_PROXY: 'example' }, null],
  ['https://api.example:6443', { HTTPS_PROXY: PROXY, NO_PROXY: '.example' }, null],
  ['https://api.example:6443', { HTTPS_PROXY: PROXY, NO_PROXY: 'ample' }, PROXY],
  ['https://api.example:6443', { HTTPS_PROXY: PROXY, no_proxy: 'other, API.example' }, null],
  ['https://api.example:6443', { HTTPS_PROXY: PROXY, NO_PROXY: 'api.example:6443' }, null],
  ['https://api.example:6443', { HTTPS_PROXY: PROXY, NO_PROXY: 'api.example:443' }, PROXY],
  ['https://api.example', { HTTPS_PROXY: PROXY, NO_PROXY: 'api.example:443' }, null],
  ['https://api.example:6443', { HTTPS_PROXY: PROXY, NO_PROXY: '*' }, null],
  ['https://10.1.2.3:6443', { HTTPS_PROXY: PROXY, NO_PROXY: '10.0.0.0/8' }, null],
  ['https://11.1.2.3:6443', { HTTPS_PROXY: PROXY, NO_PROXY: '10.0.0.0/8' }, PROXY],
  ['https://10.1.2.3:6443', { HTTPS_PROXY: PROXY, NO_PROXY: '10.1.2.3' }, null],
  ['https://[fd00::1]:6443', { HTTPS_PROXY: PROXY, NO_PROXY: 'fd00::1' }, null],
])('%s with %j goes by %s', (server, variables, expected) => {
  expect(proxyFromEnvironment(new URL(server), variables)).toBe(expected);
});
