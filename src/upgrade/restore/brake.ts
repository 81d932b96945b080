import { valueAt } from '../../cluster/fields.js';
import { referenceOf } from '../../cluster/object-name.js';
import type { ClusterClient, KubernetesObject, ObjectReference } from '../../ports/cluster-client.js';
import type { CalicoState } from '../../cluster/cluster-state.js';
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

async function read(
  client: ClusterClient,
  reference: ObjectReference | undefined,
): Promise<KubernetesObject | null> {
  return reference === undefined ? null : client.get(reference);
}

function fieldWrite(live: KubernetesObject, field: readonly string[], after: unknown): Write {
  return { kind: 'field', object: referenceOf(live), field, before: valueAt(live, ...field), after };
}
