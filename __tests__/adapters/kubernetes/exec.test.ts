import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { ClusterClient } from '../../../src/ports/cluster-client.js';
import { clusterErrorOf } from '../../ports/cluster-client-contract.js';
import { type ApiStandIn, startApiStandIn } from './api-stand-in.js';
import { createQuickClient } from './quick-client.js';
import { renderKubeconfig } from './render-kubeconfig.js';

const SUCCESS = JSON.stringify({ metadata: {}, status: 'Success' });
const ASKED = { namespace: 'n', pod: 'p', container: 'c', command: ['sh', '-c', 'a b'], timeoutMs: 2000 };

// client-node takes its time to load.
jest.setTimeout(30_000);

let api: ApiStandIn;
let client: ClusterClient;

beforeEach(async () => {
  api = await startApiStandIn();
  const { certificate: authority } = api.authority;
  client = await createQuickClient(renderKubeconfig({ server: api.server, authority, token: 'abcdef' }));
});

afterEach(() => api.stop());

test('a command gives what it wrote, and its exit status', async () => {
  api.exec = () => [
    [1, 'out '],
    [2, 'warning'],
    [1, `${'x'.repeat(300)}ü`],
    [3, SUCCESS],
  ];
  expect(await client.exec(ASKED)).toEqual({
    exitCode: 0,
    stdout: `out ${'x'.repeat(300)}ü`,
    stderr: 'warning',
  });
  const url = new URL(api.seen[0]?.url ?? '', api.server);
  expect(url.pathname).toBe('/api/v1/namespaces/n/pods/p/exec');
  expect(url.searchParams.getAll('command')).toEqual(['sh', '-c', 'a b']);
  expect(api.seen[0]?.headers.authorization).toBe('Bearer abcdef');
});

test('a command that fails is no error', async () => {
  const details = { causes: [{ reason: 'ExitCode', message: '7' }] };
  api.exec = () => [[3, JSON.stringify({ status: 'Failure', reason: 'NonZeroExitCode', details })]];
  expect(await client.exec(ASKED)).toMatchObject({ exitCode: 7 });
});

test('a command that cannot be run is an error', async () => {
  const message = 'exec: "nothing": executable file not found in $PATH';
  api.exec = () => [
    // As kubelets say it: without apiVersion and kind.
    [3, JSON.stringify({ metadata: {}, status: 'Failure', reason: 'InternalError', message, code: 500 })],
  ];
  const error = await clusterErrorOf(client.exec(ASKED));
  expect(error).toMatchObject({ verb: 'exec', resource: 'Pod n/p', status: 500 });
  expect(error.message).toContain(`HTTP 500: ${message}.`);
});

test('a command whose connection ends too soon is not begun again', async () => {
  api.exec = () => [[1, 'half']];
  const error = await clusterErrorOf(client.exec(ASKED));
  expect(error.message).toContain('the connection ended before the command');
  expect(error.message).toContain('Whether it was carried out is not known.');
  expect(api.seen).toHaveLength(1);
});

test('a command that does not end in its time is an error', async () => {
  api.answer = () => 200;
  const silent = { ...ASKED, timeoutMs: 100 };
  api.exec = () => new Array<never>(0);
  const stuck = client.exec({ ...silent, signal: AbortSignal.timeout(5000) });
  expect((await clusterErrorOf(stuck)).status).toBeNull();
});
