import type { AttributedGap, PathReading, StageTime } from './types.js';

/**
 * All gaps, longest first, each with the stage in which it began. One that began in none but reached into one belongs to
 * that one: what a stage does may tell before its time is taken, by as much as the clocks are off. Pure.
 */
export function attributeGaps(
  paths: readonly PathReading[],
  stages: readonly StageTime[],
): readonly AttributedGap[] {
  return paths
    .flatMap(({ path, gaps }) =>
      gaps.map((gap): AttributedGap => {
        const stage = stageOf(gap.startedAt, gap.startedAt + gap.ms, stages);
        const changedNodes = (stage?.nodes ?? []).filter((node) => node === path.from || node === path.to);
        return {
          ...gap,
          path,
          stage: stage === null ? null : { stage: stage.stage, title: stage.title },
          changedNodes,
        };
      }),
    )
    .toSorted((left, right) => right.ms - left.ms || left.startedAt - right.startedAt);
}

function stageOf(start: number, end: number, stages: readonly StageTime[]): StageTime | null {
  const begun = stages.find(({ startedAt, endedAt }) => startedAt <= start && start <= endedAt);
  return begun ?? stages.find(({ startedAt, endedAt }) => startedAt <= end && start <= endedAt) ?? null;
}
