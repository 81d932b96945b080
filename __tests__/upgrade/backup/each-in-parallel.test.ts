import { describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { eachInParallel } from '../../../src/upgrade/backup/each-in-parallel.js';

async function* numbers(count: number, given: number[] = []): AsyncGenerator<number> {
  for (let at = 0; at < count; at++) {
    await sleep(0);
    given.push(at);
    yield at;
  }
}

describe('something for each item', () => {
  test('is done for all, never for more at a time than wanted', async () => {
    let [running, most] = [0, 0];
    const done: number[] = [];
    await eachInParallel(numbers(50), 4, async (item) => {
      running += 1;
      most = Math.max(most, running);
      await sleep(5 + (item % 3));
      running -= 1;
      done.push(item);
    });
    expect(most).toBe(4);
    expect(done.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, at) => at));
  });

  test('ends with the first failure, once what was begun is done', async () => {
    const given: number[] = [];
    let running = 0;
    const run = eachInParallel(numbers(1000, given), 4, async (item) => {
      running += 1;
      await sleep(5);
      running -= 1;
      if (item === 9) throw new Error('no');
    });
    await expect(run).rejects.toThrow('no');
    expect(running).toBe(0);
    expect(given.length).toBeLessThan(30);
  });

  test('ends where the items fail, and is nothing where there are none', async () => {
    async function* broken(): AsyncGenerator<number> {
      yield 1;
      await sleep(0);
      throw new Error('unreadable');
    }
    await expect(eachInParallel(broken(), 4, () => Promise.resolve())).rejects.toThrow('unreadable');
    await eachInParallel(numbers(0), 4, () => Promise.reject(new Error('never')));
  });
});
