import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { RequestFailure } from '../github-retry.js';
import { ArtifactFault } from './artifact-fault.js';

export interface FileOptions {
  readonly maxBytes: number;
  /** How long nothing may come. */
  readonly stallMs: number;
  /** HTTPS_PROXY and its like; honoured where Node does that (from 24.5 on). */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/**
 * Downloads into a file, piece by piece, and gives its digest (`sha256:…`). The address is a secret: it is signed.
 *
 * @throws RequestFailure where the server refuses or breaks off, ArtifactFault where it is longer than allowed; what the
 *   file system throws
 */
export async function downloadFile(url: string, path: string, options: FileOptions): Promise<string> {
  const response = await send(new URL(url), options);
  const { statusCode = 0, headers } = response;
  if (statusCode !== 200) {
    response.destroy();
    throw refused(statusCode, headers);
  }
  const hash = createHash('sha256');
  let size = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of whole(response)) {
      size += chunk.length;
      if (size > options.maxBytes) throw new ArtifactFault(`it has more than ${options.maxBytes} bytes`);
      hash.update(chunk);
      yield chunk;
    }
  }
  await pipeline(counted, createWriteStream(path, { mode: 0o600 }));
  return `sha256:${hash.digest('hex')}`;
}

/** The storage refuses (403) what was signed too long ago: then another address helps. */
function refused(status: number, headers: IncomingMessage['headers']): RequestFailure {
  const isGone = status === 404 || status === 410;
  const known = isGone ? 410 : status >= 500 || status === 429 ? status : 0;
  return new RequestFailure(known, `the storage answers with HTTP ${status}`, headers);
}

/** What comes of an answer, whatever breaks off being a failure of the request. */
async function* whole(response: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    yield* response as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw new RequestFailure(0, reasonOf(error), {});
  }
  if (!response.complete) throw new RequestFailure(0, 'the answer breaks off', {});
}

function send(url: URL, { stallMs, variables }: FileOptions): Promise<IncomingMessage> {
  const isSecure = url.protocol === 'https:';
  const agentOptions = { keepAlive: false, proxyEnv: variables };
  const agent = isSecure ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions);
  const request = (isSecure ? requestHttps : requestHttp)(url, {
    agent,
    timeout: stallMs,
    headers: { 'user-agent': 'calico-upgrade-action', 'accept-encoding': 'identity' },
  });
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    request.once('timeout', () => request.destroy(new Error(`nothing came for ${stallMs / 1000} s`)));
    request.once('error', (error) => reject(new RequestFailure(0, reasonOf(error), {})));
    request.end();
  });
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
