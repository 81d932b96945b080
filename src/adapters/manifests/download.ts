import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { EnvironmentError } from '../../errors.js';
import { tooLarge } from './checked-manifests.js';

/** How files are fetched; time and the environment are given, for tests to take their place. */
export interface DownloadOptions {
  /** How long one attempt may take, its whole answer included. */
  readonly timeoutMs: number;
  readonly sleep: (ms: number) => Promise<void>;
  /** HTTPS_PROXY and its like; honoured where Node does that (from 24.5 on). */
  readonly env: Readonly<Record<string, string | undefined>>;
}

const ATTEMPTS = 4;
const FIRST_BACKOFF_MS = 500;
const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** What an attempt came to: the bytes, null for a file that is not there, or why it is worth another one. */
type Attempt = { readonly bytes: Uint8Array | null } | { readonly problem: string };

/**
 * Fetches a file. Redirects to another host or protocol are not followed.
 *
 * @returns null where there is no such file (404, 410)
 * @throws EnvironmentError where the server refuses, answers with more than `maxBytes`, or cannot be reached
 */
export async function download(
  url: URL,
  maxBytes: number,
  options: DownloadOptions,
): Promise<Uint8Array | null> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await attemptDownload(url, maxBytes, options);
    if ('bytes' in outcome) return outcome.bytes;
    if (attempt >= ATTEMPTS) {
      throw new EnvironmentError(
        `${url.href} cannot be fetched: ${outcome.problem} (${attempt} attempts).`,
        'Make the address reachable, set HTTPS_PROXY, or put the files into a directory and name it in the input manifests.',
      );
    }
    await options.sleep(FIRST_BACKOFF_MS * 2 ** (attempt - 1));
  }
}

async function attemptDownload(url: URL, maxBytes: number, options: DownloadOptions): Promise<Attempt> {
  const signal = AbortSignal.timeout(options.timeoutMs);
  let current = url;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    try {
      const response = await send(current, signal, options);
      const status = response.statusCode ?? 0;
      if (!REDIRECTS.has(status)) return await readAnswer(response, status, current, maxBytes);
      response.destroy();
      current = followRedirect(current, response.headers.location);
    } catch (error) {
      if (error instanceof EnvironmentError) throw error;
      return { problem: signal.aborted ? `no answer within ${options.timeoutMs / 1000} s` : reasonOf(error) };
    }
  }
  throw refused(url, 'it redirects again and again');
}

function send(url: URL, signal: AbortSignal, { env }: DownloadOptions): Promise<IncomingMessage> {
  const isSecure = url.protocol === 'https:';
  const agentOptions = { keepAlive: false, proxyEnv: env };
  const agent = isSecure ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions);
  const request = (isSecure ? requestHttps : requestHttp)(url, {
    agent,
    signal,
    headers: { 'user-agent': 'calico-upgrade-action', 'accept-encoding': 'identity' },
  });
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
    request.end();
  });
}

async function readAnswer(
  response: IncomingMessage,
  status: number,
  url: URL,
  maxBytes: number,
): Promise<Attempt> {
  if (status === 200) return { bytes: await readBody(response, url, maxBytes) };
  response.destroy();
  if (status === 404 || status === 410) return { bytes: null };
  if (status === 429 || status >= 500) return { problem: `the server answers with ${status}` };
  throw refused(url, `the server answers with ${status}`);
}

async function readBody(response: IncomingMessage, url: URL, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > maxBytes) {
      response.destroy();
      throw tooLarge(url.href, maxBytes);
    }
    chunks.push(chunk);
  }
  if (!response.complete) throw new Error('the answer breaks off');
  return Buffer.concat(chunks);
}

function followRedirect(from: URL, location: string | undefined): URL {
  const to = location !== undefined && URL.canParse(location, from.href) ? new URL(location, from) : null;
  if (!to) throw refused(from, 'it redirects to no address');
  if (to.host === from.host && to.protocol === from.protocol) return to;
  throw refused(from, `it redirects to another host or protocol (${to.protocol}//${to.host})`);
}

function refused(url: URL, reason: string): EnvironmentError {
  return new EnvironmentError(
    `${url.href} cannot be fetched: ${reason}.`,
    'Correct the input manifests, or put the files into a directory and name it there.',
  );
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  return typeof code === 'string' ? code : String(message ?? error);
}
