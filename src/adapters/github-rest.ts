import { clip, singleLine } from '../report/text.js';
import { RequestFailure, type Timing, withRetries } from './github-retry.js';

/** A request to the REST API. */
export interface RestRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** From the API's root, percent-encoded, with its query: `/repos/o/n/pulls/1/files?page=2`. */
  readonly path: string;
  readonly accept?: string;
  readonly body?: Readonly<Record<string, unknown>>;
  /** Gives a redirect as it is, and does not follow it. */
  readonly redirect?: 'manual';
}

export interface RestAnswer {
  readonly contentType: string;
  /** Where a redirect leads; empty where there is none. */
  readonly location: string;
  readonly bytes: Uint8Array;
}

/** The REST API. Every call throws {@link RequestFailure} where it fails for good. */
export interface Rest {
  /** One attempt. */
  readonly sendOnce: (request: RestRequest) => Promise<RestAnswer>;
  /** One attempt, its answer read as JSON. */
  readonly jsonOnce: (request: RestRequest) => Promise<unknown>;
  /** As many attempts as are sensible; only for requests that may be repeated. */
  readonly retry: <T>(attempt: () => Promise<T>) => Promise<T>;
}

/** The one call of Octokit that is used; it throws errors with `status`, `message` and `response.headers`. */
export type OctokitRequest = (options: {
  readonly method: string;
  readonly url: string;
  readonly [parameter: string]: unknown;
}) => Promise<{ readonly headers: object; readonly data: unknown }>;

/** What a client of the REST API is made of. */
export interface RestOptions {
  readonly request: OctokitRequest;
  /** Never to be seen in a message. */
  readonly token: string;
  readonly timing: Timing;
  /** How long one attempt may take, its whole answer included. */
  readonly timeoutMs: number;
}

/** GitHub asks for requests one after another; a few at once are fine. */
const PARALLEL_REQUESTS = 6;
const LONGEST_MESSAGE = 300;

/** A client that reads whole answers within a time, tries again, and keeps the token out of messages. */
export function createRest(options: RestOptions): Rest {
  const inTurn = createGate(PARALLEL_REQUESTS);
  const sendOnce = (request: RestRequest): Promise<RestAnswer> => send(request, options);
  return {
    sendOnce,
    jsonOnce: async (request) => parseJson(await sendOnce(request)),
    retry: (attempt) => inTurn(() => withRetries(attempt, options.timing)),
  };
}

async function send(request: RestRequest, options: RestOptions): Promise<RestAnswer> {
  try {
    const answer = await options.request({
      method: request.method,
      url: request.path,
      headers: { accept: request.accept ?? 'application/vnd.github+json' },
      ...request.body,
      // Octokit decodes bodies by their type, and takes half an answer for a whole one.
      request: {
        signal: AbortSignal.timeout(options.timeoutMs),
        parseSuccessResponseBody: false,
        redirect: request.redirect,
      },
    });
    return {
      contentType: headerOf(answer, 'content-type'),
      location: headerOf(answer, 'location'),
      bytes: await readAll(answer.data),
    };
  } catch (error) {
    throw toFailure(error, options.token);
  }
}

function headerOf({ headers }: { readonly headers: object }, name: string): string {
  const value = (headers as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' ? value : '';
}

async function readAll(body: unknown): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function parseJson(answer: RestAnswer): unknown {
  try {
    return JSON.parse(Buffer.from(answer.bytes).toString('utf8'));
  } catch {
    throw new RequestFailure(0, 'the answer is no JSON', {});
  }
}

function toFailure(error: unknown, token: string): RequestFailure {
  const { status, message, response } = error as {
    status?: unknown;
    message?: unknown;
    response?: { headers?: object };
  };
  const text = clip(singleLine(String(message ?? error)), LONGEST_MESSAGE);
  const hidden = token === '' ? text : text.replaceAll(token, '***');
  // Octokit gives a request without an answer the status 500.
  const answered = response !== undefined && typeof status === 'number';
  return new RequestFailure(
    answered ? status : 0,
    hidden,
    (response?.headers ?? {}) as Record<string, unknown>,
  );
}

function createGate(places: number): <T>(run: () => Promise<T>) => Promise<T> {
  let free = places;
  const waiting: (() => void)[] = [];
  return async (run) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((enter) => waiting.push(enter));
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
