import type { KubernetesObject } from '../../ports/cluster-client.js';
import { textAt } from '../../cluster/fields.js';

/**
 * Why a dry run was not accepted. `permission`: the account may not write so, which is asked for apart. `webhook`: an
 * admission webhook did not answer, or takes no dry run. `awaited`: it needs what an earlier change makes. `refused`:
 * anything else that is said of the change itself.
 */
export type Refusal = 'permission' | 'webhook' | 'awaited' | 'refused';

/** What the server answered. */
export interface ServerAnswer {
  readonly status: number | null;
  readonly message: string;
}

/** By RBAC, and by its guard against giving what one does not have; other causes of 403 are the change's. */
const PERMISSION = /" cannot \S+ resource "|attempting to grant RBAC permissions not currently held/;
/**
 * @see https://github.com/kubernetes/kubernetes/blob/v1.34.0/staging/src/k8s.io/apiserver/pkg/admission/plugin/webhook/errors/statuserror.go
 */
const WEBHOOK = /failed calling (?:admission )?webhook|admission webhook ".*?" does not support dry run/;

/**
 * Why the server did not accept a planned change when it was asked without writing; null where it did not answer for
 * reasons that have nothing to do with the change.
 *
 * @param planned all that the same hop would write
 */
export function refusalOf(
  { status, message }: ServerAnswer,
  planned: readonly KubernetesObject[],
): Refusal | null {
  if (WEBHOOK.test(message)) return 'webhook';
  if (status === null || status === 401 || status === 429 || status >= 500) return null;
  if (status === 403 && PERMISSION.test(message)) return 'permission';
  return status === 404 && isAwaited(message, planned) ? 'awaited' : 'refused';
}

/** Whether a namespace or a kind that is not there is one of those that the hop would make. */
function isAwaited(message: string, planned: readonly KubernetesObject[]): boolean {
  const namespace = /namespaces "([^"]+)" not found/.exec(message)?.[1];
  return planned.some((object) =>
    object.kind === 'Namespace'
      ? object.metadata.name === namespace
      : object.kind === 'CustomResourceDefinition' &&
        namespace === undefined &&
        message.includes(textAt(object, 'spec', 'names', 'kind')) &&
        message.includes(textAt(object, 'spec', 'group')),
  );
}
