import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Server as Listener } from 'node:net';
import { ClusterError } from '../../src/errors.js';
import type { ClusterClient, KubernetesObject, ServedKind } from '../../src/ports/cluster-client.js';
import { createAuthority } from '../certificates/certificate.js';
import { CALICO_API } from '../ready-made/calico-objects.js';
import { asFields, asObject } from '../ready-made/fields.js';
import type { ApiEndpoint } from './render/api-server.js';

const GROUP = 'projectcalico.org';
const VERSION = `${GROUP}/v3`;

/** Kinds of the datastore that the API does not show (projectcalico/api v3 `register.go`). */
const HIDDEN = new Set(['BlockAffinity', 'IPAMBlock', 'IPAMConfig', 'IPAMHandle']);

/** What a request path asks for: the kind by its plural, and where. */
const RESOURCE = new RegExp(`^/apis/${VERSION}(?:/namespaces/([^/]+))?/([^/]+)(?:/([^/]+))?$`);

/** Calico's own API, served on this machine. */
export interface CalicoApi {
  /** Where to register it. */
  readonly endpoint: ApiEndpoint;
  readonly stop: () => Promise<void>;
}

/**
 * Serves `projectcalico.org/v3` in place of calico-apiserver, whose pods hold none of it: enough for the API server to
 * find it available, for discovery, and for reading, writing and deleting objects, which lie in
 * `crd.projectcalico.org/v1` as with the real one. There are no watches, no validation and no names without their
 * tier. It believes every caller.
 *
 * @param listener in a network of the API server's; null: one on this machine's loopback interface is made
 */
export async function serveCalicoApi(
  client: ClusterClient,
  listener: Listener | null = null,
): Promise<CalicoApi> {
  const authority = createAuthority('calico-apiserver');
  const names = ['calico-api.calico-apiserver.svc', 'calico-api.calico-system.svc', 'localhost'];
  const { certificate, key } = authority.issue({ commonName: 'calico-api', usages: ['server'], names });
  const server = createServer({ cert: certificate, key }, (request, response) => {
    answer(client, request, response).catch((error: unknown) => {
      const status = error instanceof ClusterError ? (error.status ?? 503) : 500;
      send(response, status, statusObject(status, error instanceof Error ? error.message : String(error)));
    });
  });
  await listen(server, listener);
  const { address, port } = server.address() as AddressInfo;
  return {
    endpoint: { host: listener === null ? 'localhost' : address, port, authority: authority.certificate },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, listener: Listener | null): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    if (listener === null) server.listen(0, 'localhost', resolve);
    else server.listen(listener, resolve);
  });
}

async function answer(
  client: ClusterClient,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'https://localhost');
  const discovery = await discoveryDocument(client, pathname);
  const [status, body] = discovery ? [200, discovery] : await resource(client, request, pathname);
  send(response, status, body);
}

async function resource(client: ClusterClient, request: IncomingMessage, path: string): Promise<Answer> {
  const [, namespace = null, plural = '', name = null] = RESOURCE.exec(path) ?? [];
  const kind = (await shownKinds(client)).find((one) => one.plural === plural);
  if (!kind) return [404, statusObject(404, 'the server could not find the requested resource')];
  const body = await readBody(request);
  return serve(client, { kind, namespace, name, method: request.method ?? 'GET', body });
}

type Answer = readonly [status: number, body: unknown];

interface ResourceRequest {
  readonly kind: ServedKind;
  readonly namespace: string | null;
  readonly name: string | null;
  readonly method: string;
  readonly body: KubernetesObject | null;
}

async function serve(
  client: ClusterClient,
  request: ResourceRequest,
): Promise<[status: number, body: unknown]> {
  const { kind, namespace, name, method, body } = request;
  const options = { fieldManager: 'calico-apiserver' };
  if (name === null) {
    if (method === 'GET') return [200, await listOf(client, kind, namespace)];
    if (method === 'POST' && body) return [201, shown(await client.create(stored(body), options))];
    return [405, statusObject(405, 'the server does not allow this method on the requested resource')];
  }
  const reference = { apiVersion: CALICO_API, kind: kind.kind, namespace, name };
  if (method === 'PUT' && body) return [200, shown(await client.replace(stored(body), options))];
  if (method === 'DELETE') {
    return (await client.delete(reference)) ? [200, statusObject(200, '')] : [404, notFound(name)];
  }
  const object = await client.get(reference);
  return object ? [200, shown(object)] : [404, notFound(name)];
}

async function listOf(client: ClusterClient, kind: ServedKind, namespace: string | null): Promise<unknown> {
  const items: KubernetesObject[] = [];
  let resourceVersion = '';
  for await (const page of client.list(kind, { namespace })) {
    if (page.isRestart) items.length = 0;
    items.push(...page.items.map((item) => shown({ ...item, apiVersion: CALICO_API, kind: kind.kind })));
    resourceVersion = page.resourceVersion;
  }
  return { apiVersion: VERSION, kind: `${kind.kind}List`, metadata: { resourceVersion }, items };
}

/** What discovery asks for; null where the path is none of its. */
async function discoveryDocument(client: ClusterClient, path: string): Promise<unknown> {
  const version = { groupVersion: VERSION, version: 'v3' };
  const group = { name: GROUP, versions: [version], preferredVersion: version };
  if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: [group] };
  if (path === `/apis/${GROUP}`) return { kind: 'APIGroup', apiVersion: 'v1', ...group };
  if (path !== `/apis/${VERSION}`) return null;
  const resources = (await shownKinds(client)).map(({ kind, plural, isNamespaced }) => ({
    name: plural,
    singularName: kind.toLowerCase(),
    namespaced: isNamespaced,
    kind,
    verbs: ['create', 'delete', 'get', 'list', 'update'],
  }));
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: VERSION, resources };
}

async function shownKinds(client: ClusterClient): Promise<ServedKind[]> {
  const { kinds } = await client.discover();
  return kinds.filter(
    ({ apiVersion, kind, plural }) => apiVersion === CALICO_API && !HIDDEN.has(kind) && !plural.includes('/'),
  );
}

function shown(object: KubernetesObject): KubernetesObject {
  return { ...object, apiVersion: VERSION };
}

function stored(object: KubernetesObject): KubernetesObject {
  return { ...object, apiVersion: CALICO_API };
}

async function readBody(request: IncomingMessage): Promise<KubernetesObject | null> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const fields = text ? asFields(JSON.parse(text)) : null;
  return fields && 'kind' in fields ? asObject(fields) : null;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function notFound(name: string): unknown {
  return statusObject(404, `"${name}" not found`);
}

function statusObject(code: number, message: string): unknown {
  const reasons: Readonly<Record<number, string>> = {
    404: 'NotFound',
    405: 'MethodNotAllowed',
    409: 'Conflict',
  };
  const status = code < 400 ? 'Success' : 'Failure';
  return {
    apiVersion: 'v1',
    kind: 'Status',
    metadata: {},
    status,
    message,
    reason: reasons[code] ?? '',
    code,
  };
}
