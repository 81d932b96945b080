import { readTerminating } from '../../cluster/interpret/namespaces.js';
import { OWN_LABELS } from '../../cluster/own-label.js';
import { ClusterError } from '../../errors.js';
import type { ClusterClient, KubernetesObject } from '../../ports/cluster-client.js';
import { type Seen, type Sight, waitFor, type Waiting } from '../gates/wait-for.js';
import { sourceOf } from '../gates/workload.js';
import { FIELD_MANAGER } from '../plan/try-changes.js';
import { failure, NOTHING, type Verdict, warning } from './verdict.js';

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' } as const;
const LABELS = { ...OWN_LABELS, 'app.kubernetes.io/component': 'namespace-check' } as const;

/**
 * Makes a namespace and deletes it: releases are known with which no namespace can be deleted any more, and nothing else
 * shows it. Where one may not be made that is only said.
 *
 * @see https://github.com/projectcalico/calico/issues/9527
 */
export async function checkNamespaces(client: ClusterClient, waiting: Waiting): Promise<Verdict> {
  const name = `calico-upgrade-action-check-${waiting.now().toString(36)}`;
  const reference = { ...NAMESPACE, namespace: null, name };
  try {
    await client.create(
      { ...NAMESPACE, metadata: { name, labels: LABELS } },
      { fieldManager: FIELD_MANAGER },
    );
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return warning(`Whether namespaces can be deleted is not known: none could be made. ${error.message}`);
  }
  await client.delete(reference);
  const stuck = await waitFor(client, [sourceOf(reference)], gone, waiting);
  if (stuck === null) return NOTHING;
  return failure(
    `Namespace ${name}, which was made to be deleted, does not go: ${stuck.reason}. No namespace can be deleted like this.`,
  );
}

function gone([namespaces = []]: Seen): Sight {
  const [namespace] = namespaces;
  if (!namespace) return { kind: 'done' };
  return { kind: 'waiting', reason: whyOf(namespace) };
}

function whyOf(namespace: KubernetesObject): string {
  const said = readTerminating(namespace)?.reason ?? '';
  if (said !== '') return said;
  const { finalizers = [] } = namespace.metadata;
  return finalizers.length > 0 ? `its finalizers are ${finalizers.join(', ')}` : 'it says nothing of why';
}

/** By quota or an admission webhook, or for want of a permission. */
function isRefusal(error: unknown): error is ClusterError {
  return error instanceof ClusterError && error.status !== null && error.status >= 400 && error.status < 500;
}
