import { type World, terminalOf } from '../adapters/environment.js';
import { readMarkdownLinks } from '../adapters/github-event.js';
import { explain } from '../errors.js';
import type { Reporter } from '../ports/reporter.js';
import type { ReportStore } from '../ports/report-store.js';
import type { ReportPublication } from '../report/publish-cluster-report.js';
import type { Result } from '../report/report.js';
import type { BackupTarget } from './backup-target.js';

/** Where the reports of a run go, and what of them is uploaded. */
export interface RunStore extends ReportStore {
  /** Names of what was written. */
  readonly written: ReadonlySet<string>;
}

/** The report directory; secrets that the run knows of are in no file that is written to it. */
export function createRunStore(store: ReportStore, hide: (text: string) => string): RunStore {
  const written = new Set<string>();
  return {
    directory: store.directory,
    written,
    write(name, content) {
      const path = store.write(name, typeof content === 'string' ? hide(content) : content);
      written.add(name);
      return path;
    },
  };
}

export interface RunPublication {
  readonly result: Result;
  /** Whether the run may have written to the cluster: then nothing that goes wrong here changes what came of it. */
  readonly hasRun: boolean;
  readonly store: RunStore;
  /** What the files are uploaded to; null where they are not. */
  readonly target: BackupTarget | null;
  /** The report directory, as the file system knows it. */
  readonly directory: string;
  readonly reporter: Reporter;
}

/**
 * Publishes what came of a run and uploads its files.
 *
 * @throws what publishing throws where the run did nothing; otherwise that is a warning
 */
export async function publishRun(
  publish: () => Promise<void>,
  { result, hasRun, store, target, directory, reporter }: RunPublication,
): Promise<void> {
  try {
    await publish();
  } catch (error) {
    if (!hasRun) throw error;
    reporter.setOutputs({ result });
    reporter.warning(
      `The report could not be made, and the result is ${result} all the same: ${explain(error)}`,
    );
  }
  if (target === null || store.written.size === 0) return;
  try {
    await target.store.upload(target.name, directory, null, (path) => store.written.has(path));
    reporter.info(`The report was uploaded as the artifact ${target.name}.`);
  } catch (error) {
    reporter.warning(`The report could not be uploaded: ${explain(error)}`);
  }
}

/** Where a report goes besides the store. */
export function publicationOf(world: World, reporter: Reporter, store: ReportStore): ReportPublication {
  return {
    reporter,
    store,
    links: readMarkdownLinks(world.variables, null),
    terminal: terminalOf(world),
  };
}
