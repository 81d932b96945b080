import type { KubernetesObject, ServedKind, WatchEvent, WatchOptions } from '../../ports/cluster-client.js';
import type { Backoff } from './backoff.js';
import { collectionPath } from './kinds.js';
import { listPages, selectorQuery } from './list.js';
import { RequestFailure, type StatusBody } from './request-failure.js';
import type { Requests } from './requests.js';
import type { ApiRequest } from './transport.js';

/** How long one connection of a watch lasts before it is made anew, in seconds; up to half as much again. */
export interface WatchTimes {
  readonly connectionSeconds: number;
  /** How long a connection may be silent past its end, in milliseconds, before it counts as stalled. */
  readonly graceMs: number;
}

export const WATCH_TIMES: WatchTimes = { connectionSeconds: 60, graceMs: 10_000 };

/** A connection that lasted so long was a good one. */
const HEALTHY_MS = 5000;

/** An event as the API server sends it, a line each. */
type Line =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; readonly object: KubernetesObject }
  | { readonly type: 'ERROR'; readonly object: StatusBody };

const EVENT_TYPES = { ADDED: 'added', MODIFIED: 'modified', DELETED: 'deleted' } as const;

/**
 * Lists, then watches from where the list ended; from where it was where the connection ends; from a new list where the
 * server no longer knows that place (410). A dead connection shows by its own end not coming.
 */
export async function* watchKind(
  requests: Requests,
  kind: ServedKind,
  options: WatchOptions,
  times: WatchTimes = WATCH_TIMES,
): AsyncGenerator<WatchEvent> {
  const watch: Watch = { requests, kind, options, times, backoff: requests.createBackoff(), version: '' };
  while (options.signal?.aborted !== true) {
    const snapshot = await readSnapshot(requests, kind, options);
    if (snapshot === null) return;
    watch.version = snapshot.resourceVersion;
    yield { type: 'snapshot', objects: snapshot.objects };
    yield* follow(watch);
  }
}

/** A watch under way. */
interface Watch {
  readonly requests: Requests;
  readonly kind: ServedKind;
  readonly options: WatchOptions;
  readonly times: WatchTimes;
  readonly backoff: Backoff;
  /** Resource version of the last event. */
  version: string;
}

/** Null where the signal came first. */
async function readSnapshot(
  requests: Requests,
  kind: ServedKind,
  options: WatchOptions,
): Promise<{ objects: readonly KubernetesObject[]; resourceVersion: string } | null> {
  let objects: KubernetesObject[] = [];
  let resourceVersion = '';
  try {
    for await (const page of listPages(requests, kind, options)) {
      if (page.isRestart) objects = [];
      objects.push(...page.items);
      resourceVersion = page.resourceVersion;
    }
  } catch (error) {
    if (options.signal?.aborted === true) return null;
    throw error;
  }
  return options.signal?.aborted === true ? null : { objects, resourceVersion };
}

/** Connection after connection; ends where events were lost, or the signal came. */
async function* follow(watch: Watch): AsyncGenerator<WatchEvent> {
  const { requests, backoff, options } = watch;
  while (options.signal?.aborted !== true) {
    const beganAt = requests.timing.now();
    const failure = yield* followOnce(watch);
    if (failure.kind === 'aborted') return;
    if (requests.timing.now() - beganAt >= HEALTHY_MS) backoff.reset();
    const isExpired = failure.status === 410;
    // Even what ended well is not asked again at once: a server that ends every connection would be asked in a loop.
    const delayMs = backoff.delayAfter(isExpired ? ended() : failure);
    if (delayMs === null) throw failure;
    await requests.timing.sleep(delayMs, options.signal);
    if (isExpired) return;
  }
}

/** One connection; gives how it ended. */
async function* followOnce(watch: Watch): AsyncGenerator<WatchEvent, RequestFailure> {
  try {
    for await (const line of readLines(watch)) {
      if (line.type === 'ERROR') return toFailure(line.object);
      watch.backoff.reset();
      watch.version = line.object.metadata.resourceVersion ?? watch.version;
      if (line.type !== 'BOOKMARK') yield { type: EVENT_TYPES[line.type], object: line.object };
    }
    return ended();
  } catch (error) {
    if (error instanceof RequestFailure) return error;
    throw error;
  }
}

function watchRequest({ requests, kind, options, times, version }: Watch): ApiRequest {
  const seconds = Math.round(times.connectionSeconds * (1 + requests.timing.random() / 2));
  const query = selectorQuery(options);
  query.set('watch', 'true');
  query.set('allowWatchBookmarks', 'true');
  query.set('resourceVersion', version);
  query.set('timeoutSeconds', String(seconds));
  return {
    method: 'GET',
    path: `${collectionPath(kind, options.namespace ?? null)}?${query.toString()}`,
    silenceMs: seconds * 1000 + times.graceMs,
    signal: options.signal,
  };
}

async function* readLines(watch: Watch): AsyncGenerator<Line> {
  let rest = '';
  for await (const piece of await watch.requests.stream(watchRequest(watch))) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield parseLine(line);
  }
}

function parseLine(line: string): Line {
  try {
    return JSON.parse(line) as Line;
  } catch {
    throw new RequestFailure('an event cannot be read', { kind: 'lost', code: 'BAD_ANSWER' });
  }
}

function ended(): RequestFailure {
  return new RequestFailure('the connection ended', { kind: 'lost' });
}

function toFailure(status: StatusBody): RequestFailure {
  return new RequestFailure(status.message ?? '', {
    kind: 'refused',
    status: status.code ?? 500,
    body: status,
  });
}
