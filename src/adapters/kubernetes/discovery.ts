import type { ServedKind } from '../../ports/cluster-client.js';
import { groupVersionPath, type ResourceList, servedKinds } from './kinds.js';
import { isAggregatedAway, RequestFailure } from './request-failure.js';
import type { Requests } from './requests.js';
import type { ApiAnswer } from './transport.js';

/** All that a server serves, and the groups that did not answer. */
export interface Discovery {
  readonly kinds: readonly ServedKind[];
  readonly failedGroups: readonly string[];
}

/** An `APIGroupDiscoveryList`. */
interface AggregatedList {
  readonly items?: readonly {
    readonly metadata?: { readonly name?: string };
    readonly versions?: readonly AggregatedVersion[];
  }[];
}

interface AggregatedVersion {
  readonly version: string;
  readonly freshness?: string;
  readonly resources?: readonly {
    readonly resource: string;
    readonly responseKind?: { readonly group?: string; readonly version?: string; readonly kind: string };
    readonly scope: string;
    readonly verbs: readonly string[];
  }[];
}

const AGGREGATED = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .join(',');

/**
 * Reads all kinds: by two requests where the server aggregates discovery (Kubernetes 1.26 on), else group by group.
 *
 * @see https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api
 */
export async function discover(requests: Requests): Promise<Discovery> {
  const core = await discoverBelow(requests, '/api');
  const groups = await discoverBelow(requests, '/apis');
  return {
    kinds: [...core.kinds, ...groups.kinds],
    failedGroups: [...new Set([...core.failedGroups, ...groups.failedGroups])],
  };
}

async function discoverBelow(requests: Requests, path: string): Promise<Discovery> {
  const accept = `${AGGREGATED},application/json`;
  const answer = await requests.read({ method: 'GET', path, accept }, (got) => ({
    isAggregated: isAggregated(got),
    body: JSON.parse(got.text) as unknown,
  }));
  return answer.isAggregated
    ? readAggregated(answer.body as AggregatedList)
    : readClassic(requests, answer.body as ClassicIndex);
}

function isAggregated({ contentType }: ApiAnswer): boolean {
  return contentType.includes('as=APIGroupDiscoveryList');
}

function readAggregated(list: AggregatedList): Discovery {
  const groups = (list.items ?? []).map((item) => ({
    name: item.metadata?.name ?? '',
    versions: item.versions ?? [],
  }));
  return {
    kinds: groups.flatMap(({ name, versions }) => versions.flatMap((version) => kindsOf(name, version))),
    // What a stale version lists is what its server said when it last answered.
    failedGroups: groups
      .filter(({ versions }) => versions.some((version) => version.freshness === 'Stale'))
      .map(({ name }) => name),
  };
}

function kindsOf(group: string, { version, freshness, resources }: AggregatedVersion): readonly ServedKind[] {
  if (freshness === 'Stale') return [];
  return (resources ?? []).map((resource) => ({
    apiVersion: group === '' ? version : `${group}/${version}`,
    kind: resource.responseKind?.kind ?? '',
    plural: resource.resource,
    isNamespaced: resource.scope === 'Namespaced',
    verbs: resource.verbs,
  }));
}

/** `APIVersions` of the core group, or an `APIGroupList`. */
interface ClassicIndex {
  readonly versions?: readonly string[];
  readonly groups?: readonly { readonly versions: readonly { readonly groupVersion: string }[] }[];
}

async function readClassic(requests: Requests, index: ClassicIndex): Promise<Discovery> {
  const groups = (index.groups ?? []).flatMap((group) =>
    group.versions.map((version) => version.groupVersion),
  );
  const kinds: ServedKind[] = [];
  const failedGroups: string[] = [];
  for (const apiVersion of [...(index.versions ?? []), ...groups]) {
    try {
      kinds.push(...(await readGroupVersion(requests, groupVersionPath(apiVersion))));
    } catch (error) {
      if (!(error instanceof RequestFailure) || error.kind !== 'refused') throw error;
      failedGroups.push(apiVersion.split('/')[0] ?? '');
    }
  }
  return { kinds, failedGroups };
}

/** What is aggregated and away is not waited for, no more than where discovery says at once that it is stale. */
async function readGroupVersion(requests: Requests, path: string): Promise<readonly ServedKind[]> {
  const parse = ({ text }: ApiAnswer): readonly ServedKind[] => servedKinds(JSON.parse(text) as ResourceList);
  try {
    return await requests.sendOnce({ method: 'GET', path }, parse);
  } catch (error) {
    if (!(error instanceof RequestFailure) || isAggregatedAway(error)) throw error;
    return requests.read({ method: 'GET', path }, parse);
  }
}
