import type { Policy } from '../policy/policy.js';
import type { Version } from '../version/version.js';
import { isPipeline } from './scope/cluster-name.js';
import type { ClusterScope } from './scope/scope.js';

/** How Calico is installed, where that can be told. */
export type Install = 'manifest' | 'operator' | null;

/** A live cluster, as far as `check` has to know it. */
export interface LiveCluster {
  /** What the kubeconfig calls it: its context first, then the cluster of the context. */
  readonly names: readonly string[];
  readonly kubernetes: Version;
  /** Releases that run, ascending: several while an upgrade is under way; none without Calico. */
  readonly calico: readonly Version[];
  readonly install: Install;
}

/** Which cluster of the files a live cluster is; `candidates` are those that it could be where that cannot be told. */
export type LiveMatch =
  | { readonly kind: 'found'; readonly scope: ClusterScope }
  | { readonly kind: 'none'; readonly candidates: readonly string[] };

/**
 * Finds the live cluster among those of the files: by its name, else where the files hold one cluster only. A pipeline's
 * clusters do not last, and are never it.
 */
export function matchLive(live: LiveCluster, scopes: readonly ClusterScope[], policy: Policy): LiveMatch {
  const named = live.names.flatMap((name) => scopes.filter((scope) => scope.name === name)).at(0);
  if (named) return { kind: 'found', scope: named };
  // The policy knows it, and none of what was scanned belongs to it
  if (policy.clusters.some(({ name }) => live.names.includes(name))) return { kind: 'none', candidates: [] };
  const lasting = scopes.filter(({ found }) => !found.every(({ location }) => isPipeline(location.path)));
  const [only] = lasting;
  if (only && lasting.length === 1) return { kind: 'found', scope: only };
  return { kind: 'none', candidates: lasting.map(({ name }) => name) };
}

/** The live cluster as one of its own, which no file is of. */
export function scopeOfLive({ names }: LiveCluster): ClusterScope {
  return { name: names[0] ?? 'live', paths: [], found: [], files: new Set() };
}
