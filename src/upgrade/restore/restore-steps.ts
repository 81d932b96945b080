import { fieldsAt } from '../../cluster/fields.js';
import { referenceOf } from '../../cluster/object-name.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import { sameContent } from '../engine/same-content.js';
import type { Gate, ObjectWrite, Step, Write } from '../engine/step.js';
import type { StageName } from '../plan/plan.js';
import { planWaves, type WaveOptions, type WavePlan } from '../waves/plan-waves.js';
import { objectWrite, step, writeOf } from './make-step.js';
import { operatorSteps } from './operator-steps.js';
import type { NodeRestoration, Restoration } from './plan-restore.js';
import { ownersOf } from './rendered.js';
import type { RestoreItem } from './restore-item.js';
import { uniteAccess } from './unite-access.js';

export interface StepOptions extends WaveOptions {
  readonly soakMs: number;
}

export interface RestoreSteps {
  readonly steps: readonly Step[];
  readonly waves: WavePlan;
}

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
 * The order in which a rollback writes. Definitions that are gone come first, and none is ever removed. Accounts get the
 * rules of both releases before any pod changes, and lose those of the newer one last. What users wrote is there before
 * the pods that read it. Pure.
 */
export function restoreSteps(restoration: Restoration, options: StepOptions): RestoreSteps {
  const { items, node, state } = restoration;
  const running = new Set(node?.nodes ?? []);
  const waves = planWaves(
    state.nodes.filter(({ name }) => running.has(name)),
    options,
  );
  const writes = items.filter(({ action }) => action === 'create' || action === 'replace');
  const deletes = items.filter(({ action }) => action === 'delete');
  const at = (stage: StageName): RestoreItem[] => writes.filter((item) => item.stage === stage);
  const definitions = at('crds');
  const access = at('rbac').filter(({ object }) => ACCESS.has(object.kind));
  const steps = [
    step('crds', 'put back definitions that are gone', definitions.map(writeOf), [
      { kind: 'established', names: definitions.map(({ object }) => object.name) },
    ]),
    step('config', 'take away hooks that the bundle does not have', removals(deletes, isUnrenderedHook)),
    step('rbac', 'namespaces', at('rbac').filter(isNamespace).map(writeOf)),
    step('rbac', 'accounts, and the rules of both releases', [
      ...at('rbac')
        .filter(({ object }) => object.kind === 'ServiceAccount')
        .map(writeOf),
      ...access.map(unitedWrite),
    ]),
    step('config', 'ConfigMaps, Services and budgets', at('config').map(writeOf)),
    step('data', 'what users wrote', at('data').map(writeOf)),
    ...workloadSteps(restoration, 'typha', at('typha')),
    ...(restoration.hasOperator
      ? operatorSteps(restoration, at('operator'), options)
      : nodeSteps(node, waves, options)),
    ...workloadSteps(restoration, 'kube-controllers', at('kube-controllers')),
    ...apiserverSteps(restoration, at('apiserver')),
    step('rbac-trim', 'take away workloads that only the newer release had', removals(deletes, isWorkload)),
    ...(waves.leftOut.length > 0 ? [] : trimSteps(access, deletes)),
  ];
  return { steps: steps.filter((one) => !isEmpty(one)), waves };
}

function isEmpty({ writes, wave, gates }: Step): boolean {
  const says = gates.filter((gate) => gate.kind !== 'established' || gate.names.length > 0);
  return writes.length === 0 && wave === null && says.length === 0;
}

function removalOf({ object, live }: RestoreItem): ObjectWrite {
  return { kind: 'object', object, before: live, after: null };
}

function removals(
  deletes: readonly RestoreItem[],
  isWanted: (item: RestoreItem) => boolean,
): readonly Write[] {
  return deletes.filter(isWanted).map(removalOf);
}

function isHook({ object }: RestoreItem): boolean {
  return HOOKS.has(object.kind);
}

/** What the operator rendered it would make anew as long as it runs: that goes last. */
function isUnrenderedHook(item: RestoreItem): boolean {
  return isHook(item) && (item.live === null || ownersOf(item.live).length === 0);
}

function isWorkload({ object }: RestoreItem): boolean {
  return WORKLOADS.has(object.kind);
}

function isNamespace({ object }: RestoreItem): boolean {
  return object.kind === 'Namespace';
}

function unitedWrite({ object, live, saved }: RestoreItem): ObjectWrite {
  const after = live && saved ? uniteAccess(live, saved) : saved;
  return { kind: 'object', object, before: live, after };
}

/** From the rules of both releases to those of the bundle; what the newer one brought goes. */
function trimSteps(access: readonly RestoreItem[], deletes: readonly RestoreItem[]): readonly Step[] {
  const trims = access.flatMap((item): ObjectWrite[] => {
    const { object, live, saved } = item;
    return live && saved ? [{ kind: 'object', object, before: uniteAccess(live, saved), after: saved }] : [];
  });
  const rest = (item: RestoreItem): boolean => !isUnrenderedHook(item) && !isWorkload(item);
  return [
    step('rbac-trim', 'take away rules and objects that only the newer release had', [
      ...trims,
      ...removals(deletes, rest),
    ]),
  ];
}

function workloadSteps(
  { calico, hasOperator }: Restoration,
  stage: 'typha' | 'kube-controllers',
  found: readonly RestoreItem[],
): readonly Step[] {
  const { typha, kubeControllers } = calico?.components ?? {};
  const live = stage === 'typha' ? typha : kubeControllers;
  const workload = found.find(isWorkload)?.object ?? live?.reference;
  // What only the newer release had is taken away later, and is waited for by nobody
  if (hasOperator || workload === undefined || (found.length === 0 && !live)) return [];
  return [step(stage, workload.name, found.map(writeOf), [{ kind: 'rollout', workload }])];
}

function apiserverSteps({ hasOperator, items }: Restoration, found: readonly RestoreItem[]): readonly Step[] {
  if (hasOperator && found.length === 0) return [];
  const goes = (name: string): boolean =>
    items.some(({ object, action }) => action === 'delete' && object.name === name);
  const workloads = found.filter(isWorkload);
  const service = found.find(({ object }) => object.kind === 'APIService')?.object.name;
  const gates: Gate[] = workloads.map(({ object }) => ({ kind: 'rollout', workload: object }));
  if (service !== undefined && !goes(service)) gates.push({ kind: 'api-service', name: service });
  return [step('apiserver', 'Calico’s API server, its APIService and hooks', found.map(writeOf), gates)];
}

/**
 * The DaemonSet gets the template first and waits for its pods to be deleted, wave by wave; its own strategy comes back
 * last. One that is gone is made at once: its nodes have nothing to lose.
 */
function nodeSteps(
  node: NodeRestoration | null,
  { waves }: WavePlan,
  { soakMs }: StepOptions,
): readonly Step[] {
  if (node === null) return [];
  const { saved, live } = node;
  const daemonSet = referenceOf(saved);
  const gates: Gate[] = [{ kind: 'rollout', workload: daemonSet }];
  if (live !== null && !node.hasStalePods && sameContent(live, saved))
    return [step('node', 'calico-node', [], gates)];
  if (live === null) {
    return [step('node', 'calico-node, which is gone', [objectWrite(null, saved)], gates)];
  }
  const held = withStrategy(saved, { type: 'OnDelete' });
  return [
    step('node', 'calico-node as the bundle has it; its pods stay for now', [objectWrite(live, held)]),
    ...waves.map(({ kind, nodes }, index) => ({
      ...step('node', `wave ${index + 1} of ${waves.length}, ${kind}: ${nodes.length} nodes`, []),
      wave: { daemonSet, nodes, soakMs },
    })),
    step('node', 'calico-node’s own update strategy', [objectWrite(held, saved)], gates),
  ];
}

function withStrategy(daemonSet: KubernetesObject, updateStrategy: unknown): KubernetesObject {
  return { ...daemonSet, spec: { ...fieldsAt(daemonSet, 'spec'), updateStrategy } };
}
