import type { ReportStore } from '../../src/ports/report-store.js';

/** A report directory in memory. */
export interface FakeReportStore extends ReportStore {
  /** What was written, by name. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The text of a file; empty where there is none. */
  readonly text: (name: string) => string;
}

/** An empty one; with `failure`, one in which every write throws it. */
export function createFakeReportStore(
  directory = 'calico-report',
  failure: Error | null = null,
): FakeReportStore {
  const files = new Map<string, Uint8Array>();
  return {
    directory,
    files,
    text: (name) => Buffer.from(files.get(name) ?? []).toString('utf8'),
    write(name, content) {
      if (failure) throw failure;
      if (name === '' || name.startsWith('/') || name.split('/').includes('..'))
        throw new Error(`Not a file name for a report: ${name}`);
      files.set(name, typeof content === 'string' ? Buffer.from(content) : Uint8Array.from(content));
      return `${directory.replace(/\/+$/, '')}/${name}`;
    },
  };
}
