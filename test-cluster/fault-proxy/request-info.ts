/** What a request asks of the API server, as RBAC names it. */
export interface RequestInfo {
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `apply`, `delete`, `deletecollection`, `connect`. */
  readonly verb: string;
  readonly group: string;
  /** Plural; empty where the path is no object's (`/version`). */
  readonly resource: string;
  /** `log`, `exec`, `status`; empty for the object itself. */
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly isDryRun: boolean;
  /** Whether it changes anything: a dry run, a review and a connection do not. */
  readonly isWrite: boolean;
  /** Whether it asks for a further page of a list. */
  readonly isContinued: boolean;
}

/** As much of a request as says what it asks. */
export interface RequestLine {
  readonly method: string;
  readonly url: string;
  readonly contentType: string;
  readonly body: string;
}

const CONNECTING = ['exec', 'attach', 'portforward', 'proxy'];
const REVIEWS = ['authorization.k8s.io', 'authentication.k8s.io'];

/** Reads method, path and query. */
export function describeRequest(line: RequestLine): RequestInfo {
  const url = new URL(line.url, 'https://localhost');
  const place = readPath(url.pathname);
  const verb = verbOf(line, url, place);
  const isDryRun =
    url.searchParams.has('dryRun') || (verb.startsWith('delete') && line.body.includes('"dryRun"'));
  const isReading = ['get', 'list', 'watch', 'connect'].includes(verb);
  return {
    ...place,
    verb,
    isDryRun,
    isWrite: !isReading && !isDryRun && !REVIEWS.includes(place.group),
    isContinued: url.searchParams.has('continue'),
  };
}

type Place = Pick<RequestInfo, 'group' | 'resource' | 'subresource' | 'namespace' | 'name'>;

function readPath(path: string): Place {
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  const nowhere = { group: '', resource: '', subresource: '', namespace: '', name: '' };
  const isCore = parts[0] === 'api';
  const rest = parts.slice(isCore ? 2 : 3);
  const group = isCore ? '' : (parts[1] ?? '');
  if ((!isCore && parts[0] !== 'apis') || rest.length === 0) return { ...nowhere, group };
  // `/namespaces/NAME` and what is below it that is no resource belong to the Namespace itself.
  const isInNamespace =
    rest[0] === 'namespaces' && rest.length > 2 && !['status', 'finalize'].includes(rest[2] ?? '');
  const [resource = '', name = '', subresource = ''] = isInNamespace ? rest.slice(2) : rest;
  return { group, resource, name, subresource, namespace: isInNamespace ? (rest[1] ?? '') : '' };
}

function verbOf({ method, contentType }: RequestLine, url: URL, place: Place): string {
  const { resource, name, subresource } = place;
  if (CONNECTING.includes(subresource)) return 'connect';
  const isWatch = ['true', '1'].includes(url.searchParams.get('watch') ?? '');
  switch (method) {
    case 'GET':
    case 'HEAD':
      if (isWatch) return 'watch';
      return resource === '' || name !== '' ? 'get' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return contentType.startsWith('application/apply-patch') ? 'apply' : 'patch';
    default:
      return name === '' ? 'deletecollection' : 'delete';
  }
}
