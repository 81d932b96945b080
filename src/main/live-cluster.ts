import type { World } from '../adapters/environment.js';
import { createClusterClient } from '../adapters/kubernetes/cluster-client.js';
import { clusterNames } from '../adapters/kubernetes/cluster-names.js';
import type { LiveCluster } from '../check/live-cluster.js';
import type { CalicoState } from '../cluster/calico-state.js';
import type { ClusterState } from '../cluster/cluster-state.js';
import { inspect } from '../cluster/inspect.js';
import { InputError } from '../errors.js';
import type { ClusterClient } from '../ports/cluster-client.js';
import type { Reporter } from '../ports/reporter.js';
import { uniqueBy } from '../text/unique.js';
import { compareVersions, formatVersion, type Version } from '../version/version.js';

/**
 * Reads what the cluster of a kubeconfig runs.
 * @throws InputError for `kubeconfig` and `context`, ClusterError where the cluster cannot be read
 */
export async function readLiveCluster(
  { kubeconfig, context }: { readonly kubeconfig: string; readonly context: string | null },
  world: World,
  reporter: Reporter,
): Promise<LiveCluster> {
  const place = { directory: world.workspace, variables: world.variables };
  const client = await createClusterClient(kubeconfig, context, { ...place, mask: reporter.mask });
  const names = clusterNames(kubeconfig, context, place);
  reporter.progress(`reading the cluster ${names[0] ?? ''}`);
  return liveClusterOf(client, names, reporter.warning);
}

/**
 * Reads what a cluster runs, as `check` has to know it.
 * @param warn told what keeps Calico from being judged
 * @throws InputError where the account may not see whether Calico is there, ClusterError where the cluster cannot be read
 */
export async function liveClusterOf(
  client: ClusterClient,
  names: readonly string[],
  warn: (text: string) => void,
): Promise<LiveCluster> {
  const state = await inspect(client);
  if (!state.calico) requireSight(state);
  const { calico, warning } = releasesOf(state.calico);
  if (warning !== null) warn(`The live cluster ${names[0] ?? ''}: ${warning}`);
  const { method = null } = state.calico ?? {};
  return {
    names,
    kubernetes: state.kubernetes.version,
    calico,
    install: method === null ? null : method === 'manifest' ? 'manifest' : 'operator',
  };
}

/** Where Calico would be seen. */
const TELLING: ReadonlySet<string> = new Set(['daemonsets.apps', 'deployments.apps']);

/** No Calico is only believed of those who may see it. */
function requireSight({ unreadable }: ClusterState): void {
  const [hidden] = unreadable.filter(({ resource }) => TELLING.has(resource));
  if (!hidden) return;
  throw new InputError(
    'kubeconfig',
    `Whether the live cluster runs Calico cannot be seen: ${hidden.reason}`,
    'Give the account the read-only role of docs/plan.md, or leave the input kubeconfig out.',
  );
}

function releasesOf(calico: CalicoState | null): {
  readonly calico: readonly Version[];
  readonly warning: string | null;
} {
  if (!calico) return { calico: [], warning: 'it runs no Calico, so only its Kubernetes version is used.' };
  if (calico.edition === 'enterprise')
    return { calico: [], warning: 'it runs Calico Enterprise, which is not judged.' };
  const { running, verdict, readings, explanation } = calico.versions;
  if (verdict === 'mixed') return { calico: ofPods(readings), warning: explanation };
  const isUnsure = verdict === 'conflict' || verdict === 'unknown';
  return { calico: running ? [running] : [], warning: isUnsure ? explanation : null };
}

/** What the pods of calico-node run in the middle of an upgrade. */
function ofPods(readings: CalicoState['versions']['readings']): readonly Version[] {
  const versions = readings.flatMap(({ source, version }) =>
    source === 'node-pods' && version ? [version] : [],
  );
  return uniqueBy(versions, formatVersion).sort(compareVersions);
}
