import { listAt, textAt, textsAt } from '../../cluster/fields.js';
import { readTerminating } from '../../cluster/interpret/namespaces.js';
import { OWN_LABELS } from '../../cluster/own-label.js';
import { ClusterError } from '../../errors.js';
import type { ClusterClient, KubernetesObject } from '../../ports/cluster-client.js';
import { type Judge, waitFor, type Waiting } from '../gates/wait-for.js';
import { sourceOf } from '../gates/workload.js';
import { FIELD_MANAGER } from '../plan/try-changes.js';
import { readServices, type Services, silentAnyway } from './api-services.js';
import { failure, NOTHING, type Verdict, warning } from './verdict.js';

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' } as const;
const LABELS = { ...OWN_LABELS, 'app.kubernetes.io/component': 'namespace-check' } as const;
const DISCOVERY = 'NamespaceDeletionDiscoveryFailure';

/**
 * Makes a namespace and deletes it: releases are known with which no namespace can be deleted any more, and nothing else
 * shows it. Where one may not be made or deleted, or waits for what is no doing of the upgrade's, that is only said.
 *
 * @throws ClusterError where the server does not answer
 * @see https://github.com/projectcalico/calico/issues/9527
 */
export async function checkNamespaces(
  client: ClusterClient,
  before: Services,
  waiting: Waiting,
): Promise<Verdict> {
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
  try {
    await client.delete(reference);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return warning(
      `Whether namespaces can be deleted is not known: ${name}, which was made to be deleted, may not be, and is left. ${error.message} By hand: kubectl delete namespace ${name}`,
    );
  }
  const last: { namespace: KubernetesObject | null } = { namespace: null };
  const judge: Judge = ([namespaces = []]) => {
    const [namespace] = namespaces;
    last.namespace = namespace ?? null;
    if (!namespace) return { kind: 'done' };
    const isHeldAnyway = isHeldOnlyBy(namespace, before.silent);
    return { kind: isHeldAnyway ? 'failed' : 'waiting', reason: whyOf(namespace) };
  };
  const stuck = await waitFor(client, [sourceOf(reference)], judge, waiting);
  if (stuck === null) return NOTHING;
  const silent = silentAnyway(before, await readServices(client));
  return (
    (last.namespace && excuse(last.namespace, silent)) ??
    failure(
      `Namespace ${name}, which was made to be deleted, does not go: ${stuck.reason}. No namespace can be deleted like this.`,
    )
  );
}

/** What is to be said of a namespace that stays for want of something that is not Calico's; null where that is not all. */
function excuse(namespace: KubernetesObject, silent: ReadonlySet<string>): Verdict | null {
  const { name, finalizers = [] } = namespace.metadata;
  if (isHeldOnlyBy(namespace, silent)) {
    return warning(
      `Namespace ${name}, which was made to be deleted, goes once ${servicesAwaited(namespace).join(', ')} answers: it did not before the upgrade, or was registered since. No namespace can be deleted until then.`,
    );
  }
  const isEmpty = problemsOf(namespace).length === 0 && textsAt(namespace, 'spec', 'finalizers').length === 0;
  if (!isEmpty || finalizers.length === 0) return null;
  return warning(
    `Namespace ${name}, which was made to be deleted, is empty, and goes once whoever put them there takes its finalizers away: ${finalizers.join(', ')}.`,
  );
}

/** Whether a namespace waits for none but those APIServices. */
function isHeldOnlyBy(namespace: KubernetesObject, services: ReadonlySet<string>): boolean {
  const awaited = servicesAwaited(namespace);
  const isAll = problemsOf(namespace).every(({ type }) => type === DISCOVERY);
  return isAll && awaited.length > 0 && awaited.every((name) => services.has(name));
}

/**
 * The APIServices whose APIs could not be asked what a namespace has of them.
 *
 * @see https://github.com/kubernetes/client-go/blob/v0.34.0/discovery/discovery_client.go ErrGroupDiscoveryFailed
 */
function servicesAwaited(namespace: KubernetesObject): readonly string[] {
  const condition = problemsOf(namespace).find(({ type }) => type === DISCOVERY);
  const failed = textAt(condition, 'message').matchAll(/(?:^|\s)([\w.-]+)\/(v\w+): /g);
  return [...failed].map(([, group, version]) => `${version}.${group}`);
}

function problemsOf(namespace: KubernetesObject) {
  return listAt(namespace, 'status', 'conditions').filter(({ status }) => status === 'True');
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
