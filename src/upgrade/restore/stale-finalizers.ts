import { groupOf, referenceOf } from '../../cluster/object-name.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { FieldWrite } from '../engine/step.js';
import { OPERATOR_GROUP } from './rendered.js';

const FIELD = ['metadata', 'finalizers'] as const;

/**
 * What takes the finalizers off an Installation that the operator has set since it was saved: a controller that only the
 * newer release has (of Goldmane, of Whisker) waits for its own pods to end before Calico does, and the older operator
 * never takes it off: the Installation could not be deleted any more. Those that the older one knows it sets again.
 *
 * @see https://github.com/tigera/operator/blob/v1.38.13/pkg/render/finalizers.go
 */
export function staleFinalizers(saved: KubernetesObject, live: KubernetesObject): readonly FieldWrite[] {
  if (groupOf(live.apiVersion) !== OPERATOR_GROUP || live.kind !== 'Installation') return [];
  const { finalizers: before = [], deletionTimestamp } = live.metadata;
  const known = new Set(saved.metadata.finalizers);
  const after = before.filter((finalizer) => known.has(finalizer) || !isOperators(finalizer));
  if (after.length === before.length || deletionTimestamp !== undefined) return [];
  const object = referenceOf(live);
  return [{ kind: 'field', object, field: FIELD, before, after: after.length === 0 ? undefined : after }];
}

function isOperators(finalizer: string): boolean {
  return finalizer.startsWith(`${OPERATOR_GROUP}/`) || finalizer.startsWith('tigera.io/');
}
