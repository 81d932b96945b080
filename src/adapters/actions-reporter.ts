import * as core from '@actions/core';
import type { Annotation, Reporter } from '../ports/reporter.js';
import { singleLine } from '../report/text.js';
import { createSecrets } from './report-secrets.js';
import { createThrottle } from './report-throttle.js';

const PROGRESS_INTERVAL_MS = 10_000;
const COMMANDS = { error: core.error, warning: core.warning, notice: core.notice } as const;

/** Reports to the step of a workflow that this program runs in; `now` is the time in milliseconds. */
export function createActionsReporter(now: () => number): Reporter {
  const secrets = createSecrets();
  const isDue = createThrottle(now, PROGRESS_INTERVAL_MS, PROGRESS_INTERVAL_MS);

  function info(text: string): void {
    core.info(disarm(secrets.hide(text)).replace(/\n$/, ''));
  }

  function annotate(annotation: Annotation): void {
    const { severity, title, message } = annotation;
    COMMANDS[severity](secrets.hide(message), { title: secrets.hide(title), ...placeOf(annotation) });
  }

  async function writeSummary(markdown: string): Promise<void> {
    await core.summary.emptyBuffer().addRaw(secrets.hide(markdown)).write();
  }

  return {
    info,
    warning: (text) => core.warning(secrets.hide(text)),
    error: (text) => core.error(secrets.hide(text)),
    progress(text) {
      if (isDue()) info(singleLine(text));
    },
    async group(title, run) {
      core.startGroup(secrets.hide(title));
      try {
        return await run();
      } finally {
        core.endGroup();
      }
    },
    annotate: (annotations) => annotations.forEach(annotate),
    writeSummary: (markdown) =>
      writeSummary(markdown).catch((error: unknown) => warn('The job summary could not be written', error)),
    setOutputs(outputs) {
      try {
        for (const [name, value] of Object.entries(outputs)) core.setOutput(name, secrets.hide(value));
      } catch (error) {
        warn('The outputs could not be set', error);
      }
    },
    mask(secret) {
      if (secret.trim() === '') return;
      core.setSecret(secret);
      secrets.add(secret);
    },
  };
}

/** The text with nothing in it that the runner takes for a command: `::name::` at the start of a line, `##[name]` anywhere. */
function disarm(text: string): string {
  return text.replace(/^(\s*):(?=:)/gm, '$1: ').replaceAll('##[', '## [');
}

function placeOf(annotation: Annotation): core.AnnotationProperties {
  const { path, line, column } = annotation;
  if (path === '') return {};
  if (line < 1) return { file: path };
  return { file: path, startLine: line, endLine: line, ...(column < 1 ? {} : { startColumn: column }) };
}

function warn(what: string, error: unknown): void {
  core.warning(`${what}: ${String((error as Partial<Error> | null)?.message ?? error)}`);
}
