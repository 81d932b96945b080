import { textAt, valueAt } from '../../cluster/fields.js';
import { nameOf, referenceOf } from '../../cluster/object-name.js';
import type { ClusterClient, KubernetesObject, ObjectReference } from '../../ports/cluster-client.js';
import type { CalicoState } from '../../cluster/calico-state.js';
import { step } from '../engine/staged-steps.js';
import type { Step, Write } from '../engine/step.js';

const REPLICAS = ['spec', 'replicas'] as const;
const STRATEGY = ['spec', 'updateStrategy'] as const;

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
    step(
      'operator',
      'the brake: the operator is held, and calico-node waits',
      [held, ...waits],
      [{ kind: 'stopped', workload: referenceOf(operator) }],
    ),
    ...(waits.length === 0 ? [] : [step('operator', 'the brake: calico-node still waits', waits)]),
  ];
}

/**
 * What somebody has to know where a run ends neither forward nor back and the operator is held, whichever run held it; null
 * where it is not, or the cluster does not answer.
 */
export async function sayHeld(
  client: ClusterClient,
  { operator, components }: CalicoState,
): Promise<string | null> {
  const deployment = operator?.deployment?.reference;
  const [live, node] = await Promise.all(
    [deployment, components.node?.reference].map((one) => read(client, one).catch(() => null)),
  );
  if (!deployment || !live || valueAt(live, ...REPLICAS) !== 0) return null;
  const isWaiting = node && textAt(node, ...STRATEGY, 'type') === 'OnDelete';
  const waits = isWaiting ? ', and calico-node waits for its pods to be deleted' : '';
  return `The operator is held: ${nameOf(deployment)} has no replicas${waits}. Running nodes keep working; nothing of Calico is changed or healed until the next run of mode upgrade or rollback lets it go. By hand, it goes on with the release that its Deployment has now: kubectl scale deployment ${deployment.name} --namespace ${deployment.namespace} --replicas=1`;
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
