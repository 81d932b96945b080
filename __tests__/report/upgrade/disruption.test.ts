import { describe, expect, test } from '@jest/globals';
import { describeDisruption, type Disruption } from '../../../src/connectivity/monitor/disruption.js';
import type { PathReading, StageTime } from '../../../src/connectivity/monitor/types.js';
import { renderDisruptionPicture } from '../../../src/report/upgrade/disruption-picture.js';
import {
  renderDisruptionHtml,
  renderDisruptionMarkdown,
  renderDisruptionTerminal,
  reportDisruption,
} from '../../../src/report/upgrade/report-disruption.js';
import { renderDisruptionTimeline, sayLongestGap } from '../../../src/report/upgrade/disruption-timeline.js';
import { gapAt, NOON, pathFrom, readingOf, readingsOf } from '../../connectivity/monitor/readings.js';

const STAGES: readonly StageTime[] = [
  { stage: 'crds', title: 'definitions', nodes: [], startedAt: NOON, endedAt: NOON + 10_000 },
  { stage: 'nodes', title: 'wave 1 of 1', nodes: ['b'], startedAt: NOON + 20_000, endedAt: NOON + 50_000 },
];

function disruptionOf(paths: readonly PathReading[]): Disruption {
  const time = { nodes: ['a', 'b'], startedAt: NOON, endedAt: NOON + 60_000, stages: STAGES };
  return describeDisruption(readingsOf(paths), time);
}

const DISRUPTION = disruptionOf([
  readingOf(pathFrom('a', 'b'), [gapAt(5000, 120), gapAt(30_000, 2500)], { lost: 125 }),
  readingOf(pathFrom('b', 'a', 'tcp'), [gapAt(30_000, 700)], { resets: [NOON + 40_500] }),
  readingOf(pathFrom('a', 'a'), []),
]);

describe('the timeline of gaps as text', () => {
  test('shows the gaps under the stages, the worst path first', () => {
    const [stages = '', first = '', second = '', scale, ...legend] = renderDisruptionTimeline(DISRUPTION);

    expect(stages).toBe(`stage                     ${'A'.repeat(10)}${' '.repeat(10)}${'B'.repeat(30)}`);
    expect(first).toBe(
      `UDP a → b (across nodes)  ${'·'.repeat(5)}▂${'·'.repeat(24)}███${'·'.repeat(27)}  2500 ms, 125 lost`,
    );
    expect(second).toBe(
      `TCP b → a (across nodes)  ${'·'.repeat(30)}▄${'·'.repeat(9)}×${'·'.repeat(19)}  700 ms, 1 reset`,
    );
    expect(scale).toContain('12:00:00.000 UTC to 12:01:00.000 UTC, 60 s');
    expect(legend).toEqual(['A crds: definitions', 'B nodes: wave 1 of 1 [b]']);
  });

  test('says how many paths it leaves out, and nothing of those without a gap', () => {
    const many = Array.from({ length: 15 }, (_, at) =>
      readingOf(pathFrom(`n${at}`, 'z'), [gapAt(0, 100 + at)]),
    );

    const lines = renderDisruptionTimeline(disruptionOf(many));

    expect(lines.filter((line) => line.startsWith('UDP'))).toHaveLength(12);
    expect(lines).toContain('… and 3 more paths with gaps');
    expect(renderDisruptionTimeline(disruptionOf([]))).toHaveLength(4);
  });
});

describe('the longest gap in a sentence', () => {
  test('says how long, where, when, and what was being changed', () => {
    expect(sayLongestGap(DISRUPTION)).toBe(
      'Longest gap of 3 held connections: 2500 ms, UDP a → b (across nodes), from 12:00:30.000 UTC, during nodes: wave 1 of 1 (b was being changed); 1 connection reset.',
    );
    expect(sayLongestGap(disruptionOf([]))).toContain('was not measured');
  });
});

describe('a disruption in a report', () => {
  test('keeps the longest gaps of a network that was noisy for hours, in their order', () => {
    const gaps = Array.from({ length: 300 }, (_, at) => gapAt(at * 100, 100 + at));

    const { gaps: all, paths } = reportDisruption(disruptionOf([readingOf(pathFrom('a', 'b'), gaps)]));

    expect(all).toHaveLength(200);
    expect(paths[0]?.gaps).toEqual(gaps.slice(-20));
  });

  test('says in a terminal and in Markdown what was the longest, what was not measured, and draws the rest', () => {
    const disruption = { ...DISRUPTION, unmeasured: ['The probe on <c> cannot be read: gone'] };

    expect(renderDisruptionTerminal(disruption)).toEqual([
      sayLongestGap(DISRUPTION),
      'The probe on <c> cannot be read: gone',
      '',
      ...renderDisruptionTimeline(DISRUPTION),
    ]);
    const markdown = renderDisruptionMarkdown(disruption);
    expect(markdown).toContain('\n```text\nstage ');
    expect(markdown).not.toContain('<c>');
    expect(renderDisruptionMarkdown(disruptionOf([]))).not.toContain('```');
    const html = renderDisruptionHtml(disruption);
    expect(html).toContain('&lt;c&gt; cannot be read');
    expect(html).toContain('<svg ');
    expect(renderDisruptionHtml(disruptionOf([]))).not.toContain('<svg');
  });
});

describe('the timeline of gaps as a picture', () => {
  test('draws each stage, gap and reset to scale, and says each in words', () => {
    const svg = renderDisruptionPicture(DISRUPTION);

    expect(svg).toMatch(/^<svg .*<\/svg>$/);
    expect(svg.match(/<rect /g)).toHaveLength(2 + 3 + 1);
    expect(svg).toContain('<rect x="615.0" y="27" width="23.8"'); // 30 s of 60 s, for 2.5 s
    expect(svg).toContain('<title>no answer for 2500 ms from 12:00:30.000 UTC</title>');
    expect(svg).toContain('<title>reset at 12:00:40.500 UTC</title>');
  });

  test('takes names as text', () => {
    const hostile = disruptionOf([readingOf(pathFrom('<script>', '"a"'), [gapAt(0, 200)])]);

    expect(renderDisruptionPicture(hostile)).not.toContain('<script>');
  });
});
