import type { RequestInfo } from './request-info.js';

/** A request that came by. */
export interface RecordedRequest extends RequestInfo {
  /** When it came, in milliseconds of the process. */
  readonly atMs: number;
  /** The kind of fault that befell it; null for none. */
  fault: string | null;
  /** Whether the API server saw it. */
  isForwarded: boolean;
  /** What the API server answered with; null where it did not. */
  status: number | null;
}

/** Remembers and counts requests. */
export interface Recorder {
  readonly begin: (request: RequestInfo) => RecordedRequest;
  /** All of them, in the order in which they came. */
  readonly requests: () => readonly RecordedRequest[];
  /** Those that changed something, or tried to. */
  readonly writes: () => readonly RecordedRequest[];
  readonly dryRuns: () => readonly RecordedRequest[];
  /** How many of a kind: `count('create', 'configmaps')`. */
  readonly count: (verb: string, resource: string) => number;
  /** How many by verb and resource: `{ 'list nodes': 3 }`; dry runs as `dry-run apply daemonsets`. */
  readonly counts: () => Readonly<Record<string, number>>;
  readonly clear: () => void;
}

export function createRecorder(): Recorder {
  let all: RecordedRequest[] = [];
  const nameOf = ({ verb, resource, isDryRun }: RequestInfo): string =>
    `${isDryRun ? 'dry-run ' : ''}${verb} ${resource}`;
  return {
    begin(request) {
      const record = { ...request, atMs: performance.now(), fault: null, isForwarded: false, status: null };
      all.push(record);
      return record;
    },
    requests: () => [...all],
    writes: () => all.filter((request) => request.isWrite),
    dryRuns: () => all.filter((request) => request.isDryRun),
    count: (verb, resource) =>
      all.filter((request) => request.verb === verb && request.resource === resource).length,
    counts() {
      const counts: Record<string, number> = {};
      for (const request of all) counts[nameOf(request)] = (counts[nameOf(request)] ?? 0) + 1;
      return counts;
    },
    clear() {
      all = [];
    },
  };
}
