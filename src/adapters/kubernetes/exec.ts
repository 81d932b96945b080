import type { ClientRequest, IncomingMessage } from 'node:http';
import { Writable } from 'node:stream';
import type { Exec, KubeConfig, V1Status } from '@kubernetes/client-node';
import type { ExecOptions, ExecResult } from '../../ports/cluster-client.js';
import type { Connection } from './connection.js';
import { isCertificateFailure, refusal, RequestFailure } from './request-failure.js';

/** As much of client-node as is needed here. */
export interface ExecLibrary {
  readonly Exec: new (config: KubeConfig) => Exec;
}

/** As much of the WebSocket of `ws` as is needed here. */
interface Socket {
  readonly on: (event: string, listener: (...values: never[]) => void) => void;
  readonly terminate: () => void;
}

/** Sees a WebSocket before its request is sent (an option of `ws`). */
type FinishRequest = (request: ClientRequest, socket: Socket) => void;

/** More output than this is cut off. */
const MOST_OUTPUT_BYTES = 10 * 1024 * 1024;
const NEVER_SENT = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];

/**
 * Runs a command in a container by one WebSocket of client-node. One attempt: a command that may have begun is not
 * begun again.
 */
export async function execOnce(
  connection: Connection,
  library: ExecLibrary,
  options: ExecOptions,
): Promise<ExecResult> {
  const { namespace, pod, container, command, timeoutMs, signal } = options;
  const [stdout, stderr] = [new Collected(), new Collected()];
  const sockets: Socket[] = [];
  const outcome = createOutcome();
  const fail = (failure: Error): void => outcome.reject(failure);
  const abort = (): void => fail(new RequestFailure('given up', { kind: 'aborted' }));
  const timer = setTimeout(() => {
    fail(lost(`the command did not end within ${timeoutMs / 1000} s`, 'ETIMEDOUT'));
  }, timeoutMs);
  signal?.addEventListener('abort', abort, { once: true });
  const finishRequest: FinishRequest = (request, socket) => {
    sockets.push(socket);
    explainRefusal(socket, fail);
    request.end();
  };
  const exec = new library.Exec(configOf(connection, finishRequest));
  exec
    .exec(namespace, pod, container, [...command], stdout, stderr, null, false, (status) => {
      const exitCode = exitCodeOf(status);
      if (exitCode === null) fail(notRun(status));
      else outcome.resolve(exitCode);
    })
    .catch((error: unknown) => fail(toFailure(error)));
  try {
    return { exitCode: await outcome.promise, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    for (const socket of sockets) socket.terminate();
  }
}

/** A promise that is settled from elsewhere; the first time counts. */
interface Outcome {
  readonly promise: Promise<number>;
  readonly resolve: (exitCode: number) => void;
  readonly reject: (failure: Error) => void;
}

function createOutcome(): Outcome {
  let settle: Omit<Outcome, 'promise'> | undefined;
  const promise = new Promise<number>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return {
    promise,
    resolve: (exitCode) => settle?.resolve(exitCode),
    reject: (failure) => settle?.reject(failure),
  };
}

/** client-node drops what an answer other than 101 says, and the end of a connection. */
function explainRefusal(socket: Socket, fail: (failure: Error) => void): void {
  socket.on('unexpected-response', (_request: never, response: IncomingMessage) => {
    void readText(response).then((text) => fail(refusal(response.statusCode ?? 0, response.headers, text)));
  });
  socket.on('close', () => fail(lost('the connection ended before the command', 'ECONNRESET')));
}

/** What client-node rejects with: an error event of the WebSocket, or what the credentials threw. */
function toFailure(error: unknown): Error {
  const { error: inner } = error as { readonly error?: Error & { readonly code?: string } };
  if (inner === undefined) return error as Error;
  const failure = lost(inner.message, inner.code ?? '');
  const isUnsent = NEVER_SENT.includes(failure.code) || isCertificateFailure(failure);
  return isUnsent ? new RequestFailure(inner.message, { kind: 'unreachable', code: failure.code }) : failure;
}

/** What a node says of a command that it could not run: a Status that does not say that it is one. */
function notRun(status: V1Status): RequestFailure {
  return refusal(status.code ?? 500, {}, JSON.stringify(Object.assign({}, status, { kind: 'Status' })));
}

function lost(message: string, code: string): RequestFailure {
  return new RequestFailure(message, { kind: 'lost', code });
}

/** All that client-node's Exec asks of a KubeConfig. */
function configOf(connection: Connection, finishRequest: FinishRequest): KubeConfig {
  const config = {
    getCurrentCluster: () => connection.cluster(),
    async applyToHTTPSOptions(options: Record<string, unknown>) {
      const { agent, auth, headers } = await connection.requestOptions();
      Object.assign(options, { agent, headers, finishRequest }, auth === null ? {} : { auth });
    },
  };
  return config as unknown as KubeConfig;
}

/** Null where the command could not be run at all. */
function exitCodeOf({ status, reason, details }: V1Status): number | null {
  if (status === 'Success') return 0;
  if (reason !== 'NonZeroExitCode') return null;
  const cause = details?.causes?.find((candidate) => candidate.reason === 'ExitCode');
  return Number(cause?.message ?? Number.NaN);
}

/** What a command writes. */
class Collected extends Writable {
  private readonly pieces: Buffer[] = [];
  private sizeBytes = 0;

  override _write(piece: Buffer, _encoding: string, done: () => void): void {
    if (this.sizeBytes < MOST_OUTPUT_BYTES)
      this.pieces.push(piece.subarray(0, MOST_OUTPUT_BYTES - this.sizeBytes));
    this.sizeBytes += piece.length;
    done();
  }

  text(): string {
    return Buffer.concat(this.pieces).toString('utf8');
  }
}

async function readText(response: IncomingMessage): Promise<string> {
  let text = '';
  response.setEncoding('utf8');
  try {
    for await (const piece of response) text += piece as string;
  } catch {
    // What came so far has to do.
  }
  return text;
}
