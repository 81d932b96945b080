import type { PolicyRule } from '../../cluster/permissions.js';
import { inspect } from '../../cluster/inspect.js';
import type { BundleReader } from '../../ports/bundle.js';
import type { ClusterClient } from '../../ports/cluster-client.js';
import type { SecretBox } from '../../ports/secret-box.js';
import type { Helm } from '../../ports/helm.js';
import { formatVersion } from '../../version/version.js';
import { verifyBundle } from '../backup/verify-bundle.js';
import type { Step } from '../engine/step.js';
import { type JournalHead, readJournal } from '../journal/journal.js';
import { rulesOf } from '../permissions.js';
import { inBatches } from '../plan/in-batches.js';
import { count } from '../preflight/finding.js';
import type { MissingAccess } from '../preflight/preflight.js';
import type { WavePlan } from '../waves/plan-waves.js';
import { findObstacles } from './find-obstacles.js';
import type { RollbackFinding } from './rollback-finding.js';
import { readReleaseMove, recordSteps, type ReleaseMove } from './helm-release.js';
import { knowsMinReady } from './operator-knobs.js';
import { planRestore, type Restoration } from './plan-restore.js';
import type { ConflictChoice, RestoreItem } from './restore-item.js';
import { restoreSteps, type StepOptions } from './restore-steps.js';
import { rollbackAccesses } from './rollback-permissions.js';

export interface RollbackOptions extends StepOptions {
  readonly choice: ConflictChoice;
  readonly force: boolean;
  readonly onProgress: (text: string) => void;
  /** Opens the Secrets of the bundle; null where there is no key. */
  readonly box?: SecretBox | null;
  /** Tells Helm that its release went back; null where the program is not there. */
  readonly helm?: Helm | null;
}

export type RollbackVerdict = 'ready' | 'blocked' | 'nothing-to-do';

/** What a rollback would do, and what stops it. */
export interface RollbackPlan {
  /** Where the bundle lies. */
  readonly place: string;
  readonly restoration: Restoration;
  readonly steps: readonly Step[];
  readonly waves: WavePlan;
  readonly findings: readonly RollbackFinding[];
  readonly verdict: RollbackVerdict;
  /** One line. */
  readonly summary: string;
  /** Rules that the account lacks, as a ClusterRole would give them. */
  readonly missingRules: readonly PolicyRule[];
  /** The journal of an earlier run, which this one would go on with; null where there is none. */
  readonly earlier: JournalHead | null;
  /** What Helm takes for another release than the bundle's; null where there is none. */
  readonly release: ReleaseMove | null;
}

/**
 * Verifies a bundle, compares it with the cluster, and says what a rollback would do. Writes nothing.
 * @throws InputError where the bundle is damaged or not of this cluster, ClusterError where the cluster cannot be read
 */
export async function planRollback(
  client: ClusterClient,
  reader: BundleReader,
  options: RollbackOptions,
): Promise<RollbackPlan> {
  options.onProgress('verifying the bundle');
  // What is wrong with the bundle itself is said before the cluster is asked anything
  await verifyBundle(reader, { clusterUid: null, force: options.force });
  options.onProgress('reading the cluster');
  const state = await inspect(client);
  const { index, edited } = await verifyBundle(reader, { clusterUid: state.uid, force: options.force });
  const restoration = await planRestore(client, reader, index, state, options);
  const hasMinReady = restoration.hasOperator && (await knowsMinReady(client));
  const { steps, waves } = restoreSteps(restoration, { ...options, hasMinReady });
  const release = await readReleaseMove(client, restoration, new Date());
  const hasHelm = (options.helm ?? null) !== null;
  const record = recordSteps(release, hasHelm);
  const missingAccess = await findMissing(client, restoration, record.length > 0);
  const findings = findObstacles(restoration, { edited, missingAccess, waves, release, hasHelm });
  const earlier = await readJournal(client);
  const isMoving = restoration.items.some(isWritten) || restoration.node?.hasStalePods === true;
  const isTold = (release?.isInHistory === true && hasHelm) || record.length > 0;
  const verdict = verdictOf(findings, isMoving || isTold || earlier !== null, options.force);
  return {
    place: reader.place,
    restoration,
    steps: verdict === 'nothing-to-do' ? [] : [...steps, ...record],
    waves,
    findings,
    verdict,
    summary: summarize(restoration, findings, verdict, options.force),
    missingRules: rulesOf(missingAccess),
    earlier,
    release,
  };
}

/** Whether a rollback writes an object. */
export function isWritten({ action }: RestoreItem): boolean {
  return action === 'create' || action === 'replace' || action === 'delete';
}

async function findMissing(
  client: ClusterClient,
  restoration: Restoration,
  writesRecord: boolean,
): Promise<readonly MissingAccess[]> {
  const accesses = rollbackAccesses({ ...restoration, writesRecord });
  const answers = await inBatches(accesses, (access) => client.canI(access));
  return accesses.flatMap((access, index) => {
    const answer = answers[index];
    return answer?.isAllowed === false ? [{ access, reason: answer.reason }] : [];
  });
}

function isBlocking({ weight }: RollbackFinding, force: boolean): boolean {
  return weight === 'mandatory' || (weight === 'skippable' && !force);
}

function verdictOf(findings: readonly RollbackFinding[], isMoving: boolean, force: boolean): RollbackVerdict {
  if (findings.some((one) => isBlocking(one, force))) return 'blocked';
  return isMoving ? 'ready' : 'nothing-to-do';
}

function summarize(
  { index, calico, items, compared }: Restoration,
  findings: readonly RollbackFinding[],
  verdict: RollbackVerdict,
  force: boolean,
): string {
  const running = calico?.versions.running;
  const from = running ? `Calico ${formatVersion(running)}` : 'what runs now';
  const to = `Calico ${index.calico || 'of the bundle'} as of ${index.createdAt}`;
  if (verdict === 'nothing-to-do') {
    return `nothing to do: the cluster is ${to}; ${count(compared, 'object')} compared.`;
  }
  const written = items.filter(isWritten).length;
  const way = `from ${from} back to ${to}: ${count(written, 'object')} of ${compared} to be written`;
  if (verdict === 'ready') return `ready to go ${way}.`;
  const blocking = findings.filter((one) => isBlocking(one, force)).length;
  return `blocked: ${count(blocking, 'finding')} ${blocking === 1 ? 'stops' : 'stop'} the way ${way}.`;
}
