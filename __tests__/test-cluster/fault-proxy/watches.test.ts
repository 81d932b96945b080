import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '../eventually.js';
import { ANSWER, CONFIG_MAPS, create, type Scene, startScene } from './scene.js';
import type { Conversation } from './plain-client.js';

const EVENT = '{"type":"ADDED","object":{}}\n';

let scene: Scene;
/** Watches as the server has them. */
let watches: ServerResponse[];

beforeEach(async () => {
  scene = await startScene();
  watches = [];
  scene.api.respond = (request, response): void => {
    if (!request.url.includes('watch=true')) response.end(ANSWER);
    else watches.push(response);
  };
});

afterEach(() => scene.stop());

/** A watch that the server has, and that has said nothing yet. */
async function ask(): Promise<Conversation> {
  const before = watches.length;
  const watch = scene.client.start({ path: `${CONFIG_MAPS}?watch=true` });
  await eventually(() => Promise.resolve(watches.length > before ? true : null), 2000);
  return watch;
}

/** A watch that has said something. */
async function begin(): Promise<Conversation> {
  const watch = await ask();
  watches.at(-1)?.write(EVENT);
  await eventually(() => Promise.resolve(watch.text() === EVENT ? true : null), 2000);
  return watch;
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 100));

async function isStillOpen(watch: Conversation): Promise<boolean> {
  return (await Promise.race([watch.answer, pause()])) === undefined;
}

test('an event comes as soon as the server says it', async () => {
  const watch = await begin();
  watches[0]?.write(EVENT);
  await eventually(() => Promise.resolve(watch.text() === EVENT + EVENT ? true : null), 2000);
  watches[0]?.end();
  expect(await watch.answer).toMatchObject({ status: 200, text: EVENT + EVENT, ending: 'whole' });
});

test('a watch that the client ends is ended at the server', async () => {
  const watch = await begin();
  watch.hangUp();
  await eventually(() => Promise.resolve(watches[0]?.closed === true ? true : null), 2000);
});

test('watches that stall say no more, have no end, and keep nothing else from working', async () => {
  const open = [await begin(), await begin()];
  scene.proxy.stallWatches();
  for (const watch of watches) watch.write(EVENT);
  await pause();
  expect(open.map((watch) => watch.text())).toEqual([EVENT, EVENT]);
  for (const watch of watches) watch.end();
  expect(await Promise.all(open.map(isStillOpen))).toEqual([true, true]);
  expect((await create(scene, 'a')).status).toBe(200);
  const next = await begin();
  expect(next.text()).toBe(EVENT);
});

test('a watch that the server has not answered yet stalls, too', async () => {
  const watch = await ask();
  scene.proxy.stallWatches();
  watches[0]?.write(EVENT);
  expect(await isStillOpen(watch)).toBe(true);
  expect(watch.text()).toBe('');
});

test('watches that break are broken for client and server, and can be begun anew', async () => {
  const open = [await begin(), await begin()];
  scene.proxy.breakWatches();
  const endings = await Promise.all(open.map((watch) => watch.answer));
  expect(endings.map(({ ending }) => ending)).toEqual(['broken', 'broken']);
  await eventually(() => Promise.resolve(watches.every(({ closed }) => closed) ? true : null), 2000);
  await begin();
});
