import type { ObjectReference } from '../../ports/cluster-client.js';
import { type StagedChange, stagedSteps } from '../engine/staged-steps.js';
import type { Step } from '../engine/step.js';
import { planWaves, type WavePlan } from '../waves/plan-waves.js';
import type { KnobOptions } from './operator-knobs.js';
import { operatorSteps } from './operator-steps.js';
import type { Restoration } from './plan-restore.js';
import type { RestoreItem } from './restore-item.js';

export type StepOptions = KnobOptions;

export interface RestoreSteps {
  readonly steps: readonly Step[];
  readonly waves: WavePlan;
}

/** The steps that bring a cluster back to what its bundle says, in their order. Pure. */
export function restoreSteps(restoration: Restoration, options: StepOptions): RestoreSteps {
  const { items, node, state, hasOperator, calico } = restoration;
  const running = new Set(node?.nodes ?? []);
  const waves = planWaves(
    state.nodes.filter(({ name }) => running.has(name)),
    options,
  );
  const moving = items.filter(({ action }) => action === 'create' || action === 'replace');
  const isOperators = ({ stage, action }: RestoreItem): boolean =>
    hasOperator && stage === 'operator' && action !== 'delete';
  const { typha, kubeControllers, apiserver } = calico?.components ?? {};
  const stays = (workload: { readonly reference: ObjectReference } | null | undefined) =>
    hasOperator || !workload || isRemoved(items, workload.reference) ? null : workload.reference;
  const steps = stagedSteps({
    changes: items.flatMap((item) => (isOperators(item) ? [] : changeOf(item))),
    node:
      node && !hasOperator ? { before: node.live, after: node.saved, hasStalePods: node.hasStalePods } : null,
    waves,
    soakMs: options.soakMs,
    typha: stays(typha),
    kubeControllers: stays(kubeControllers),
    apiService: stays(apiserver?.apiService),
    operatorSteps: hasOperator
      ? operatorSteps({ ...restoration, isForward: false }, moving.filter(isOperators), options)
      : [],
  });
  return { steps, waves };
}

/** What is kept, or asked about, is no change; calico-node of an install without an operator goes wave by wave. */
function changeOf({ object, action, stage, live, saved }: RestoreItem): StagedChange[] {
  if (action === 'keep' || action === 'conflict' || (stage === 'node' && action !== 'delete')) return [];
  return [{ stage, object, before: live, after: action === 'delete' ? null : saved }];
}

/** What only the newer release had is taken away at the end, and is waited for by nobody. */
function isRemoved(items: readonly RestoreItem[], { kind, name }: ObjectReference): boolean {
  return items.some(
    (item) => item.action === 'delete' && item.object.kind === kind && item.object.name === name,
  );
}
