import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Fault, Moment } from './faults.js';
import type { RecordedRequest } from './recorder.js';
import type { RequestInfo } from './request-info.js';
import type { Upstream } from './upstream.js';

/** A request on its way, and its answer. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
  readonly info: RequestInfo;
  readonly record: RecordedRequest;
  /** Stops what is forwarded, without an end. */
  readonly muting: AbortController;
  /** To be called when a connection breaks as it was told to, before it does. */
  readonly onFault: (() => void) | undefined;
}

/** Answers a request from the server, or as its fault says. */
export function answerWithFault(exchange: Exchange, fault: Fault | null, upstream: Upstream): void {
  switch (fault?.kind) {
    case undefined:
      forward(exchange, upstream, pass);
      break;
    case 'status':
      answerStatus(exchange, fault.status, fault.retryAfterSeconds);
      break;
    case 'expired':
      answerExpired(exchange);
      break;
    case 'reset':
      atMoment(fault.at, exchange, upstream, () => {
        exchange.onFault?.();
        exchange.response.destroy();
      });
      break;
    case 'stall':
      atMoment(fault.at, exchange, upstream, () => undefined);
      break;
    case 'half':
      forward(exchange, upstream, passHalf);
      break;
    case 'latency': {
      const timer = setTimeout(() => forward(exchange, upstream, pass), fault.ms);
      exchange.response.on('close', () => clearTimeout(timer));
    }
  }
}

type Answer = (exchange: Exchange, answer: IncomingMessage) => void;

/** Whether the server's work ends with the client's patience, as it does without a proxy. */
type Bond = 'bound' | 'unbound';

function forward(exchange: Exchange, upstream: Upstream, answerBy: Answer, bond: Bond = 'bound'): void {
  const { request, response, body, record } = exchange;
  const outgoing = upstream.open({
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: without(request.headers, ['connection', 'host', 'transfer-encoding']),
  });
  record.isForwarded = true;
  outgoing.on('response', (answer) => {
    record.status = answer.statusCode ?? null;
    answer.on('error', () => response.destroy());
    answerBy(exchange, answer);
  });
  outgoing.on('error', () => response.destroy());
  if (bond === 'bound') response.on('close', () => outgoing.destroy());
  outgoing.end(body);
}

function without(headers: IncomingHttpHeaders, names: readonly string[]): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}

function pass(exchange: Exchange, answer: IncomingMessage): void {
  const { response, muting } = exchange;
  const mute = (): void => {
    answer.unpipe(response);
    answer.resume();
  };
  if (muting.signal.aborted) {
    mute();
    return;
  }
  writeHead(response, answer);
  answer.pipe(response);
  muting.signal.addEventListener('abort', mute);
}

function writeHead(response: ServerResponse, answer: IncomingMessage): void {
  response.writeHead(answer.statusCode ?? 502, without(answer.headers, ['connection']));
  response.flushHeaders();
}

/** Of a watch, half of what comes first; of anything else, half of the whole. */
function passHalf({ info, response }: Exchange, answer: IncomingMessage): void {
  const breakAfter = (bytes: Buffer): void => {
    const headers = { ...without(answer.headers, ['transfer-encoding']), 'content-length': bytes.length };
    response.writeHead(answer.statusCode ?? 502, headers);
    response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
  };
  if (info.verb === 'watch') {
    answer.once('data', (piece: Buffer) => breakAfter(piece));
    answer.once('end', () => response.destroy());
    return;
  }
  void readAll(answer).then(breakAfter);
}

function atMoment(at: Moment, exchange: Exchange, upstream: Upstream, happen: () => void): void {
  if (at === 'before') {
    happen();
    return;
  }
  // A watch is done as soon as it has begun; what else was asked has to be done whether the client waits or not.
  if (exchange.info.verb === 'watch') forward(exchange, upstream, happen);
  else forward(exchange, upstream, (_exchange, answer) => void readAll(answer).then(happen), 'unbound');
}

async function readAll(answer: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of answer) pieces.push(piece as Buffer);
  } catch {
    // The client has gone, and with it the request.
  }
  return Buffer.concat(pieces);
}

function answerStatus({ response }: Exchange, status: number, retryAfterSeconds?: number): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
  });
  response.end(JSON.stringify(statusBody(status)));
}

function answerExpired(exchange: Exchange): void {
  if (exchange.info.verb !== 'watch') {
    answerStatus(exchange, 410);
    return;
  }
  exchange.response.writeHead(200, { 'content-type': 'application/json' });
  exchange.response.end(`${JSON.stringify({ type: 'ERROR', object: statusBody(410) })}\n`);
}

const REASONS: Readonly<Record<number, string>> = {
  403: 'Forbidden',
  410: 'Expired',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** What programs know such an answer by that read no code. */
const MESSAGES: Readonly<Record<number, string>> = {
  429: 'Too many requests, please try again later.',
  500: 'Internal error occurred: a fault of the proxy',
  503: 'the server is currently unable to handle the request',
  504: 'Timeout: request did not complete within the allotted timeout',
};

/** The answer of an API server that refuses. */
export function statusBody(status: number): object {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: MESSAGES[status] ?? 'a fault of the proxy',
    reason: REASONS[status] ?? 'Unknown',
    code: status,
  };
}
