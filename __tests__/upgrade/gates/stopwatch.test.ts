import { describe, expect, test } from '@jest/globals';
import { createStopwatch } from '../../../src/upgrade/gates/stopwatch.js';

function clock(): { stopwatch: ReturnType<typeof createStopwatch>; at: (ms: number) => void } {
  let now = 1_000;
  return { stopwatch: createStopwatch(() => now), at: (ms) => void (now = 1_000 + ms) };
}

describe('a stopwatch', () => {
  test('tells how long something was so, from the first judgement that asked', () => {
    const { stopwatch, at } = clock();
    const asks = (): boolean => stopwatch.during((lasts) => lasts('slow', 50));
    expect(asks()).toBe(false);
    at(49);
    expect(asks()).toBe(false);
    at(50);
    expect(asks()).toBe(true);
  });

  test('begins anew where a judgement did not ask: it was not so', () => {
    const { stopwatch, at } = clock();
    stopwatch.during((lasts) => lasts('slow', 50));
    at(40);
    stopwatch.during((lasts) => lasts('other', 50));
    at(60);
    expect(stopwatch.during((lasts) => lasts('slow', 50))).toBe(false);
    at(110);
    expect(stopwatch.during((lasts) => lasts('slow', 50))).toBe(true);
  });

  test('says when to judge again: when the next thing is due, and never where nothing is', () => {
    const { stopwatch, at } = clock();
    expect(stopwatch.next()).toBe(Infinity);
    stopwatch.during((lasts) => [lasts('a', 300), lasts('b', 80)]);
    expect(stopwatch.next()).toBe(80);
    at(30);
    expect(stopwatch.next()).toBe(50);
    at(500);
    expect(stopwatch.next()).toBe(0);
    stopwatch.during((lasts) => lasts('a', 300));
    expect(stopwatch.next()).toBe(Infinity);
  });

  test('keeps what was asked for before a judgement threw', () => {
    const { stopwatch, at } = clock();
    const judge = (): never =>
      stopwatch.during((lasts) => {
        lasts('a', 10);
        throw new TypeError('a fault');
      });
    expect(judge).toThrow(TypeError);
    at(10);
    expect(stopwatch.during((lasts) => lasts('a', 10))).toBe(true);
  });
});
