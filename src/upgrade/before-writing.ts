import { calicoNodes } from '../cluster/calico-nodes.js';
import { explain } from '../errors.js';
import type { ClusterClient } from '../ports/cluster-client.js';
import { boxThatOpens } from './backup/box-that-opens.js';
import type { Climb } from './climb.js';
import type { UpgradePlan } from './plan/plan.js';
import { prePullWidth } from './pre-pull/plan-pulls.js';
import { prePull } from './pre-pull/pre-pull.js';
import type { Resume } from './resume/resume.js';
import type { UpgradeBackup, UpgradeOptions } from './upgrade-options.js';

/** Has every node pull the target's images. Why one cannot; null where all did. Nothing is written to Calico. */
export async function pullImages(
  client: ClusterClient,
  { calico, images, state }: UpgradePlan,
  options: UpgradeOptions,
): Promise<string | null> {
  if (calico === null) return null;
  const { failure, warnings, leftOut } = await prePull(client, {
    ...options,
    images,
    nodes: calicoNodes(state),
    namespace: calico.namespace,
    pullSecrets: calico.pullSecrets
      .filter(({ isThere, secret }) => isThere !== false && secret.namespace === calico.namespace)
      .map(({ secret }) => secret.name),
    width: prePullWidth(state.nodes.length),
  });
  for (const warning of warnings) options.onWarning(warning);
  for (const { node, reason } of leftOut) options.onProgress(`pre-pull: ${node} is left out: ${reason}`);
  return failure?.message ?? null;
}

/** Null where traffic can be judged from here on; why not, otherwise. */
export async function baseline({ traffic = [] }: UpgradeOptions): Promise<string | null> {
  for (const check of traffic) {
    const failure = await check.baseline();
    if (failure !== null) return failure;
  }
  return null;
}

/** The backup of the upgrade that died: one of the cluster as it is now would be of no release. */
export async function findBackup(
  { head: { bundle } }: Resume,
  { rollbackOnFailure, findBundle, onWarning, prepared }: UpgradeOptions & Pick<Climb, 'prepared'>,
): Promise<UpgradeBackup | null> {
  if (bundle === null) {
    onWarning('The upgrade that died made no backup, so it cannot go back by itself where it fails.');
    return null;
  }
  try {
    const backup = await findBundle(bundle);
    // Nothing but Helm's record is put right from Secrets where an upgrade goes back
    const box = prepared === null ? null : (backup.box ?? null);
    return { ...backup, box: await boxThatOpens(backup.reader, box, onWarning) };
  } catch (error) {
    if (rollbackOnFailure) throw error;
    onWarning(`The backup of the upgrade that died is not at hand. ${explain(error)}`);
    return null;
  }
}
