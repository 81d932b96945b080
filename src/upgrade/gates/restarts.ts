import { listAt, numberAt } from '../../cluster/fields.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';

/** How often the containers of a pod restarted, all together. */
export function restartsOf(pod: KubernetesObject): number {
  return ['initContainerStatuses', 'containerStatuses']
    .flatMap((list) => listAt(pod, 'status', list))
    .reduce((sum, status) => sum + (numberAt(status, 'restartCount') ?? 0), 0);
}
