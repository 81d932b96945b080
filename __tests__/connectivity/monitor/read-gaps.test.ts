import { describe, expect, test } from '@jest/globals';
import { parseClient } from '../../../src/connectivity/monitor/parse-client.js';
import { clockOf, readGaps } from '../../../src/connectivity/monitor/read-gaps.js';
import { NOON, pathFrom } from './readings.js';

const PATH = pathFrom('a', 'b');
const pad = (line: string): string => line.padEnd(159);

/** What a pod shows whose clock is an hour ahead. */
const AHEAD = 3_600_000;
function shown(state: string, records: readonly string[] = [], starts: readonly number[] = [1]): string {
  return [`now ${NOON + AHEAD + 9000}`, ...starts, 'path cross-node-udp', pad(state), ...records, ''].join(
    '\n',
  );
}
const POD = NOON + AHEAD;

function read(text: string): ReturnType<typeof readGaps> {
  const records = parseClient(text);
  if (records === null) throw new Error('not read');
  return readGaps(records, [PATH], { offsetMs: AHEAD });
}

describe('what a probe tells', () => {
  test('is read by the clock of this program: gaps, resets, and the longest', () => {
    const state = `${POD + 8500} 400 370 29 1 1 2010 ${POD + 3000} 0 100 61 1`;
    const { paths, unmeasured } = read(
      shown(state, [`gap ${POD + 1000} 120`, `gap ${POD + 3000} 2010`, `reset ${POD + 6000} 0`]),
    );

    expect(unmeasured).toEqual([]);
    expect(paths).toEqual([
      {
        path: PATH,
        gaps: [
          { startedAt: NOON + 1000, ms: 120, isOpen: false },
          { startedAt: NOON + 3000, ms: 2010, isOpen: false },
        ],
        longest: { startedAt: NOON + 3000, ms: 2010, isOpen: false },
        sent: 400,
        lost: 29,
        reordered: 1,
        resets: [NOON + 6000],
        missedMs: 61,
      },
    ]);
  });

  test('a question without an answer yet is an open gap, once it is long enough', () => {
    const state = (since: number): string => `${POD + 8500} 400 370 0 0 0 150 ${POD + 3000} ${since} 100 0 1`;

    expect(read(shown(state(POD + 8000))).paths[0]?.gaps).toEqual([
      { startedAt: NOON + 8000, ms: 500, isOpen: true },
    ]);
    expect(read(shown(state(POD + 8000))).paths[0]?.longest?.isOpen).toBe(true);
    expect(read(shown(state(POD + 8450))).paths[0]?.gaps).toEqual([]);
  });

  test('what is not measured is said: never an answer, a probe that stopped telling, one that was restarted', () => {
    expect(read(shown(`${POD + 8500} 400 0 0 0 0 0 0 ${POD} 100 0 0`))).toEqual({
      paths: [],
      unmeasured: ['UDP a → b (across nodes) never had an answer.'],
    });
    expect(read(shown(`${POD + 1000} 400 399 0 0 0 12 ${POD} 0 100 0 1`)).unmeasured).toEqual([
      'UDP a → b (across nodes): the probe has told nothing for 8000 ms.',
    ]);
    expect(read(shown(`${POD + 8500} 400 399 0 0 0 12 ${POD} 0 100 0 1`, [], [1, 2])).unmeasured).toEqual([
      'The probe on a was restarted: its connections with it.',
    ]);
    expect(readGaps({ now: POD, starts: 1, paths: new Map() }, [PATH], { offsetMs: 0 }).unmeasured).toEqual([
      'UDP a → b (across nodes) never had an answer.',
    ]);
  });

  test('anything else is not taken for it', () => {
    const state = `${POD + 8500} 400 399 0 0 0 12 ${POD} 0 100 0 1`;
    for (const text of [
      '',
      'bash: not found',
      'now soon',
      shown(''),
      shown(state.slice(0, -2)),
      shown('x'.repeat(12)),
    ]) {
      expect(parseClient(text)).toBeNull();
    }
    expect(
      parseClient(shown(state, ['gap', 'gap 1', 'garbage 1 2']))?.paths.get('cross-node-udp')?.gaps,
    ).toEqual([]);
  });

  test('the clock of a pod is known as well as the question was short', () => {
    expect(clockOf(NOON, NOON + 40, NOON + AHEAD + 20)).toEqual({ offsetMs: AHEAD, errorMs: 20 });
  });
});
