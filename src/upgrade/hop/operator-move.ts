import type { ClusterState, Workload } from '../../cluster/cluster-state.js';
import type { StagedChange } from '../engine/staged-steps.js';
import type { MovedWorkload, Step } from '../engine/step.js';
import { operatorSteps } from '../restore/operator-steps.js';
import type { RestoreItem } from '../restore/restore-item.js';
import type { KnobOptions } from '../restore/operator-knobs.js';

/**
 * The steps in which the operator of the target takes over and rolls Calico: one node at a time for the canary, then as
 * wide as was asked. Pure.
 *
 * @param changes the operator's Deployment
 * @param target `v3.31.7`
 */
export function operatorHopSteps(
  state: ClusterState,
  changes: readonly StagedChange[],
  target: string,
  { isResumed = false, ...options }: KnobOptions & { readonly isResumed?: boolean },
): readonly Step[] {
  return operatorSteps(
    {
      calico: state.calico,
      state,
      index: { calico: target },
      items: [],
      moved: movedTo(state, target),
      // The operator may be there already, and its nodes not
      node: { hasStalePods: isResumed },
      finalizers: [],
      going: { namespaces: [], registrations: [] },
      isForward: true,
    },
    changes.map(itemOf),
    options,
  );
}

/** The workloads that tell whether the release is there; with images by digest, their tags do not say it. */
function movedTo({ calico }: ClusterState, target: string): readonly MovedWorkload[] {
  if ((calico?.operator?.imageSets.length ?? 0) > 0) return [];
  const { node, typha, kubeControllers } = calico?.components ?? {};
  return [node, typha, kubeControllers]
    .filter((workload): workload is NonNullable<typeof workload> => workload != null)
    .map(({ reference }: Workload) => ({ object: reference, marks: [`:${target}`] }));
}

function itemOf({ object, stage, before, after }: StagedChange): RestoreItem {
  return {
    object,
    class: 'install',
    action: before === null ? 'create' : 'replace',
    stage,
    why: '',
    fields: [],
    live: before,
    saved: after,
  };
}
