import { describe, expect, test } from '@jest/globals';
import { checkFormat, isCidr, isIp } from '../../../src/upgrade/stored-objects/formats.js';
import { checkPattern } from '../../../src/upgrade/stored-objects/patterns.js';

describe('patterns in Go’s syntax', () => {
  test.each([
    ['debug', '^(?i)(Off|Info|Debug)?$', true],
    ['loud', '^(?i)(Off|Info|Debug)?$', false],
    ['Auto', '^(Auto|Legacy)$', true],
    ['auto', '^(Auto|Legacy)$', false],
    ['a-b', String.raw`^[a-z\-]+$`, true],
    ['1m30s', String.raw`^([0-9]+(\.[0-9]+)?(ms|s|m|h))*$`, true],
    ['anything', '^(', null],
  ])('%j against %s: %j', (text, pattern, expected) => {
    expect(checkPattern(text, pattern)).toBe(expected);
  });

  test('that could backtrack without end are not tried on long texts', () => {
    const start = performance.now();
    const nested = String.raw`^(([0-9]*(\.[0-9]*)?(ms|s|h|m|us)+)+|Auto)$`;
    expect(checkPattern(`${'s'.repeat(60)}!`, nested)).toBeNull();
    expect(checkPattern(`${'s'.repeat(15)}!`, nested)).toBe(false);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

test.each([
  ['10.0.0.0/8', true],
  ['10.0.0.1/32', true],
  ['10.0.0.0/33', false],
  ['10.0.0/8', false],
  ['010.0.0.0/8', false],
  ['fd00::/48', true],
  ['fd00::/129', false],
  ['::ffff:10.0.0.0/96', true],
  ['fd00::%eth0/64', false],
  ['10.0.0.0', false],
])('%s is a network: %j', (text, expected) => {
  expect(isCidr(text)).toBe(expected);
  expect(checkFormat(text, 'cidr')).toBe(expected);
});

test('addresses are told from other texts, and formats that nobody knows fit', () => {
  expect(['10.0.0.1', '::1', '10.0.0.256', 'host'].map(isIp)).toEqual([true, true, false, false]);
  expect(checkFormat('x', 'int-or-string')).toBe(true);
  expect(['YQ==', 'Y'].map((text) => checkFormat(text, 'byte'))).toEqual([true, false]);
  expect(['2026-01-01T00:00:00Z', 'soon'].map((text) => checkFormat(text, 'date-time'))).toEqual([
    true,
    false,
  ]);
});
