import type { Uses } from '../../catalog/types.js';
import type { CalicoState } from '../../cluster/calico-state.js';
import type { ClusterState } from '../../cluster/cluster-state.js';
import { inspect } from '../../cluster/inspect.js';
import { EnvironmentError } from '../../errors.js';
import type { ClusterClient, KubernetesObject } from '../../ports/cluster-client.js';
import type { Version } from '../../version/version.js';
import type { ManifestReader } from '../customisations/read-manifest.js';
import { chooseTarget } from '../path/choose-target.js';
import { findPath } from '../path/find-path.js';
import { continuePath } from '../path/continue-path.js';
import type { Path } from '../path/hop.js';
import { upgradeAccesses } from '../permissions.js';
import type { Comparison, MissingAccess } from '../preflight/preflight.js';
import { isJournal, readJournal } from '../journal/journal.js';
import { readResume, type Resume } from '../resume/resume.js';
import { asUserLeftIt } from '../resume/as-user-left-it.js';
import { compareHop } from './compare-hop.js';
import { changedDefinitions } from './changed-definitions.js';
import { findStoredProblems } from './find-stored-problems.js';
import { inBatches } from './in-batches.js';
import { makePlan, planWithoutTarget } from './make-plan.js';
import type { ObjectChange } from './object-change.js';
import type { PlanOptions, UpgradePlan } from './plan.js';
import { tryChanges } from './try-changes.js';

/**
 * Reads a cluster and says what an upgrade would do to it and what stops it. Writes nothing.
 * @throws ClusterError where the cluster cannot be read, EnvironmentError where upstream's files cannot be
 */
export async function runPlan(
  client: ClusterClient,
  manifests: ManifestReader,
  options: PlanOptions,
): Promise<UpgradePlan> {
  options.onProgress(options.inspectNodes ? 'reading the cluster and its nodes' : 'reading the cluster');
  const found = await inspect(client, { lookIntoNodes: options.inspectNodes });
  const { resume, state } = await readLeft(client, options.holdsLock === true ? withoutLock(found) : found);
  const { calico } = state;
  const from = resume?.hop?.from ?? calico?.versions.running ?? null;
  if (!calico || !from) return planWithoutTarget(state, null);
  const uses = usesOf(calico);
  const kubernetes = options.kubernetes ?? state.kubernetes.version;
  const target = chooseTarget(
    resume?.target ?? options.target,
    { calico: from, kubernetes },
    uses,
    options.policy.rows,
  );
  if (target.kind === 'none') return planWithoutTarget(state, target);
  const pair = { kubernetes: state.kubernetes.version, calico: from };
  const destination = { calico: target.calico, kubernetes };
  const path =
    resume?.hop == null
      ? findPath(pair, destination, uses)
      : continuePath(pair, resume.hop.to, destination, uses);
  options.onProgress('comparing with upstream’s files');
  const comparisons = await compareHops(client, calico, path, manifests);
  options.onProgress('holding stored objects to the target’s schemas');
  const storedProblems = await findStoredProblems(
    client,
    changedDefinitions(definitionsOf(comparisons.at(-1)), calico.schemaDigests),
  );
  options.onProgress('asking what the account may do');
  const missingAccess = await findMissingAccess(client, calico);
  options.onProgress('trying the changes without writing');
  const changes = await tryFirstHop(client, comparisons);
  return makePlan(
    { state, calico, resume, from, target, path, uses, comparisons, missingAccess, changes, storedProblems },
    options,
  );
}

function withoutLock(state: ClusterState): ClusterState {
  return { ...state, leftovers: state.leftovers.filter(({ kind }) => kind !== 'Lease') };
}

interface Left {
  /** The upgrade that died in this cluster; null where none did. */
  readonly resume: Resume | null;
  readonly state: ClusterState;
}

/** What a run before left, and the cluster without it. @throws EnvironmentError where its journal cannot be read */
async function readLeft(client: ClusterClient, state: ClusterState): Promise<Left> {
  const head = state.leftovers.some(isJournal) ? await readJournal(client) : null;
  if (head === null) return { resume: null, state };
  // The next run that writes takes it away
  if (head.status === 'done') return { resume: null, state: { ...state, leftovers: [] } };
  if (head.mode !== 'upgrade') return { resume: null, state };
  const resume = await readResume(client, head);
  return { resume, state: asUserLeftIt(state, resume.writes) };
}

/** What the cluster uses, as far as it decides which facts of the catalog count. */
export function usesOf({ method, dataplane, applicationLayerPolicy }: CalicoState): Uses {
  return {
    install: method === 'manifest' ? 'manifest' : 'operator',
    ebpf: dataplane === 'bpf',
    applicationLayerPolicy: applicationLayerPolicy.isInUse,
  };
}

/** Each hop is compared with what the one before would have left. */
async function compareHops(
  client: ClusterClient,
  calico: CalicoState,
  path: Path,
  manifests: ManifestReader,
): Promise<readonly Comparison[]> {
  const hops = path.kind === 'none' ? [] : path.hops.filter(({ component }) => component === 'calico');
  const comparisons: Comparison[] = [];
  let live: readonly KubernetesObject[] = calico.objects;
  for (const { from, to } of hops) {
    const comparison = await compare(client, calico, { from: from.calico, to: to.calico }, live, manifests);
    comparisons.push(comparison);
    if (comparison.kind === 'compared') live = comparison.result.objects;
  }
  return comparisons;
}

/** Files that cannot be had leave a plan that says what it cannot know. */
async function compare(
  client: ClusterClient,
  calico: CalicoState,
  hop: { readonly from: Version; readonly to: Version },
  live: readonly KubernetesObject[],
  manifests: ManifestReader,
): Promise<Comparison> {
  try {
    return await compareHop(client, calico, hop, live, manifests);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    return { kind: 'unknown', ...hop, reason: error.message };
  }
}

async function findMissingAccess(
  client: ClusterClient,
  calico: CalicoState,
): Promise<readonly MissingAccess[]> {
  const accesses = upgradeAccesses(calico);
  const answers = await inBatches(accesses, (access) => client.canI(access));
  return accesses.flatMap((access, index) => {
    const answer = answers[index];
    return answer?.isAllowed === false ? [{ access, reason: answer.reason }] : [];
  });
}

/** The target's definitions of kinds. */
function definitionsOf(comparison: Comparison | undefined): readonly KubernetesObject[] {
  if (comparison?.kind !== 'compared') return [];
  return comparison.result.objects.filter(({ kind }) => kind === 'CustomResourceDefinition');
}

/** Only the first hop can be tried: the others begin where it ends. */
async function tryFirstHop(
  client: ClusterClient,
  comparisons: readonly Comparison[],
): Promise<readonly ObjectChange[] | null> {
  const [first] = comparisons;
  return first?.kind === 'compared' ? tryChanges(client, first.result.objects) : null;
}
