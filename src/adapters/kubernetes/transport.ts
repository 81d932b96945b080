import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { Connection } from './connection.js';
import { RequestFailure, refusal } from './request-failure.js';

/** One request to the API server. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From the server's root, percent-encoded, with its query. */
  readonly path: string;
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: string;
  /** Longest silence on the line; the client's default where nothing is said. */
  readonly silenceMs?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface ApiAnswer {
  readonly text: string;
  readonly contentType: string;
  /** The server's clock, in milliseconds since the epoch; null where it does not say. */
  readonly date: number | null;
}

/** One attempt at a request. Both throw {@link RequestFailure}, and what is wrong with the credentials. */
export interface Transport {
  /** The whole answer. */
  readonly send: (request: ApiRequest) => Promise<ApiAnswer>;
  /** The answer as it comes: text in pieces. Ending the iteration closes the connection. */
  readonly stream: (request: ApiRequest) => Promise<AsyncIterable<string>>;
  /** Whether the server has answered anything yet. */
  readonly hasAnswered: () => boolean;
}

/** The server notices a dead peer by itself; so does this side. */
const KEEP_ALIVE_MS = 15_000;

/** Speaks HTTP with what a kubeconfig says. */
export function createTransport(connection: Connection, silenceMs: number): Transport {
  let hasAnswered = false;
  const open = async (request: ApiRequest): Promise<IncomingMessage> => {
    const response = await attempt(connection, request, request.silenceMs ?? silenceMs);
    hasAnswered = true;
    const status = response.statusCode ?? 0;
    if (status < 400) return response;
    throw refusal(status, response.headers, await readAll(response));
  };
  return {
    hasAnswered: () => hasAnswered,
    send: async (request) => {
      const response = await withFreshCredentials(connection, () => open(request));
      return {
        text: await readAll(response),
        contentType: response.headers['content-type'] ?? '',
        date: response.headers.date === undefined ? null : Date.parse(response.headers.date),
      };
    },
    stream: async (request) => pieces(await withFreshCredentials(connection, () => open(request))),
  };
}

/** A token may have been revoked or have run out: once, with a new one where the kubeconfig says how to get it. */
export async function withFreshCredentials<T>(connection: Connection, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof RequestFailure) || error.status !== 401 || !connection.renew()) throw error;
    return run();
  }
}

async function attempt(
  connection: Connection,
  request: ApiRequest,
  silenceMs: number,
): Promise<IncomingMessage> {
  const options = await connection.requestOptions();
  const { server } = connection;
  const headers = {
    ...options.headers,
    accept: request.accept ?? 'application/json',
    'user-agent': 'calico-upgrade-action',
    ...(request.body === undefined
      ? {}
      : {
          'content-type': request.contentType ?? 'application/json',
          'content-length': String(Buffer.byteLength(request.body)),
        }),
  };
  if (request.signal?.aborted === true) throw givenUp();
  return new Promise((resolve, reject) => {
    const { request: start } = server.protocol === 'http:' ? http : https;
    const outgoing = start({
      agent: options.agent,
      auth: options.auth,
      method: request.method,
      hostname: server.hostname.replace(/^\[|\]$/g, ''),
      port: server.port,
      path: `${server.pathname.replace(/\/$/, '')}${request.path}`,
      headers,
    });
    let isSent = false;
    let incoming: IncomingMessage | null = null;
    const fail = (failure: RequestFailure): void => void (incoming ?? outgoing).destroy(failure);
    const abort = (): void => fail(givenUp());
    const timer = startTimer(silenceMs, () => fail(silence(silenceMs, isSent)));
    request.signal?.addEventListener('abort', abort, { once: true });
    const settle = (): void => {
      timer.stop();
      request.signal?.removeEventListener('abort', abort);
    };
    outgoing.on('socket', (socket: Socket) => {
      socket.setKeepAlive(true, KEEP_ALIVE_MS);
      if (!socket.connecting) isSent = true;
      else
        socket.once(server.protocol === 'http:' ? 'connect' : 'secureConnect', () => {
          isSent = true;
        });
    });
    outgoing.on('error', (error) => {
      settle();
      reject(failureOf(error, isSent));
    });
    outgoing.on('response', (response) => {
      incoming = response;
      // What goes wrong is told to who reads; until then nobody may be listening.
      response.on('error', () => undefined);
      response.on('data', timer.restart);
      response.on('close', settle);
      response.pause();
      resolve(response);
    });
    outgoing.end(request.body);
  });
}

interface Timer {
  readonly restart: () => void;
  readonly stop: () => void;
}

function startTimer(ms: number, ring: () => void): Timer {
  const timer = setTimeout(ring, ms);
  return { restart: () => void timer.refresh(), stop: () => clearTimeout(timer) };
}

async function readAll(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of pieces(response)) text += piece;
  return text;
}

async function* pieces(response: IncomingMessage): AsyncGenerator<string> {
  response.setEncoding('utf8');
  try {
    for await (const piece of response) yield piece as string;
  } catch (error) {
    throw failureOf(error as Error, true);
  } finally {
    response.destroy();
  }
}

function failureOf(error: Error & { readonly code?: unknown }, isSent: boolean): RequestFailure {
  if (error instanceof RequestFailure) return error;
  const code = typeof error.code === 'string' ? error.code : '';
  const inner = error instanceof AggregateError ? (error.errors as Error[])[0] : undefined;
  return new RequestFailure(inner?.message ?? error.message, { kind: isSent ? 'lost' : 'unreachable', code });
}

function silence(ms: number, isSent: boolean): RequestFailure {
  return new RequestFailure(`no answer for ${ms / 1000} s`, {
    kind: isSent ? 'lost' : 'unreachable',
    code: 'ETIMEDOUT',
  });
}

function givenUp(): RequestFailure {
  return new RequestFailure('given up', { kind: 'aborted', code: 'ABORT_ERR' });
}
