import type { ClusterState } from '../../cluster/cluster-state.js';
import { referenceOf } from '../../cluster/object-name.js';
import { ClusterError } from '../../errors.js';
import type { ClusterClient, KubernetesObject, ObjectReference } from '../../ports/cluster-client.js';
import type { MergeResult } from '../customisations/customisation.js';
import { sameContent } from '../engine/same-content.js';
import { type NodeChange, type StagedChange, stagedSteps } from '../engine/staged-steps.js';
import type { Step } from '../engine/step.js';
import { isWrittenSo } from '../engine/write-object.js';
import { readNodePods } from '../gates/node-pods.js';
import { formatVersion, type Version } from '../../version/version.js';
import { operatorHopSteps } from './operator-move.js';
import { inBatches } from '../plan/in-batches.js';
import { stageOf } from '../plan/stages.js';
import { knowsMinReady } from '../restore/operator-knobs.js';
import { planWaves, type WaveOptions, type WavePlan } from '../waves/plan-waves.js';

export interface HopOptions extends WaveOptions {
  readonly soakMs: number;
  /** How long what looks at the traffic after the first nodes takes; nothing where nothing is said. */
  readonly checksMs?: number;
  /** Whether an earlier run died in the middle of this hop. */
  readonly isResumed?: boolean;
}

/** What a hop is to come to. */
export interface ComparedHop {
  readonly to: Version;
  readonly result: Pick<MergeResult, 'objects' | 'obsolete'>;
}

/** The steps of a hop. */
export interface HopSteps {
  readonly steps: readonly Step[];
  readonly waves: WavePlan;
}

/**
 * Compares what a hop is to write with what is there, and puts it into stages: the target's objects with the user's
 * changes in them, and what the target no longer has. Writes nothing.
 */
export async function planHop(
  client: ClusterClient,
  { result: { objects, obsolete }, to }: ComparedHop,
  state: ClusterState,
  options: HopOptions,
): Promise<HopSteps> {
  const found = await inBatches(objects, (object) => compare(client, object));
  const changes = found.flatMap((change) => change ?? []);
  const removed = await inBatches(obsolete.filter(mayGo), (object) => removalOf(client, object));
  const hasOperator = state.calico?.method !== 'manifest';
  const isOperators = ({ stage }: StagedChange): boolean => hasOperator && stage === 'operator';
  const daemonSet = objects.find(isNode);
  const node = daemonSet ? await readNode(client, daemonSet) : null;
  const running = new Set(node?.nodes ?? []);
  const waves = planWaves(
    state.nodes.filter(({ name }) => running.has(name)),
    options,
  );
  const { typha, kubeControllers, apiserver } = state.calico?.components ?? {};
  const steps = stagedSteps({
    changes: [
      ...changes.filter((change) => !isNodeReference(change.object) && !isOperators(change)),
      ...removed.flat(),
    ],
    node: node?.change ?? null,
    waves,
    soakMs: options.soakMs,
    // An operator moves these by itself
    typha: hasOperator ? null : (typha?.reference ?? null),
    kubeControllers: hasOperator ? null : (kubeControllers?.reference ?? null),
    apiService: hasOperator ? null : (apiserver?.apiService?.reference ?? null),
    operatorSteps: hasOperator
      ? operatorHopSteps(state, changes.filter(isOperators), formatVersion(to), {
          ...options,
          hasMinReady: await knowsMinReady(client),
        })
      : [],
  });
  return { steps, waves };
}

/** Null where the object is as wanted already, as the server itself would write it. */
async function compare(client: ClusterClient, wanted: KubernetesObject): Promise<StagedChange | null> {
  const object = referenceOf(wanted);
  const live = await client.get(object);
  if (live !== null && (await isThere(client, live, wanted))) return null;
  return { stage: stageOf(wanted), object, before: live, after: wanted };
}

async function isThere(
  client: ClusterClient,
  live: KubernetesObject,
  wanted: KubernetesObject,
): Promise<boolean> {
  if (sameContent(live, wanted)) return true;
  try {
    return await isWrittenSo(client, live, wanted);
  } catch (error) {
    // Refused for now, by what an earlier stage changes; the write itself says so if that is not it
    if (error instanceof ClusterError && error.status !== null && error.status < 500) return false;
    throw error;
  }
}

/** Definitions and namespaces hold what users wrote. */
function mayGo({ kind }: ObjectReference): boolean {
  return kind !== 'CustomResourceDefinition' && kind !== 'Namespace';
}

async function removalOf(client: ClusterClient, object: ObjectReference): Promise<readonly StagedChange[]> {
  const live = await client.get(object);
  return live === null ? [] : [{ stage: stageOf(live), object, before: live, after: null }];
}

function isNodeReference({ kind, name }: ObjectReference): boolean {
  return kind === 'DaemonSet' && name === 'calico-node';
}

function isNode(object: KubernetesObject): boolean {
  return isNodeReference(referenceOf(object));
}

async function readNode(
  client: ClusterClient,
  after: KubernetesObject,
): Promise<{ readonly change: NodeChange; readonly nodes: readonly string[] }> {
  const before = await client.get(referenceOf(after));
  if (before === null) return { change: { before, after, hasStalePods: false }, nodes: [] };
  const { nodes, hasStalePods } = await readNodePods(client, before);
  const isSame = await isThere(client, before, after);
  return { change: { before, after: isSame ? before : after, hasStalePods }, nodes };
}
