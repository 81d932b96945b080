import type { Annotation, Reporter } from '../../src/ports/reporter.js';

/** A reporter that keeps what it is told. */
export interface FakeReporter extends Reporter {
  /** `info: …`, `warning: …`, `error: …`, `progress: …`, `group: …` and `end: …`, in their order. */
  readonly lines: readonly string[];
  readonly annotations: readonly Annotation[];
  readonly summaries: readonly string[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
}

/** One that has been told nothing yet. Unlike the real ones it drops no progress. */
export function createFakeReporter(): FakeReporter {
  const lines: string[] = [];
  const annotations: Annotation[] = [];
  const summaries: string[] = [];
  const outputs: Record<string, string> = {};
  const secrets: string[] = [];
  const say = (kind: string) => (text: string) => {
    lines.push(`${kind}: ${text}`);
  };
  return {
    lines,
    annotations,
    summaries,
    outputs,
    secrets,
    info: say('info'),
    warning: say('warning'),
    error: say('error'),
    progress: say('progress'),
    async group(title, run) {
      lines.push(`group: ${title}`);
      try {
        return await run();
      } finally {
        lines.push(`end: ${title}`);
      }
    },
    annotate: (more) => void annotations.push(...more),
    writeSummary: (markdown) => Promise.resolve(void summaries.push(markdown)),
    setOutputs: (more) => void Object.assign(outputs, more),
    mask: (secret) => void secrets.push(secret),
  };
}
