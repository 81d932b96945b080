import { fieldsAt } from '../../cluster/fields.js';
import { groupOf, referenceOf } from '../../cluster/object-name.js';
import type { KubernetesObject, ObjectReference } from '../../ports/cluster-client.js';
import type { StageName } from '../plan/stage-name.js';
import type { Wave as PlannedWave, WavePlan } from '../waves/plan-waves.js';
import { sameContent } from './same-content.js';
import type { Gate, ObjectWrite, Step, Write } from './step.js';
import { uniteAccess } from './unite-access.js';

/** An object that comes to another state in a stage. */
export interface StagedChange {
  readonly stage: StageName;
  readonly object: ObjectReference;
  /** As it is now; null where it is not there. */
  readonly before: KubernetesObject | null;
  /** As it is to be; null where it goes. */
  readonly after: KubernetesObject | null;
}

/** calico-node: what becomes of it, and on which nodes. */
export interface NodeChange {
  readonly before: KubernetesObject | null;
  readonly after: KubernetesObject;
  /** Whether pods are of another revision than the DaemonSet's present one. */
  readonly hasStalePods: boolean;
}

export interface StagedChanges {
  /** calico-node of an install without an operator is not among them: it is `node`. */
  readonly changes: readonly StagedChange[];
  readonly node: NodeChange | null;
  readonly waves: WavePlan;
  readonly soakMs: number;
  /** Workloads that have to be well before the next stage begins, whether they change or not. */
  readonly typha: ObjectReference | null;
  readonly kubeControllers: ObjectReference | null;
  /** The registration of Calico's API, which has to be Available once the server behind it changed; null where there is none. */
  readonly apiService: ObjectReference | null;
  /** What the operator does in the place of Typha, nodes and controllers; empty where there is none. */
  readonly operatorSteps: readonly Step[];
}

/** How long a workload has to stay well, and on which nodes it need not be. */
interface Patience {
  readonly steadyMs: number;
  readonly without: readonly string[];
}

/** A pod that crashes does so within seconds of its start. */
const MOST_STEADY_MS = 10_000;
const WORKLOADS: ReadonlySet<string> = new Set(['DaemonSet', 'Deployment']);
const ACCESS: ReadonlySet<string> = new Set(['ClusterRole', 'Role', 'ClusterRoleBinding', 'RoleBinding']);
/** What calls a server whenever something is written or asked for. */
const HOOKS: ReadonlySet<string> = new Set([
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
  'APIService',
]);

/**
 * The order in which an install goes from one release to another, forward or back. Definitions come first, and none is
 * ever removed. Accounts get the rules of both releases before any pod changes, and lose those of the one that goes last.
 * What users wrote is there before the pods that read it. Pure.
 */
export function stagedSteps(all: StagedChanges): readonly Step[] {
  const { changes, waves } = all;
  const steadyMs = Math.min(all.soakMs, MOST_STEADY_MS);
  const patience: Patience = { steadyMs, without: waves.unready };
  const writes = changes.filter(({ after }) => after !== null);
  const removals = changes.filter(({ after }) => after === null);
  const at = (stage: StageName): StagedChange[] => writes.filter((change) => change.stage === stage);
  const definitions = at('crds');
  const access = at('rbac').filter(({ object }) => ACCESS.has(object.kind));
  const rest = at('rbac').filter(({ object }) => !ACCESS.has(object.kind));
  const steps = [
    step('crds', 'definitions of kinds', definitions.map(writeOf), [
      { kind: 'established', names: definitions.map(({ object }) => object.name) },
    ]),
    step('config', 'hooks that go', removals.filter(isUnrenderedHook).map(writeOf)),
    step('rbac', 'namespaces', rest.filter(isNamespace).map(writeOf)),
    step('rbac', 'accounts, and the rules of both releases', [
      ...rest.filter((change) => !isNamespace(change)).map(writeOf),
      ...access.map(unitedWrite),
    ]),
    step('config', 'ConfigMaps, Services and budgets', at('config').map(writeOf)),
    step('data', 'what users wrote', at('data').map(writeOf)),
    ...workloadSteps('typha', at('typha'), all.typha, patience),
    ...all.operatorSteps,
    ...nodeSteps(all),
    ...workloadSteps('kube-controllers', at('kube-controllers'), all.kubeControllers, patience),
    ...apiserverSteps(at('apiserver'), all.apiService, patience),
    ...at('apiserver')
      .filter(isDaemonSet)
      .flatMap((change) => driverSteps(change, waves)),
    // As long as they are there, an operator that knows them would make anew what it rendered for them
    step('rbac-trim', 'resources of the operator that go', removals.filter(isResource).map(writeOf)),
    step('rbac-trim', 'workloads that go', removals.filter(isWorkload).map(writeOf)),
    ...(waves.unready.length > 0 ? [] : trimSteps(access, removals)),
  ];
  return steps.filter((one) => !isEmpty(one));
}

/** A step without a wave. */
export function step(
  stage: StageName,
  title: string,
  writes: readonly Write[],
  gates: readonly Gate[] = [],
): Step {
  return { stage, title, writes, wave: null, gates };
}

export function writeOf({ object, before, after }: StagedChange): ObjectWrite {
  return { kind: 'object', object, before, after };
}

export function objectWrite(before: KubernetesObject | null, after: KubernetesObject): ObjectWrite {
  return { kind: 'object', object: referenceOf(after), before, after };
}

function isEmpty({ writes, wave, gates }: Step): boolean {
  const says = gates.filter((gate) => gate.kind !== 'established' || gate.names.length > 0);
  return writes.length === 0 && wave === null && says.length === 0;
}

function isHook({ object }: StagedChange): boolean {
  return HOOKS.has(object.kind);
}

/** What an operator rendered it would make anew as long as it runs: that goes last. */
function isUnrenderedHook(change: StagedChange): boolean {
  return isHook(change) && (change.before?.metadata.ownerReferences ?? []).length === 0;
}

function isResource({ object }: StagedChange): boolean {
  return groupOf(object.apiVersion) === 'operator.tigera.io';
}

function isWorkload({ object }: StagedChange): boolean {
  return WORKLOADS.has(object.kind);
}

function isNamespace({ object }: StagedChange): boolean {
  return object.kind === 'Namespace';
}

function unitedWrite({ object, before, after }: StagedChange): ObjectWrite {
  return { kind: 'object', object, before, after: before && after ? uniteAccess(before, after) : after };
}

/** From the rules of both releases to those of the one that stays; what only the other had goes. */
function trimSteps(access: readonly StagedChange[], removals: readonly StagedChange[]): readonly Step[] {
  const trims = access.flatMap(({ object, before, after }): ObjectWrite[] =>
    before && after ? [{ kind: 'object', object, before: uniteAccess(before, after), after }] : [],
  );
  const others = removals.filter(
    (change) => !isUnrenderedHook(change) && !isResource(change) && !isWorkload(change),
  );
  return [step('rbac-trim', 'rules and objects that go', [...trims, ...others.map(writeOf)])];
}

function workloadSteps(
  stage: 'typha' | 'kube-controllers',
  changes: readonly StagedChange[],
  there: ObjectReference | null,
  patience: Patience,
): readonly Step[] {
  const workload = changes.find(isWorkload)?.object ?? there;
  if (workload === null) return [];
  return [step(stage, workload.name, changes.map(writeOf), [{ kind: 'rollout', workload, ...patience }])];
}

function apiserverSteps(
  all: readonly StagedChange[],
  apiService: ObjectReference | null,
  patience: Patience,
): readonly Step[] {
  const changes = all.filter((change) => !isDaemonSet(change));
  if (changes.length === 0) return [];
  const services = changes.map(({ object }) => object).filter(({ kind }) => kind === 'APIService');
  const names = new Set([...services, ...(apiService ? [apiService] : [])].map(({ name }) => name));
  return [
    step('apiserver', 'Calico’s API server, its APIService and hooks', changes.map(writeOf), [
      ...changes.filter(isWorkload).map((change) => rolloutOf(change, patience)),
      ...[...names].map((name): Gate => ({ kind: 'api-service', name })),
    ]),
  ];
}

/** The CSI driver: its own strategy is one node at a time, which takes longer than a stage may on many nodes. */
function driverSteps(change: StagedChange, { waves, leftOut }: WavePlan): readonly Step[] {
  const { object, before, after } = change;
  const without = leftOut.map(({ node }) => node);
  if (before === null || after === null) {
    return [step('apiserver', object.name, [writeOf(change)], [rolloutOf(change)])];
  }
  const held = withStrategy(after, { type: 'OnDelete' });
  return [
    step('apiserver', `${object.name}’s template; its pods stay for now`, [objectWrite(before, held)]),
    ...waves.map(({ nodes }, index) => ({
      ...step('apiserver', `${object.name}, wave ${index + 1} of ${waves.length}`, []),
      wave: { daemonSet: object, nodes, soakMs: 0, isWherePodsAre: true },
    })),
    step(
      'apiserver',
      `${object.name}’s own update strategy`,
      [objectWrite(held, after)],
      [rolloutOf(change, { without })],
    ),
  ];
}

function isDaemonSet({ object }: StagedChange): boolean {
  return object.kind === 'DaemonSet';
}

function rolloutOf({ object }: StagedChange, patience: Partial<Patience> = {}): Gate {
  return { kind: 'rollout', workload: object, ...patience };
}

/**
 * The DaemonSet gets its template first and waits for its pods to be deleted, wave by wave; its own strategy comes back
 * last. One that is gone is made at once: its nodes have nothing to lose.
 */
function nodeSteps({ node, waves, soakMs }: StagedChanges): readonly Step[] {
  if (node === null) return [];
  const { before, after, hasStalePods } = node;
  const daemonSet = referenceOf(after);
  const without = waves.leftOut.map(({ node: name }) => name);
  const gates: Gate[] = [{ kind: 'rollout', workload: daemonSet, without }];
  if (before === null) {
    return [step('node', 'calico-node, which is gone', [objectWrite(null, after)], gates)];
  }
  if (!hasStalePods && sameContent(before, after)) return [step('node', 'calico-node', [], gates)];
  const held = withStrategy(after, { type: 'OnDelete' });
  return [
    step('node', 'calico-node’s template; its pods stay for now', [objectWrite(before, held)]),
    ...waves.waves.map((wave, index) => ({
      ...step('node', titleOf(wave, index, waves), []),
      wave: { daemonSet, nodes: wave.nodes, soakMs },
    })),
    step('node', 'calico-node’s own update strategy', [objectWrite(held, after)], gates),
  ];
}

function titleOf({ kind, nodes }: PlannedWave, index: number, { waves }: WavePlan): string {
  return `wave ${index + 1} of ${waves.length}, ${kind}: ${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'}`;
}

function withStrategy(daemonSet: KubernetesObject, updateStrategy: unknown): KubernetesObject {
  return { ...daemonSet, spec: { ...fieldsAt(daemonSet, 'spec'), updateStrategy } };
}
