import { describe, expect, test } from '@jest/globals';
import { attributeGaps } from '../../../src/connectivity/monitor/attribute-gaps.js';
import { describeDisruption } from '../../../src/connectivity/monitor/disruption.js';
import { judgeReadings } from '../../../src/connectivity/monitor/judge-readings.js';
import type { StageTime } from '../../../src/connectivity/monitor/types.js';
import { gapAt, NOON, pathFrom, readingOf, readingsOf } from './readings.js';

const LIMITED = { maxMs: 1000, silentMs: 30_000 };
const UNLIMITED = { ...LIMITED, maxMs: null };
const PATH = pathFrom('a', 'b');

describe('whether connections came through', () => {
  test('a gap longer than allowed fails, with the path, how long and when', () => {
    const readings = readingsOf([
      readingOf(PATH, [gapAt(5000, 1001)]),
      readingOf(pathFrom('b', 'c', 'tcp'), [gapAt(5100, 1900)]),
    ]);

    expect(judgeReadings(readings, NOON, LIMITED)).toBe(
      'TCP b → c (across nodes) had no answer for 1900 ms from 12:00:05.100 UTC; max-disruption-ms is 1000.',
    );
    expect(judgeReadings(readings, NOON, { ...LIMITED, maxMs: 1900 })).toBeNull();
    expect(judgeReadings(readings, NOON, UNLIMITED)).toBeNull();
  });

  test('what ended before the last look was judged then; what was open then is judged now', () => {
    const readings = readingsOf([readingOf(PATH, [gapAt(1000, 2000)])]);

    expect(judgeReadings(readings, NOON + 3001, LIMITED)).toBeNull();
    expect(judgeReadings(readings, NOON + 2000, LIMITED)).toContain('2000 ms');
  });

  test('a connection that has had no answer for long fails without a limit, too', () => {
    const silent = (ms: number): string | null =>
      judgeReadings(readingsOf([readingOf(PATH, [gapAt(0, ms, true)])]), NOON + 90_000, UNLIMITED);

    expect(silent(30_000)).toContain('had no answer for 30000 ms from 12:00:00.000 UTC and still has none.');
    expect(silent(29_000)).toBeNull();
  });

  test('a reset, or what cannot be measured, fails where there is a limit', () => {
    const reset = readingsOf([readingOf(PATH, [], { resets: [NOON + 100] })]);
    const unmeasured = readingsOf([], ['The probe on a cannot be read: gone']);

    expect(judgeReadings(reset, NOON, LIMITED)).toContain('was reset at 12:00:00.100 UTC');
    expect(judgeReadings(reset, NOON + 101, LIMITED)).toBeNull();
    expect(judgeReadings(reset, NOON, UNLIMITED)).toBeNull();
    expect(judgeReadings(unmeasured, NOON, LIMITED)).toContain('The probe on a cannot be read: gone');
    expect(judgeReadings(unmeasured, NOON, UNLIMITED)).toBeNull();
  });
});

const STAGES: readonly StageTime[] = [
  { stage: 'crds', title: 'definitions', nodes: [], startedAt: NOON, endedAt: NOON + 1000 },
  { stage: 'nodes', title: 'wave 1', nodes: ['b', 'd'], startedAt: NOON + 2000, endedAt: NOON + 5000 },
];

describe('what was being changed in a gap', () => {
  const stageOf = (start: number, ms: number): string | undefined =>
    attributeGaps([readingOf(PATH, [gapAt(start, ms)])], STAGES)[0]?.stage?.title;

  test('the stage in which it began, and which of its nodes the path touches', () => {
    expect(attributeGaps([readingOf(PATH, [gapAt(2500, 9000)])], STAGES)).toEqual([
      { ...gapAt(2500, 9000), path: PATH, stage: { stage: 'nodes', title: 'wave 1' }, changedNodes: ['b'] },
    ]);
    expect(stageOf(500, 2000)).toBe('definitions');
  });

  test('one that began between stages belongs to that which it reaches into, or to none', () => {
    expect(stageOf(1500, 600)).toBe('wave 1');
    expect(stageOf(1500, 100)).toBeUndefined();
    expect(stageOf(6000, 100)).toBeUndefined();
  });

  test('the longest is told even where it is too short to be kept', () => {
    const time = { nodes: ['a', 'b'], startedAt: NOON, endedAt: NOON + 9000, stages: STAGES };
    const quiet = readingOf(PATH, [], { longest: gapAt(2500, 14) });

    const disruption = describeDisruption(readingsOf([quiet, readingOf(pathFrom('b', 'a'), [])]), time);

    expect(disruption.gaps).toEqual([]);
    expect(disruption.longest).toMatchObject({ ms: 14, path: PATH, changedNodes: ['b'] });
    expect(describeDisruption(readingsOf([]), time).longest).toBeNull();
  });
});
