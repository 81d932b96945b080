import type { ClusterState } from '../../cluster/cluster-state.js';
import type { Workload } from '../../cluster/workload-state.js';
import { digestOf } from '../../cluster/image-set.js';
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

/**
 * The workloads that tell whether the release is there: by the tag of their images, or by the digest that the release's
 * ImageSet has for them. One that it says nothing of is left out.
 */
function movedTo({ calico }: ClusterState, target: string): readonly MovedWorkload[] {
  const { node, typha, kubeControllers } = calico?.components ?? {};
  const hasSets = (calico?.operator?.imageSets ?? []).length > 0;
  const moved = (workload: Workload | null | undefined, image: string): readonly MovedWorkload[] => {
    const digest = digestOf(calico?.operator, target, image);
    if (!workload || (hasSets && digest === null)) return [];
    return [{ object: workload.reference, marks: [digest === null ? `:${target}` : `@${digest}`] }];
  };
  return [
    ...moved(node, 'calico/node'),
    ...moved(typha, 'calico/typha'),
    ...moved(kubeControllers, 'calico/kube-controllers'),
  ];
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
