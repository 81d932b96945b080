import { expect, test } from '@jest/globals';
import { inBatches } from '../../../src/upgrade/plan/in-batches.js';
import { turns } from '../gates/build-waiting.js';

const TWENTY = Array.from({ length: 20 }, (_, index) => index);

test('results are in the order of the items, whichever is done first', async () => {
  const results = await inBatches(TWENTY, async (item) => {
    if (item % 2 === 0) await turns();
    return item * 2;
  });
  expect(results).toEqual(TWENTY.map((item) => item * 2));
});

test('at most eight run at a time', async () => {
  let [running, most] = [0, 0];
  await inBatches(TWENTY, async () => {
    running += 1;
    most = Math.max(most, running);
    await turns();
    running -= 1;
  });
  expect(most).toBe(8);
});

test('where some fail, the first is told once all that were begun have ended, and no more are begun', async () => {
  const ended: number[] = [];
  const run = inBatches(TWENTY, async (item) => {
    if (item === 2 || item === 5) throw new Error(`item ${item}`);
    await turns();
    ended.push(item);
  });
  await expect(run).rejects.toThrow('item 2');
  expect(ended).toEqual([0, 1, 3, 4, 6, 7]);
});

test('of nothing, nothing', async () => {
  expect(await inBatches([], () => Promise.reject(new Error('called')))).toEqual([]);
});
