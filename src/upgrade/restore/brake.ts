import { valueAt } from '../../cluster/fields.js';
import { nameOf, referenceOf } from '../../cluster/object-name.js';
import type { ClusterClient, KubernetesObject, ObjectReference } from '../../ports/cluster-client.js';
import type { CalicoState } from '../../cluster/cluster-state.js';
import { step } from '../engine/staged-steps.js';
import type { Step, StepResult, Write } from '../engine/step.js';

const REPLICAS = ['spec', 'replicas'] as const;
const STRATEGY = ['spec', 'updateStrategy'] as const;
const HELD = 'the brake: the operator is held, and calico-node waits';

/**
 * The brake: no node changes any more, whatever comes next. The operator is held, so that it puts nothing back, and
 * calico-node waits for its pods to be deleted; once more when the operator has ended, which may have written last. What
 * the brake changed goes back with the operator's Deployment: the operator puts the update strategy right by itself.
 *
 * @returns no steps where there is no operator
 */
export async function brakeSteps(client: ClusterClient, calico: CalicoState): Promise<readonly Step[]> {
  const deployment = calico.operator?.deployment?.reference;
  const daemonSet = calico.components.node?.reference;
  const [operator, node] = [await read(client, deployment), await read(client, daemonSet)];
  if (operator === null) return [];
  const held = fieldWrite(operator, REPLICAS, 0);
  const waits = node === null ? [] : [fieldWrite(node, STRATEGY, { type: 'OnDelete' })];
  return [
    step('operator', HELD, [held, ...waits], [{ kind: 'stopped', workload: referenceOf(operator) }]),
    ...(waits.length === 0 ? [] : [step('operator', 'the brake: calico-node still waits', waits)]),
  ];
}

/** What somebody has to know where the brake holds and the run does not go back; null where it does not hold. Pure. */
export function sayHeld(results: readonly StepResult[], { operator }: CalicoState): string | null {
  const deployment = operator?.deployment?.reference;
  const isHeld = results.some(({ title, outcome }) => title === HELD && outcome === 'done');
  if (!deployment || !isHeld) return null;
  return `The operator is held: ${nameOf(deployment)} has no replicas, and calico-node waits for its pods to be deleted. Running nodes keep working; nothing of Calico is changed or healed until the next run of mode upgrade or rollback lets it go. By hand, it goes on with the release that failed: kubectl scale deployment ${deployment.name} --namespace ${deployment.namespace} --replicas=1`;
}

async function read(
  client: ClusterClient,
  reference: ObjectReference | undefined,
): Promise<KubernetesObject | null> {
  return reference === undefined ? null : client.get(reference);
}

function fieldWrite(live: KubernetesObject, field: readonly string[], after: unknown): Write {
  return { kind: 'field', object: referenceOf(live), field, before: valueAt(live, ...field), after };
}
