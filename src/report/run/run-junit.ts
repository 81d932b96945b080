import type { TestCase } from '../junit-suites.js';
import type { PartStep } from './report-step.js';

/** A suite for each part of a run, with a test for each of its stages and one for each step (a wave, a gate) of those. */
export function stepSuites(
  server: string,
  steps: readonly PartStep[],
): ReadonlyMap<string, readonly TestCase[]> {
  const parts = [...new Set(steps.map(({ hop }) => hop))];
  return new Map(
    parts.map((part) => {
      const own = steps.filter(({ hop }) => hop === part);
      const stages = [...new Set(own.map(({ stage }) => stage))];
      const cases = stages.flatMap((stage) =>
        casesOf(
          stage,
          own.filter((step) => step.stage === stage),
        ),
      );
      return [`${server}: ${part}`, cases];
    }),
  );
}

function casesOf(stage: string, steps: readonly PartStep[]): readonly TestCase[] {
  const failed = steps.find(({ outcome }) => outcome !== 'done');
  const whole: TestCase = {
    name: `stage ${stage}`,
    path: '',
    failures: failed
      ? [{ type: failed.outcome, message: `at ${failed.title}`, text: `${failed.title}: ${failed.reason}` }]
      : [],
    skipped: null,
    output: '',
    seconds: Math.round(steps.reduce((sum, { seconds }) => sum + seconds, 0) * 10) / 10,
    isSum: true,
  };
  return [whole, ...steps.map(caseOf)];
}

function caseOf({ stage, title, outcome, reason, seconds, written, evidence }: PartStep): TestCase {
  const said = evidence.flatMap((one) => [`${one.title}:`, ...one.lines.map((line) => `  ${line}`)]);
  return {
    name: `${stage}: ${title}`,
    path: '',
    failures:
      outcome === 'done' ? [] : [{ type: outcome, message: reason, text: [reason, ...said].join('\n') }],
    skipped: null,
    output: `${written} objects written`,
    seconds,
  };
}
