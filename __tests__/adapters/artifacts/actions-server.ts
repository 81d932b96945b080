import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Fault } from '../github-server.js';

/** An artifact that the server keeps. */
export interface KeptArtifact {
  readonly id: number;
  readonly name: string;
  readonly runId: number;
  content: Buffer;
  digest: string | null;
  isExpired?: boolean;
  expiresAt?: string;
  isOfFork?: boolean;
}

/** GitHub's services for artifacts on this machine: of uploads, of storage, and the REST API. The repository is o/r. */
export interface ActionsServer {
  readonly url: string;
  /** What a job of the run has to upload with. */
  readonly variables: Readonly<Record<string, string>>;
  readonly artifacts: KeptArtifact[];
  /** Method and path of every request, in order, without queries. */
  readonly requests: string[];
  /** Authorization of requests to the storage, which are signed and need none. */
  readonly strayAuthorizations: string[];
  /** Faults for the next requests whose path begins so, one each. */
  readonly faults: { readonly path: string; readonly fault: Fault }[];
  readonly close: () => Promise<void>;
}

export const RUN = { repository: 'o/r', runId: 7 };
const TWIRP = '/twirp/github.actions.results.api.v1.ArtifactService/';

interface Upload {
  readonly name: string;
  readonly blocks: Map<string, Buffer>;
  content: Buffer;
  isDone: boolean;
}

export async function startActions(): Promise<ActionsServer> {
  const artifacts: KeptArtifact[] = [];
  const uploads: Upload[] = [];
  const requests: string[] = [];
  const strayAuthorizations: string[] = [];
  const faults: ActionsServer['faults'] = [];
  let url = '';
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', url);
    requests.push(`${request.method} ${pathname}`);
    const { authorization } = request.headers;
    if (/^\/(?:blob|storage)\//.test(pathname) && authorization !== undefined)
      strayAuthorizations.push(authorization);
    const proceed = (): void => void respond({ url, artifacts, uploads }, request, response);
    const at = faults.findIndex(({ path }) => pathname.startsWith(path));
    const [found] = at < 0 ? [] : faults.splice(at, 1);
    if (found) found.fault(response, proceed);
    else proceed();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const claims = Buffer.from(JSON.stringify({ scp: 'Actions.Results:run-7:job-1' })).toString('base64url');
  return {
    url,
    variables: {
      ACTIONS_RUNTIME_TOKEN: `e30.${claims}.c2ln`,
      ACTIONS_RESULTS_URL: url,
      GITHUB_REPOSITORY: RUN.repository,
      GITHUB_RUN_ID: String(RUN.runId),
    },
    artifacts,
    requests,
    strayAuthorizations,
    faults,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

interface Kept {
  readonly url: string;
  readonly artifacts: KeptArtifact[];
  readonly uploads: Upload[];
}

async function respond(kept: Kept, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '', kept.url);
  const body = await readBody(request);
  if (url.pathname.startsWith(TWIRP)) serve(kept, url.pathname.slice(TWIRP.length), body, response);
  else if (url.pathname.startsWith('/blob/')) store(kept, url, body, response);
  else if (url.pathname.startsWith('/storage/')) give(kept, url, response);
  else if (url.pathname === `/repos/o/r/actions/runs/${RUN.runId}/artifacts`) list(kept, url, response);
  else if (/^\/repos\/o\/r\/actions\/artifacts\/\d+\/zip$/.test(url.pathname)) {
    const [, id] = /(\d+)\/zip$/.exec(url.pathname) ?? [];
    response.writeHead(302, { location: `${kept.url}/storage/${id}?sig=secret` }).end();
  } else send(response, 404, { message: 'Not Found' });
}

/** The service that uploads are announced to and ended with. */
function serve(
  { url, artifacts, uploads }: Kept,
  method: string,
  body: Buffer,
  response: ServerResponse,
): void {
  const { name, hash, size } = JSON.parse(body.toString()) as { name: string; hash?: string; size?: string };
  const index = uploads.findIndex((upload) => upload.name === name && !upload.isDone);
  const upload = uploads[index];
  if (method === 'CreateArtifact') {
    if (uploads.some((one) => one.name === name && one.isDone)) {
      send(response, 409, {
        code: 'already_exists',
        msg: 'an artifact with this name already exists on the workflow run',
      });
      return;
    }
    uploads.push({ name, blocks: new Map(), content: Buffer.alloc(0), isDone: false });
    send(response, 200, { ok: true, signed_upload_url: `${url}/blob/${uploads.length - 1}?sig=secret` });
  } else if (method === 'FinalizeArtifact' && upload?.content.length === Number(size)) {
    upload.isDone = true;
    artifacts.push({
      id: 100 + index,
      name,
      runId: RUN.runId,
      content: upload.content,
      digest: hash ?? null,
    });
    send(response, 200, { ok: true, artifact_id: String(100 + index) });
  } else send(response, 400, { code: 'malformed', msg: `no such upload of ${size} bytes` });
}

/** Azure's storage: blocks, and the list that they are put together by. */
function store({ uploads }: Kept, url: URL, body: Buffer, response: ServerResponse): void {
  const upload = uploads[Number(url.pathname.split('/').at(-1))];
  if (!upload) {
    send(response, 404, {});
    return;
  }
  const comp = url.searchParams.get('comp');
  if (comp === 'block') upload.blocks.set(url.searchParams.get('blockid') ?? '', body);
  else if (comp === 'blocklist') {
    const ids = [...body.toString().matchAll(/<Latest>([^<]+)<\/Latest>/g)].map(([, id]) => id ?? '');
    upload.content = Buffer.concat(ids.map((id) => upload.blocks.get(id) ?? Buffer.alloc(0)));
  } else upload.content = body;
  response
    .writeHead(201, { 'content-length': '0', etag: '"1"', 'last-modified': new Date().toUTCString() })
    .end();
}

function give({ artifacts }: Kept, url: URL, response: ServerResponse): void {
  const found = artifacts.find(({ id }) => String(id) === url.pathname.split('/').at(-1));
  if (!found) send(response, 404, {});
  else {
    response.writeHead(200, { 'content-type': 'zip', 'content-length': String(found.content.length) });
    response.end(found.content);
  }
}

function list({ artifacts }: Kept, url: URL, response: ServerResponse): void {
  const name = url.searchParams.get('name');
  const found = artifacts.filter((one) => name === null || one.name === name);
  send(response, 200, {
    total_count: found.length,
    artifacts: found.map((one) => ({
      id: one.id,
      name: one.name,
      size_in_bytes: one.content.length,
      expired: one.isExpired ?? false,
      expires_at: one.expiresAt ?? '2027-02-25T02:00:00Z',
      digest: one.digest,
      workflow_run: { id: one.runId, repository_id: 1, head_repository_id: one.isOfFork === true ? 2 : 1 },
    })),
  });
}

export function sha256Of(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}
