import { describe, expect, test } from '@jest/globals';
import { cpuMillis, memoryBytes, parseQuantity } from '../../src/cluster/quantity.js';

describe('quantities', () => {
  test.each([
    ['250m', 0.25],
    ['2', 2],
    [2, 2],
    ['1.5Gi', 1.5 * 2 ** 30],
    ['128974848', 128974848],
    ['129e6', 129e6],
    ['129M', 129e6],
    ['123Mi', 123 * 2 ** 20],
    ['.5', 0.5],
    ['1E', 1e18],
    ['1e3', 1000],
    ['-1', -1],
  ])('%p is %p', (text, number) => {
    expect(parseQuantity(text)).toBe(number);
  });

  test.each([undefined, null, '', 'x', '1.2.3', '1 Gi', '1gi', {}, Number.NaN])('%p is none', (value) => {
    expect(parseQuantity(value)).toBeNull();
  });

  test.each([
    ['100m', 100],
    ['0.1', 100],
    ['1', 1000],
    ['1500n', 1],
    ['250.5m', 251],
  ])('CPU %p is %p millicores, rounded up', (text, millis) => {
    expect(cpuMillis(text)).toBe(millis);
  });

  test('memory is rounded up to whole bytes', () => {
    expect(memoryBytes('100m')).toBe(1);
    expect(memoryBytes('8Gi')).toBe(8 * 2 ** 30);
  });
});
