import type { HelmRelease } from '../../cluster/calico-state.js';
import { canonicalText } from '../../cluster/fields.js';
import { decodeHelmRelease } from '../../cluster/interpret/helm-release.js';
import { ClusterError } from '../../errors.js';
import type { ClusterClient, KubernetesObject, ObjectReference } from '../../ports/cluster-client.js';
import { type HelmRevision, rollbackCommand } from '../../ports/helm.js';
import type { ObjectWrite, Step } from '../engine/step.js';
import type { BundleRelease } from '../backup/bundle-index.js';
import { recordWrites } from './helm-record.js';
import { step } from '../engine/staged-steps.js';
import type { Restoration } from './plan-restore.js';
import type { RollbackFinding } from './rollback-finding.js';

/** A release that Helm takes for another one than the bundle's. */
export interface ReleaseMove {
  readonly to: BundleRelease & Pick<HelmRevision, 'isServerSide'>;
  /** What Helm says now; null where it has no such release, or it cannot be read. */
  readonly present: Pick<HelmRelease, 'revision' | 'chartVersion' | 'status'> | null;
  /** Whether Helm still has the bundle's revision, and can go back to it by itself. */
  readonly isInHistory: boolean;
  /** Writes that put Helm's record right without Helm; none where the bundle's Secrets could not be read. */
  readonly record: readonly ObjectWrite[];
}

/** What Helm has to be told; null where nothing: it installed nothing, or believes in the bundle's chart and values. */
export async function readReleaseMove(
  client: ClusterClient,
  { index: { helm: to }, calico, releases }: Pick<Restoration, 'index' | 'calico' | 'releases'>,
  now: Date,
): Promise<ReleaseMove | null> {
  if (to === null) return null;
  const present = calico?.helm ?? null;
  const kept = await readRevision(client, to);
  if (present !== null && isSame(present, to, kept)) return null;
  const saved = releases.find(({ metadata }) => metadata.name === secretOf(to).name);
  const record = saved ? recordWrites(to, saved, await listRevisions(client, to), now) : null;
  const isServerSide = kept?.isServerSide === true ? { isServerSide: true } : {};
  return { to: { ...to, ...isServerSide }, present, isInHistory: kept !== null, record: record ?? [] };
}

function secretOf({ name, namespace, revision }: BundleRelease): ObjectReference {
  return { apiVersion: 'v1', kind: 'Secret', namespace, name: `sh.helm.release.v1.${name}.v${revision}` };
}

/** The Secrets of all revisions of a release. */
export async function listRevisions(
  client: ClusterClient,
  { name, namespace }: Pick<BundleRelease, 'name' | 'namespace'>,
): Promise<readonly KubernetesObject[]> {
  let found: KubernetesObject[] = [];
  const labelSelector = `owner=helm,name=${name}`;
  for await (const { items, isRestart } of client.list(
    { apiVersion: 'v1', kind: 'Secret' },
    { namespace, labelSelector },
  )) {
    found = isRestart ? [...items] : [...found, ...items];
  }
  return found;
}

function isSame(present: HelmRelease, to: BundleRelease, kept: HelmRelease | null): boolean {
  if (present.status !== 'deployed' || present.chartVersion !== to.chartVersion) return false;
  return kept === null || canonicalText(present.values) === canonicalText(kept.values);
}

/** The bundle's revision as Helm's history has it; null where it has gone, is of another chart, or cannot be read. */
async function readRevision(client: ClusterClient, to: BundleRelease): Promise<HelmRelease | null> {
  try {
    const found = await client.get(secretOf(to));
    const decoded = found && decodeHelmRelease(found);
    return decoded && !('problem' in decoded) && decoded.chartVersion === to.chartVersion ? decoded : null;
  } catch (error) {
    if (error instanceof ClusterError && error.status === 403) return null;
    throw error;
  }
}

/** What puts Helm's record right without Helm, last of all. */
export function recordSteps(move: ReleaseMove | null, hasHelm: boolean): readonly Step[] {
  if (move === null || move.record.length === 0 || (hasHelm && move.isInHistory)) return [];
  return [step('rbac-trim', `Helm’s record, as of revision ${move.to.revision}`, move.record)];
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
  if (move.record.length > 0) {
    return [
      {
        code: 'rollback-helm',
        weight: 'notice',
        message: `${message}: its record is put right at the end, from the Secrets of the bundle.`,
        remedy: `Nothing has to be done; see it by helm history ${to.name} --namespace ${to.namespace}.`,
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
