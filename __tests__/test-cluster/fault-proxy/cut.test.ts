import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Duplex } from 'node:stream';
import type { Moment } from '../../../test-cluster/fault-proxy/faults.js';
import { eventually } from '../eventually.js';
import { ANSWER, CONFIG_MAPS, create, createdOn, EXEC, type Scene, startScene } from './scene.js';

let scene: Scene;

beforeEach(async () => {
  scene = await startScene();
});

afterEach(() => scene.stop());

const MOMENTS: readonly [Moment, readonly string[]][] = [
  ['before', ['a']],
  ['after', ['a', 'b']],
];

describe.each(MOMENTS)('a line that is cut %s the second write', (at, done) => {
  beforeEach(async () => {
    scene.proxy.cutAtWrite(2, at);
    await create(scene, 'a');
  });

  test('carries writes before it, reads and dry runs', async () => {
    expect(createdOn(scene)).toEqual(['a']);
    expect(await scene.client.ask({ path: CONFIG_MAPS })).toMatchObject({ status: 200 });
    const dryRun = { method: 'POST', path: `${CONFIG_MAPS}?dryRun=All`, body: '{"metadata":{}}' };
    expect(await scene.client.ask(dryRun)).toMatchObject({ status: 200 });
    expect(scene.proxy.isCut()).toBe(false);
  });

  test(`has brought these writes to the server: ${done.join(', ')}`, async () => {
    expect(await create(scene, 'b')).toMatchObject({ status: null, ending: 'broken' });
    expect(scene.proxy.isCut()).toBe(true);
    expect(createdOn(scene)).toEqual(done);
  });

  test('brings nothing after it, until it is healed', async () => {
    await create(scene, 'b');
    const arrived = scene.arrived().length;
    expect(await create(scene, 'c')).toMatchObject({ status: null, ending: 'broken' });
    expect(await scene.client.ask({ path: '/version' })).toMatchObject({ status: null, ending: 'broken' });
    expect(await scene.client.upgrade(EXEC)).toMatchObject({ status: null, ending: 'broken' });
    expect(scene.arrived()).toHaveLength(arrived);
    scene.proxy.heal();
    expect(scene.proxy.isCut()).toBe(false);
    expect(await create(scene, 'd')).toMatchObject({ status: 200 });
  });

  test('says when it is so far, before the client sees anything', async () => {
    const events: string[] = [];
    scene.proxy.heal();
    scene.proxy.cutAtWrite(1, at, () => events.push(`cut, on the server: ${createdOn(scene).join(' ')}`));
    const end = create(scene, 'b').then(({ ending }) => events.push(ending));
    await end;
    await create(scene, 'c');
    expect(events).toEqual([`cut, on the server: ${done.join(' ')}`, 'broken']);
  });
});

test('writes that do not count come through, until the one that is cut', async () => {
  scene.proxy.cutAtWrite(
    2,
    'before',
    () => undefined,
    ({ verb }) => verb === 'create',
  );
  const renew = { method: 'PUT', path: `${CONFIG_MAPS}/a`, body: '{"metadata":{"name":"a"}}' };
  await create(scene, 'a');
  expect(await scene.client.ask(renew)).toMatchObject({ status: 200 });
  expect(await scene.client.ask(renew)).toMatchObject({ status: 200 });
  await create(scene, 'b');
  expect(createdOn(scene)).toEqual(['a']);
  expect(await scene.client.ask(renew)).toMatchObject({ status: null, ending: 'broken' });
});

test('every write can be cut, and what was done is what came before', async () => {
  const names = ['a', 'b', 'c', 'd'];
  for (const name of names) await create(scene, name);
  const writes = scene.proxy.seen.writes().length;
  for (let nth = 1; nth <= writes; nth++) {
    for (const at of ['before', 'after'] as const) {
      scene.api.seen.length = 0;
      scene.proxy.cutAtWrite(nth, at);
      for (const name of names) await create(scene, name);
      expect(createdOn(scene)).toEqual(names.slice(0, at === 'before' ? nth - 1 : nth));
      scene.proxy.heal();
    }
  }
});

describe('what is open when a line is cut', () => {
  test('is broken: watches', async () => {
    scene.api.respond = (request, response) => {
      if (request.url.includes('watch=true')) response.write('{"type":"ADDED"}\n');
      else response.end(ANSWER);
    };
    const watch = scene.client.start({ path: `${CONFIG_MAPS}?watch=true` });
    await eventually(() => Promise.resolve(watch.text() === '' ? null : true), 2000);
    scene.proxy.cutAtWrite(1, 'before');
    await create(scene, 'a');
    expect(await watch.answer).toMatchObject({ status: 200, ending: 'broken' });
  });

  test('is broken: reads whose answer is under way', async () => {
    let answer = (): void => undefined;
    scene.api.respond = (request, response) => {
      if (request.method === 'GET') answer = (): void => void response.end(ANSWER);
      else response.end(ANSWER);
    };
    const read = scene.client.start({ path: CONFIG_MAPS });
    await eventually(() => Promise.resolve(scene.arrived().length === 1 ? true : null), 2000);
    scene.proxy.cutAtWrite(1, 'after');
    await create(scene, 'a');
    answer();
    expect(await read.answer).toMatchObject({ status: null, ending: 'broken' });
  });

  test('is broken: connections of other protocols', async () => {
    let onServer: Duplex | null = null;
    scene.api.upgrade = (_request, socket): void => {
      onServer = socket.on('error', () => undefined).resume();
      socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n');
    };
    const socket = (await scene.client.upgrade(EXEC)) as Duplex;
    scene.proxy.cutAtWrite(1, 'before');
    await create(scene, 'a');
    await eventually(() => Promise.resolve(socket.closed ? true : null), 2000);
    await eventually(() => Promise.resolve(onServer?.closed === true ? true : null), 2000);
  });

  test('never arrives where it was late: a write that latency held back', async () => {
    scene.proxy.add({ nth: 1, fault: { kind: 'latency', ms: 150 } });
    const late = create(scene, 'late');
    await eventually(() => Promise.resolve(scene.proxy.seen.writes().length === 1 ? true : null), 2000);
    scene.proxy.cutAtWrite(1, 'before');
    await create(scene, 'a');
    expect(await late).toMatchObject({ status: null, ending: 'broken' });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(createdOn(scene)).toEqual([]);
  });
});
