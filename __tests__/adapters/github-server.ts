import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What GitHub is to know. The repository is o/r, the pull request 7, its base `b45e`. */
export interface GithubState {
  /** Entries of the list of files, as the REST API gives them. */
  files: readonly object[];
  /** Files of the base branch. */
  base: Readonly<Record<string, string | Uint8Array>>;
  /** Whether the token may read contents: without, GitHub answers 404. */
  mayRead: boolean;
  /** Paths that the contents API finds too large. */
  tooLarge: readonly string[];
  comments: { id: number; body: string; user: { login: string; type: 'Bot' | 'User' } }[];
  /** Whom the token belongs to; a workflow's cannot ask. */
  login: string | null;
  /** What new comments are written as. */
  author: { login: string; type: 'Bot' | 'User' };
}

/** Answers a request in GitHub's place. */
export type Fault = (response: ServerResponse, proceed: () => void) => void;

/** A small GitHub on this machine. */
export interface GithubServer {
  readonly url: string;
  readonly state: GithubState;
  /** Method and path of every request, in order. */
  readonly requests: string[];
  readonly authorizations: Set<string>;
  /** Faults for the next requests, one each. */
  readonly faults: Fault[];
  readonly close: () => Promise<void>;
}

const REPOSITORY = '/repos/o/r';
const RAW_TYPE = 'application/vnd.github.raw+json; charset=utf-8';
const TOO_LARGE = { message: 'This API returns blobs up to 1 MB in size.', errors: [{ code: 'too_large' }] };

/** Starts one with an empty pull request, written to by a workflow's token. */
export async function startGithub(over: Partial<GithubState> = {}): Promise<GithubServer> {
  const state: GithubState = {
    files: [],
    base: {},
    mayRead: true,
    tooLarge: [],
    comments: [],
    login: null,
    author: { login: 'github-actions[bot]', type: 'Bot' },
    ...over,
  };
  const requests: string[] = [];
  const authorizations = new Set<string>();
  const faults: Fault[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    authorizations.add(request.headers.authorization ?? '');
    const proceed = (): void => void respond(state, request, response);
    const fault = faults.shift();
    if (fault) fault(response, proceed);
    else proceed();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    state,
    requests,
    authorizations,
    faults,
    close: () => stop(server),
  };
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

/** An answer other than the right one: a status, headers, and what GitHub would say. */
export function refuse(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Fault {
  return (response) => sendJson(response, { message }, status, headers);
}

/** An answer that breaks off in its middle. */
export const breakOff: Fault = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('[{"filename":', () => response.destroy());
};

/** No answer at all. */
export const hang: Fault = () => undefined;

/** The request is done, but the connection breaks before the answer. */
export const loseAnswer: Fault = (response, proceed) => {
  response.end = () => response.destroy();
  proceed();
};

async function respond(
  state: GithubState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '', 'http://localhost');
  const path = url.pathname;
  const isWrite = request.method !== 'GET';
  if (path === '/user') sendUser(state, response);
  else if (path === `${REPOSITORY}/pulls/7/files`) sendPage(state.files, url, response);
  else if (path.startsWith(`${REPOSITORY}/contents`)) sendContents(state, url, request, response);
  else if (path.startsWith(`${REPOSITORY}/git/blobs/`)) sendBlob(state, path, response);
  else if (path === `${REPOSITORY}/git/commits/b45e` && state.mayRead) sendJson(response, { sha: 'b45e' });
  else if (path === `${REPOSITORY}/issues/7/comments` && !isWrite) sendPage(state.comments, url, response);
  else if (path.startsWith(`${REPOSITORY}/issues/`))
    writeComment(state, path, await readBody(request), response);
  else sendJson(response, { message: 'Not Found' }, 404);
}

function sendUser({ login }: GithubState, response: ServerResponse): void {
  if (login === null) sendJson(response, { message: 'Resource not accessible by integration' }, 403);
  else sendJson(response, { login });
}

function sendPage(items: readonly object[], url: URL, response: ServerResponse): void {
  const size = Number(url.searchParams.get('per_page') ?? 30);
  const start = (Number(url.searchParams.get('page') ?? 1) - 1) * size;
  sendJson(response, items.slice(start, start + size));
}

function sendContents(
  state: GithubState,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const path = decodeURIComponent(url.pathname.slice(`${REPOSITORY}/contents/`.length));
  const content = state.base[path];
  const folder = path === '' ? '' : `${path}/`;
  const listed = Object.keys(state.base).filter((name) => parentOf(name) === folder);
  const isRaw = request.headers.accept === 'application/vnd.github.raw+json';
  if (!state.mayRead || url.searchParams.get('ref') !== 'b45e')
    sendJson(response, { message: 'Not Found' }, 404);
  else if (state.tooLarge.includes(path)) sendJson(response, TOO_LARGE, 403);
  else if (content !== undefined && isRaw) send(response, content, RAW_TYPE);
  else if (listed.length === 0) sendJson(response, { message: 'Not Found' }, 404);
  else
    sendJson(
      response,
      listed.map((name) => ({ path: name, sha: hash(name) })),
    );
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

function sendBlob(state: GithubState, path: string, response: ServerResponse): void {
  const name = Object.keys(state.base).find((candidate) => path.endsWith(`/${hash(candidate)}`));
  send(response, state.base[name ?? ''] ?? '', RAW_TYPE);
}

function writeComment(state: GithubState, path: string, body: string, response: ServerResponse): void {
  const text = (JSON.parse(body) as { body: string }).body;
  const id = Number(path.split('/').at(-1));
  const comment = state.comments.find((candidate) => candidate.id === id);
  if (comment) comment.body = text;
  else state.comments.push({ id: 1000 + state.comments.length, body: text, user: state.author });
  sendJson(response, {}, comment ? 200 : 201);
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

function sendJson(
  response: ServerResponse,
  value: object,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(value));
}

function send(response: ServerResponse, content: string | Uint8Array, type: string): void {
  response.writeHead(200, { 'content-type': type });
  response.end(content);
}

function hash(name: string): string {
  return createHash('sha1').update(name).digest('hex');
}
