import type {
  ClusterClient,
  ExecOptions,
  ExecResult,
  KubernetesObject,
  ObjectReference,
} from '../../ports/cluster-client.js';
import { canI, canUser } from './access.js';
import { applyObject } from './apply.js';
import { discover } from './discovery.js';
import type { Doing, ErrorWriter } from './explain.js';
import { createKinds, nameOf, nameOfAll, objectPath } from './kinds.js';
import { listPages } from './list.js';
import { readLogs } from './logs.js';
import { statusOf } from './request-failure.js';
import type { Requests } from './requests.js';
import { watchKind } from './watch.js';
import { createObject, deleteObject, patchObject, readObject, replaceObject, type Writing } from './write.js';

/** What a client is made of. */
export interface ClientParts {
  readonly server: string;
  readonly requests: Requests;
  readonly errors: ErrorWriter;
  readonly silenceMs: number;
  readonly exec: (options: ExecOptions) => Promise<ExecResult>;
}

/** Every call of the port, with its failures explained. */
export function buildClient(parts: ClientParts): ClusterClient {
  const { server, requests, errors } = parts;
  const kinds = createKinds(requests);
  // The server gives up on a write before this side does.
  const timeoutSeconds = Math.max(1, Math.floor(parts.silenceMs / 1250));
  const writing: Writing = { requests, kinds, timeoutSeconds };
  const explaining = <T>(verb: string, resource: string, run: () => Promise<T>): Promise<T> =>
    errors.explaining({ verb, resource }, run);
  const about = (object: KubernetesObject): string => nameOf(referenceOf(object));

  async function* explained<T>(doing: Doing, pages: () => AsyncIterable<T>): AsyncGenerator<T> {
    try {
      yield* pages();
    } catch (error) {
      throw errors.explain(error, doing);
    }
  }

  return {
    server,
    version: () =>
      explaining('get', '/version', () =>
        requests.read({ method: 'GET', path: '/version' }, ({ text }) => {
          const { gitVersion, platform } = JSON.parse(text) as { gitVersion: string; platform: string };
          return { gitVersion, platform };
        }),
      ),
    discover: () => explaining('discover', 'the kinds that it serves', () => discover(requests)),
    get: (reference) =>
      explaining('get', nameOf(reference), async () => {
        const kind = await kinds.find(reference);
        return kind === null
          ? null
          : ((await readObject(requests, objectPath(kind, reference)))?.object ?? null);
      }),
    read: (path) =>
      explaining('get', path, async () => {
        try {
          return await requests.read({ method: 'GET', path, accept: '*/*' }, ({ text }) => text);
        } catch (error) {
          if (statusOf(error) === 404) return null;
          throw error;
        }
      }),
    list: (kind, listOptions = {}) =>
      explained({ verb: 'list', resource: nameOfAll(kind, listOptions.namespace) }, async function* () {
        const served = await kinds.find(kind);
        if (served !== null) yield* listPages(requests, served, listOptions);
      }),
    watch: (kind, watchOptions = {}) =>
      explained({ verb: 'watch', resource: nameOfAll(kind, watchOptions.namespace) }, async function* () {
        yield* watchKind(requests, await kinds.get(kind), watchOptions);
      }),
    apply: (object, applyOptions) =>
      explaining('apply', about(object), () => applyObject(writing, object, applyOptions)),
    create: (object, writeOptions) =>
      explaining('create', about(object), () => createObject(writing, object, writeOptions)),
    replace: (object, writeOptions) =>
      explaining('replace', about(object), () => replaceObject(writing, object, writeOptions)),
    patch: (reference, patch, writeOptions) =>
      explaining('patch', nameOf(reference), () => patchObject(writing, reference, patch, writeOptions)),
    delete: (reference, deleteOptions = {}) =>
      explaining('delete', nameOf(reference), () => deleteObject(writing, reference, deleteOptions)),
    exec: (execOptions) =>
      explaining('exec', `Pod ${execOptions.namespace}/${execOptions.pod}`, () =>
        requests.write({
          attempt: () => parts.exec(execOptions),
          // A command that may have begun is not begun again.
          lookUp: () => Promise.resolve('unknown'),
        }),
      ),
    logs: (logOptions) =>
      explaining('logs', `Pod ${logOptions.namespace}/${logOptions.pod}`, () =>
        readLogs(requests, logOptions),
      ),
    canI: (access_) => explaining('review', access_.resource, () => canI(requests, access_)),
    canUser: (user, access_) =>
      explaining('create', 'subjectaccessreviews', () => canUser(requests, user, access_)),
  };
}

function referenceOf({ apiVersion, kind, metadata }: KubernetesObject): ObjectReference {
  return { apiVersion, kind, namespace: metadata.namespace ?? null, name: metadata.name };
}
