import type { CalicoState, HelmRelease } from '../../cluster/cluster-state.js';
import { canonicalText } from '../../cluster/fields.js';
import { decodeHelmRelease } from '../../cluster/interpret/helm-release.js';
import { ClusterError } from '../../errors.js';
import type { ClusterClient } from '../../ports/cluster-client.js';
import { rollbackCommand } from '../../ports/helm.js';
import type { BundleIndex, BundleRelease } from '../backup/bundle-index.js';
import type { RollbackFinding } from './rollback-finding.js';

/** A release that Helm takes for another one than the bundle's. */
export interface ReleaseMove {
  readonly to: BundleRelease;
  /** What Helm says now; null where it has no such release, or it cannot be read. */
  readonly present: Pick<HelmRelease, 'revision' | 'chartVersion' | 'status'> | null;
  /** Whether Helm still has the bundle's revision, and can go back to it by itself. */
  readonly isInHistory: boolean;
}

/** What Helm has to be told; null where nothing: it installed nothing, or believes in the bundle's chart and values. */
export async function readReleaseMove(
  client: ClusterClient,
  { helm: to }: BundleIndex,
  calico: CalicoState | null,
): Promise<ReleaseMove | null> {
  if (to === null) return null;
  const present = calico?.helm ?? null;
  const kept = await readRevision(client, to);
  if (present !== null && isSame(present, to, kept)) return null;
  return { to, present, isInHistory: kept !== null };
}

function isSame(present: HelmRelease, to: BundleRelease, kept: HelmRelease | null): boolean {
  if (present.status !== 'deployed' || present.chartVersion !== to.chartVersion) return false;
  return kept === null || canonicalText(present.values) === canonicalText(kept.values);
}

/** The bundle's revision as Helm's history has it; null where it has gone, is of another chart, or cannot be read. */
async function readRevision(
  client: ClusterClient,
  { name, namespace, revision, chartVersion }: BundleRelease,
): Promise<HelmRelease | null> {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    namespace,
    name: `sh.helm.release.v1.${name}.v${revision}`,
  };
  try {
    const found = await client.get(secret);
    const decoded = found && decodeHelmRelease(found);
    return decoded && !('problem' in decoded) && decoded.chartVersion === chartVersion ? decoded : null;
  } catch (error) {
    if (error instanceof ClusterError && error.status === 403) return null;
    throw error;
  }
}

/** What is to be said of Helm before a rollback. Pure. */
export function helmFindings(move: ReleaseMove | null, hasHelm: boolean): readonly RollbackFinding[] {
  if (move === null) return [];
  const { to, present, isInHistory } = move;
  const release = `${to.namespace}/${to.name}`;
  const now = present
    ? `is at revision ${present.revision}, chart ${present.chartVersion}, ${present.status}`
    : 'is not there';
  const message = `The release ${release} ${now}, and the bundle is of revision ${to.revision}, chart ${to.chartVersion}`;
  if (hasHelm && isInHistory) {
    return [
      {
        code: 'rollback-helm',
        weight: 'notice',
        message: `${message}: Helm is told at the end.`,
        remedy: `Nothing has to be done; it runs ${rollbackCommand(to)}.`,
        source: null,
      },
    ];
  }
  return [
    {
      code: 'rollback-helm',
      weight: 'warning',
      message: `${message}. Its objects go back all the same, but Helm does not know it, since ${
        isInHistory ? 'there is no helm on PATH' : 'its history no longer has that revision'
      }: the next helm upgrade starts from what it believes.`,
      remedy: isInHistory
        ? `Run afterwards: ${rollbackCommand(to)}`
        : `Run afterwards, with the values of that time: helm upgrade ${to.name} projectcalico/tigera-operator --version ${to.chartVersion} --namespace ${to.namespace} --reset-values --values FILE`,
      source: 'https://helm.sh/docs/helm/helm_rollback/',
    },
  ];
}
