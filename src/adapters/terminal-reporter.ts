import type { Reporter } from '../ports/reporter.js';
import { clipToWidth, singleLine } from '../report/text.js';
import { createSecrets } from './report-secrets.js';
import { createThrottle } from './report-throttle.js';

/** As much of a `WriteStream` as is written to. */
export interface TerminalOutput {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Where a terminal reporter writes to, and the time in milliseconds. */
export interface TerminalReporterOptions {
  readonly stdout: TerminalOutput;
  readonly stderr: TerminalOutput;
  readonly now: () => number;
}

const TERMINAL_INTERVAL_MS = 100;
const LOG_INTERVAL_MS = 10_000;
const DEFAULT_COLUMNS = 80;
const CLEAR_LINE = '\r\u001b[K';

/**
 * Reports to a person: the text to stdout; warnings, errors and progress to stderr. Annotations, summary and outputs are
 * a workflow's and go nowhere: the text says the same.
 */
export function createTerminalReporter(options: TerminalReporterOptions): Reporter {
  const { stdout, stderr } = options;
  const secrets = createSecrets();
  const isTerminal = stderr.isTTY === true;
  const isDue = createThrottle(
    options.now,
    isTerminal ? TERMINAL_INTERVAL_MS : LOG_INTERVAL_MS,
    isTerminal ? 0 : LOG_INTERVAL_MS,
  );
  let isProgressShown = false;

  function line(output: TerminalOutput, text: string): void {
    if (isProgressShown) stderr.write(CLEAR_LINE);
    isProgressShown = false;
    output.write(`${secrets.hide(text).replace(/\n$/, '')}\n`);
  }

  function progress(text: string): void {
    if (!isDue()) return;
    const shown = secrets.hide(singleLine(text));
    if (!isTerminal) {
      line(stderr, shown);
      return;
    }
    stderr.write(CLEAR_LINE + clipToWidth(shown, (stderr.columns ?? DEFAULT_COLUMNS) - 1, 'end'));
    isProgressShown = true;
  }

  return {
    info: (text) => line(stdout, text),
    warning: (text) => line(stderr, `warning: ${text}`),
    error: (text) => line(stderr, `error: ${text}`),
    progress,
    group(title, run) {
      line(stdout, title);
      return run();
    },
    annotate: () => undefined,
    writeSummary: () => Promise.resolve(),
    setOutputs: () => undefined,
    mask: secrets.add,
  };
}
