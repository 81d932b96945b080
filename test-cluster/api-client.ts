import { Agent, request as httpsRequest } from 'node:https';
import { type IncomingMessage } from 'node:http';
import { EnvironmentError } from '../src/errors.js';

/** Where an API server is, and who calls. */
export interface ApiAccess {
  readonly server: string;
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** What an API server answered. */
export interface ApiAnswer {
  readonly status: number;
  /** The parsed JSON, or the text where it is none. */
  readonly body: unknown;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A small client for setting scenes in tests: no retries, no watches. What is under test uses its own. */
export interface ApiClient {
  /** Any status is an answer. @throws Error where the connection fails. */
  readonly ask: (method: Method, path: string, body?: unknown, contentType?: string) => Promise<ApiAnswer>;
  /** The body of a 2xx answer. @throws EnvironmentError with the API server's message for any other. */
  readonly call: <T = unknown>(
    method: Method,
    path: string,
    body?: unknown,
    contentType?: string,
  ) => Promise<T>;
  readonly close: () => void;
}

/** How many requests may be under way at once. */
const MAX_CONNECTIONS = 64;

export function createApiClient(access: ApiAccess): ApiClient {
  const agent = new Agent({
    keepAlive: true,
    maxSockets: MAX_CONNECTIONS,
    ca: access.authority,
    cert: access.certificate,
    key: access.key,
  });
  const ask: ApiClient['ask'] = (method, path, body, contentType) =>
    send(agent, new URL(path, access.server), { method, body, contentType });
  return {
    ask,
    call: async <T>(method: Method, path: string, body?: unknown, contentType?: string): Promise<T> => {
      const answer = await ask(method, path, body, contentType);
      if (answer.status >= 200 && answer.status < 300) return answer.body as T;
      throw new EnvironmentError(
        `${method} ${path}: ${answer.status} ${messageOf(answer.body)}`,
        'See what the test asked of the API server.',
      );
    },
    close: () => agent.destroy(),
  };
}

interface Sending {
  readonly method: Method;
  readonly body: unknown;
  readonly contentType: string | undefined;
}

function send(agent: Agent, url: URL, { method, body, contentType }: Sending): Promise<ApiAnswer> {
  const content = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  const standard = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const headers = content === undefined ? {} : { 'content-type': contentType ?? standard };
  return new Promise((resolve, reject) => {
    const request = httpsRequest(url, { agent, method, headers }, (response) => {
      readAnswer(response).then(resolve, reject);
    });
    request.on('error', reject);
    request.end(content);
  });
}

async function readAnswer(response: IncomingMessage): Promise<ApiAnswer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const isJson = response.headers['content-type']?.startsWith('application/json') === true;
  return { status: response.statusCode ?? 0, body: isJson ? (JSON.parse(text) as unknown) : text };
}

function messageOf(body: unknown): string {
  if (typeof body === 'string') return body;
  const message = (body as { readonly message?: unknown } | null)?.message;
  return typeof message === 'string' ? message : JSON.stringify(body);
}
