import { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { clusterErrorOf } from '../../ports/cluster-client-contract.js';
import { createQuickClient } from '../../adapters/kubernetes/quick-client.js';
import { eventually } from '../eventually.js';
import type { PlainAnswer } from './plain-client.js';
import { EXEC, type Scene, startScene } from './scene.js';

// client-node takes its time to load.
jest.setTimeout(30_000);

const SWITCHING =
  'HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\nx-server: real\r\n\r\n';
const ASKED = { namespace: 'n', pod: 'p', container: 'c', command: ['true'], timeoutMs: 2000 };

let scene: Scene;
let onServer: Duplex | null;

beforeEach(async () => {
  onServer = null;
  scene = await startScene();
  // Says everything back.
  scene.api.upgrade = (_request, socket): void => {
    onServer = socket.on('error', () => undefined);
    socket.write(SWITCHING);
    socket.pipe(socket);
  };
});

afterEach(() => scene.stop());

/** What comes back from a connection that is asked to say this back. */
async function sayBack(socket: Duplex, text: string): Promise<string> {
  let back = '';
  socket.setEncoding('utf8').on('data', (piece: string) => {
    back += piece;
  });
  socket.write(text);
  await eventually(() => Promise.resolve(back.length >= text.length ? true : null), 5000);
  return back;
}

async function connect(): Promise<Duplex> {
  const socket = await scene.client.upgrade(EXEC);
  expect(socket).toBeInstanceOf(Duplex);
  return socket as Duplex;
}

const refusal = async (): Promise<PlainAnswer> => (await scene.client.upgrade(EXEC)) as PlainAnswer;

const isClosed = (socket: Duplex | null): Promise<true> =>
  eventually(() => Promise.resolve(socket?.closed === true ? true : null), 2000);

describe('a connection of another protocol', () => {
  test('is carried both ways, a megabyte as well', async () => {
    const text = 'x'.repeat(1_000_000);
    expect(await sayBack(await connect(), text)).toBe(text);
    expect(scene.proxy.seen.requests()).toMatchObject([
      { verb: 'connect', resource: 'pods', subresource: 'exec', isWrite: false, status: 101, fault: null },
    ]);
  });

  test('that the client ends, ends at the server', async () => {
    (await connect()).destroy();
    await isClosed(onServer);
  });

  test('that the server ends brings all that the server has said, however slowly it is read', async () => {
    const text = 'x'.repeat(1_000_000);
    scene.api.upgrade = (_request, socket): void => {
      socket.on('error', () => undefined).write(SWITCHING);
      socket.end(text);
    };
    const socket = await connect();
    await new Promise((resolve) => setTimeout(resolve, 200));
    let received = 0;
    for await (const piece of socket) received += (piece as Buffer).length;
    expect(received).toBe(text.length);
  });

  test('that the server refuses is refused in its words', async () => {
    scene.api.upgrade = (_request, socket): void => {
      const head = ['HTTP/1.1 429 Too Many Requests', 'retry-after: 3', 'content-type: text/plain'];
      socket.end([...head, 'content-length: 4', '', 'busy'].join('\r\n'));
    };
    const answer = await refusal();
    expect(answer).toMatchObject({ status: 429, text: 'busy', ending: 'whole' });
    expect(answer.headers).toMatchObject({ 'retry-after': '3', 'content-type': 'text/plain' });
  });

  test('ends with the proxy', async () => {
    const socket = await connect();
    await scene.proxy.stop();
    await Promise.all([isClosed(socket), isClosed(onServer)]);
  });
});

describe('a fault of an upgrade', () => {
  test('is a status, as an API server would answer', async () => {
    scene.proxy.add({ fault: { kind: 'status', status: 429, retryAfterSeconds: 2 } });
    const answer = await refusal();
    expect(answer).toMatchObject({ status: 429, ending: 'whole', headers: { 'retry-after': '2' } });
    expect(JSON.parse(answer.text)).toMatchObject({ kind: 'Status', code: 429 });
    expect(scene.arrived()).toEqual([]);
  });

  test.each<['before' | 'after', number]>([
    ['before', 0],
    ['after', 1],
  ])('is a connection that breaks %s the server', async (at, arrived) => {
    scene.proxy.add({ fault: { kind: 'reset', at } });
    expect(await refusal()).toMatchObject({ status: null, ending: 'broken' });
    expect(scene.arrived()).toHaveLength(arrived);
    if (arrived === 1) await isClosed(onServer);
  });

  test.each<['before' | 'after', number]>([
    ['before', 0],
    ['after', 1],
  ])('is a server that stalls %s it was asked', async (at, arrived) => {
    scene.proxy.add({ fault: { kind: 'stall', at } });
    const answer = await Promise.race([
      scene.client.upgrade(EXEC),
      new Promise((resolve) => setTimeout(() => resolve('nothing'), 300)),
    ]);
    expect(answer).toBe('nothing');
    expect(scene.arrived()).toHaveLength(arrived);
  });

  test('is latency', async () => {
    scene.proxy.add({ fault: { kind: 'latency', ms: 150 } });
    const startedAt = performance.now();
    expect(await sayBack(await connect(), 'late')).toBe('late');
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(145);
  });

  test.each(['half', 'expired'] as const)('is never %s, and none is noted', async (kind) => {
    scene.proxy.add({ fault: { kind } });
    expect(await sayBack(await connect(), 'fine')).toBe('fine');
    expect(scene.proxy.seen.requests()).toMatchObject([{ fault: null }]);
  });
});

describe('exec of the adapter', () => {
  beforeEach(() => {
    scene.api.upgrade = null;
    scene.api.exec = () => [
      [1, 'out'],
      [2, 'err'],
      [3, JSON.stringify({ status: 'Success' })],
    ];
  });

  test('goes through the proxy', async () => {
    const client = await createQuickClient(scene.proxy.kubeconfig);
    expect(await client.exec(ASKED)).toEqual({ exitCode: 0, stdout: 'out', stderr: 'err' });
    expect(scene.proxy.seen.counts()).toEqual({ 'connect pods': 1 });
  });

  test('is tried again where it was refused, and not where it may have begun', async () => {
    const client = await createQuickClient(scene.proxy.kubeconfig);
    scene.proxy.add({ nth: 1, fault: { kind: 'status', status: 429, retryAfterSeconds: 0 } });
    expect(await client.exec(ASKED)).toMatchObject({ exitCode: 0 });
    expect(scene.proxy.seen.count('connect', 'pods')).toBe(2);
    scene.proxy.add({ nth: 1, fault: { kind: 'reset', at: 'after' } });
    const error = await clusterErrorOf(client.exec(ASKED));
    expect(error.message).toContain('Whether it was carried out is not known.');
    expect(scene.proxy.seen.count('connect', 'pods')).toBe(3);
  });
});
