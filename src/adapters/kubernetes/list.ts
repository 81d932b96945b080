import type {
  KubernetesObject,
  ListOptions,
  ListPage,
  ObjectKind,
  ServedKind,
} from '../../ports/cluster-client.js';
import { collectionPath } from './kinds.js';
import { statusOf } from './request-failure.js';
import type { Requests } from './requests.js';

const DEFAULT_PAGE_SIZE = 500;
/** After so many expired snapshots the list is read in one piece, as client-go's pager does. */
const MOST_RESTARTS = 3;

const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

/** A page as the API server sends it. */
interface ListBody {
  readonly metadata?: {
    readonly resourceVersion?: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
  readonly items?: readonly KubernetesObject[] | null;
}

/** Reads a list page by page; begins anew where the snapshot expires (410) before the last page. */
export async function* listPages(
  requests: Requests,
  kind: ServedKind,
  options: ListOptions,
): AsyncGenerator<ListPage> {
  let token = '';
  let restarts = 0;
  let isRestart = false;
  do {
    const page = await readPage(requests, kind, options, { token, isWhole: restarts >= MOST_RESTARTS });
    if (page === 'expired') {
      restarts += 1;
      isRestart = true;
      token = '';
      continue;
    }
    token = page.metadata?.continue ?? '';
    yield {
      items: (page.items ?? []).map((item) => withKind(item, kind)),
      resourceVersion: page.metadata?.resourceVersion ?? '',
      isRestart,
      remaining: remainingOf(page),
    };
    isRestart = false;
  } while (token !== '' || isRestart);
}

async function readPage(
  requests: Requests,
  kind: ServedKind,
  options: ListOptions,
  { token, isWhole }: { readonly token: string; readonly isWhole: boolean },
): Promise<ListBody | 'expired'> {
  const query = selectorQuery(options);
  if (!isWhole) query.set('limit', String(options.pageSize ?? DEFAULT_PAGE_SIZE));
  if (token !== '') query.set('continue', token);
  const path = `${collectionPath(kind, options.namespace ?? null)}?${query.toString()}`;
  const accept = options.metadataOnly === true ? METADATA_ONLY : 'application/json';
  try {
    return await requests.read(
      { method: 'GET', path, accept, signal: options.signal },
      ({ text }) => JSON.parse(text) as ListBody,
    );
  } catch (error) {
    if (statusOf(error) === 410 && token !== '') return 'expired';
    throw error;
  }
}

/** With a selector the server does not count. */
function remainingOf({ metadata }: ListBody): number | null {
  return (metadata?.continue ?? '') === '' ? 0 : (metadata?.remainingItemCount ?? null);
}

/** The query of a list or a watch. */
export function selectorQuery(
  options: Pick<ListOptions, 'labelSelector' | 'fieldSelector'>,
): URLSearchParams {
  const query = new URLSearchParams();
  if (options.labelSelector !== undefined) query.set('labelSelector', options.labelSelector);
  if (options.fieldSelector !== undefined) query.set('fieldSelector', options.fieldSelector);
  return query;
}

/** Items of a list say neither kind nor version. */
function withKind(item: KubernetesObject, { apiVersion, kind }: ObjectKind): KubernetesObject {
  return { ...item, apiVersion, kind };
}
