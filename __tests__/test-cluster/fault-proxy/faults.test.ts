import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Fault } from '../../../test-cluster/fault-proxy/faults.js';
import { eventually } from '../eventually.js';
import { ANSWER, CONFIG_MAPS, create, createdOn, type Scene, startScene } from './scene.js';

let scene: Scene;

beforeEach(async () => {
  scene = await startScene();
});

afterEach(() => scene.stop());

const get = (path = '/version'): ReturnType<Scene['client']['ask']> => scene.client.ask({ path });

test('nothing goes wrong until it is told so', async () => {
  scene.api.respond = (_request, response) => {
    response.writeHead(201, { 'content-type': 'text/plain', 'x-kubernetes-pf-flowschema-uid': 'f' });
    response.end('ü'.repeat(200_000));
  };
  const answer = await create(scene, 'a');
  expect(answer).toMatchObject({ status: 201, text: 'ü'.repeat(200_000), ending: 'whole' });
  expect(answer.headers).toMatchObject({
    'content-type': 'text/plain',
    'x-kubernetes-pf-flowschema-uid': 'f',
  });
  expect(createdOn(scene)).toEqual(['a']);
  expect(scene.proxy.seen.requests()).toMatchObject([
    { verb: 'create', resource: 'configmaps', namespace: 'n', fault: null, isForwarded: true, status: 201 },
  ]);
});

test.each([400, 403, 409, 500, 503])('a status of %i is answered as by an API server', async (status) => {
  scene.proxy.add({ fault: { kind: 'status', status } });
  const answer = await get();
  expect(answer).toMatchObject({ status, ending: 'whole' });
  expect(answer.headers['content-type']).toBe('application/json');
  expect(answer.headers['retry-after']).toBeUndefined();
  expect(JSON.parse(answer.text)).toMatchObject({ kind: 'Status', status: 'Failure', code: status });
  expect(scene.arrived()).toEqual([]);
});

test('429 says when to come again', async () => {
  scene.proxy.add({ fault: { kind: 'status', status: 429, retryAfterSeconds: 7 } });
  const answer = await get();
  expect([answer.status, answer.headers['retry-after']]).toEqual([429, '7']);
  expect(JSON.parse(answer.text)).toMatchObject({ reason: 'TooManyRequests' });
});

describe('expired', () => {
  test('ends a watch with an event of 410', async () => {
    scene.proxy.add({ fault: { kind: 'expired' } });
    const answer = await get(`${CONFIG_MAPS}?watch=true`);
    expect(answer).toMatchObject({ status: 200, ending: 'whole' });
    expect(JSON.parse(answer.text)).toMatchObject({
      type: 'ERROR',
      object: { kind: 'Status', reason: 'Expired', code: 410 },
    });
    expect(answer.text.endsWith('\n')).toBe(true);
    expect(scene.arrived()).toEqual([]);
  });

  test('refuses a further page with 410', async () => {
    scene.proxy.add({ match: { isContinued: true }, fault: { kind: 'expired' } });
    expect(await get(CONFIG_MAPS)).toMatchObject({ status: 200, text: ANSWER });
    const answer = await get(`${CONFIG_MAPS}?limit=1&continue=abc`);
    expect(answer.status).toBe(410);
    expect(JSON.parse(answer.text)).toMatchObject({ kind: 'Status', reason: 'Expired', code: 410 });
  });
});

describe('a connection that breaks', () => {
  test('before the server: it sees nothing', async () => {
    scene.proxy.add({ fault: { kind: 'reset', at: 'before' } });
    expect(await create(scene, 'a')).toMatchObject({ status: null, ending: 'broken' });
    expect(createdOn(scene)).toEqual([]);
    expect(scene.proxy.seen.requests()).toMatchObject([{ fault: 'reset', isForwarded: false, status: null }]);
  });

  test('after the server: it has done it', async () => {
    scene.proxy.add({ fault: { kind: 'reset', at: 'after' } });
    expect(await create(scene, 'a')).toMatchObject({ status: null, text: '', ending: 'broken' });
    expect(createdOn(scene)).toEqual(['a']);
    expect(scene.proxy.seen.requests()).toMatchObject([{ fault: 'reset', isForwarded: true, status: 200 }]);
  });
});

describe('a server that stalls', () => {
  test.each<['before' | 'after', readonly string[]]>([
    ['before', []],
    ['after', ['a']],
  ])('%s it was asked says nothing', async (at, done) => {
    scene.proxy.add({ fault: { kind: 'stall', at } });
    expect(await create(scene, 'a', 500)).toMatchObject({ status: null, ending: 'silent' });
    expect(createdOn(scene)).toEqual(done);
  });
});

test.each<Fault['kind']>(['reset', 'stall'])(
  'a request that is to be done and then %s is done, also where the client does not wait',
  async (kind) => {
    let isAborted = false;
    let finish = (): void => undefined;
    scene.api.respond = (_request, response) => {
      response.on('close', () => {
        isAborted = !response.writableFinished;
      });
      finish = (): void => void response.end(ANSWER);
    };
    scene.proxy.add({ fault: { kind, at: 'after' } as Fault });
    expect(await create(scene, 'a', 500)).toMatchObject({ ending: 'silent' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isAborted).toBe(false);
    finish();
    const [record] = scene.proxy.seen.requests();
    expect(await eventually(() => Promise.resolve(record?.status ?? null), 2000)).toBe(200);
  },
);

describe('half an answer', () => {
  test('is the first half of it, and then the connection breaks', async () => {
    scene.proxy.add({ fault: { kind: 'half' } });
    const answer = await create(scene, 'a');
    expect(answer).toMatchObject({ status: 200, ending: 'broken' });
    expect(answer.text).toBe(ANSWER.slice(0, Math.floor(ANSWER.length / 2)));
    expect(createdOn(scene)).toEqual(['a']);
  });

  test('of a watch is the first half of its first event', async () => {
    scene.api.respond = (_request, response) => void response.write('{"type":"ADDED"}\n');
    scene.proxy.add({ fault: { kind: 'half' } });
    expect(await get(`${CONFIG_MAPS}?watch=true`)).toMatchObject({ text: '{"type":', ending: 'broken' });
  });

  test('of a watch that ends without an event is a broken connection', async () => {
    scene.api.respond = (_request, response) => void response.end();
    scene.proxy.add({ fault: { kind: 'half' } });
    expect(await get(`${CONFIG_MAPS}?watch=true`)).toMatchObject({ text: '', ending: 'broken' });
  });
});

describe('latency', () => {
  test('lets request and answer come later', async () => {
    scene.proxy.add({ fault: { kind: 'latency', ms: 150 } });
    const startedAt = performance.now();
    const answer = get();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(scene.arrived()).toEqual([]);
    expect(await answer).toMatchObject({ status: 200, text: ANSWER, ending: 'whole' });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(145);
    expect(scene.arrived()).toEqual(['GET /version']);
  });

  test('does not bring a request whose client has gone', async () => {
    scene.proxy.add({ fault: { kind: 'latency', ms: 150 } });
    const gone = scene.client.start({ method: 'DELETE', path: `${CONFIG_MAPS}/a` });
    await eventually(() => Promise.resolve(scene.proxy.seen.writes().length === 1 ? true : null), 2000);
    gone.hangUp();
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(scene.arrived()).toEqual([]);
  });
});

test('all writes are refused, and reads are not; until it is healed', async () => {
  scene.proxy.refuseWrites(403);
  expect((await create(scene, 'a')).status).toBe(403);
  expect((await scene.client.ask({ method: 'DELETE', path: `${CONFIG_MAPS}/a` })).status).toBe(403);
  expect((await get()).status).toBe(200);
  const dryRun = { method: 'POST', path: `${CONFIG_MAPS}?dryRun=All`, body: '{}' };
  expect((await scene.client.ask(dryRun)).status).toBe(200);
  scene.proxy.heal();
  expect((await create(scene, 'b')).status).toBe(200);
});

test('a server that is not there is a broken connection', async () => {
  await scene.api.stop();
  expect(await get()).toMatchObject({ status: null, ending: 'broken' });
});
