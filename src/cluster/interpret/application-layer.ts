import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { ApplicationLayerPolicy } from '../calico-state.js';
import type { Evidence } from '../evidence.js';
import { type Fields, listAt, textAt } from '../fields.js';
import { evidenceOf } from '../object-name.js';

/** Pods that carry Dikastes, by namespace, and the first of them. */
export interface DikastesPods {
  readonly byNamespace: ReadonlyMap<string, number>;
  readonly first: Evidence | null;
}

const CONTAINER = 'dikastes';

/** The container of a pod that is Dikastes, an ordinary one or a native sidecar; null where it has none. */
export function dikastesOf(pod: KubernetesObject | null): Fields | null {
  const all = [...listAt(pod, 'spec', 'containers'), ...listAt(pod, 'spec', 'initContainers')];
  return all.find((container) => container['name'] === CONTAINER) ?? null;
}

/** Whether a pod carries Dikastes. */
export function carriesDikastes(pod: KubernetesObject): boolean {
  return dikastesOf(pod) !== null;
}

/** Whether Istio injects its sidecars into the pods of a namespace. */
export function isInjected({ metadata }: KubernetesObject): boolean {
  const labels = metadata.labels ?? {};
  return labels['istio-injection'] === 'enabled' || (labels['istio.io/rev'] ?? '') !== '';
}

/**
 * Application layer policy is in use where Felix syncs policies for Dikastes (`policySyncPathPrefix`, which upstream
 * leaves empty), or where a pod carries it.
 * @see https://docs.tigera.io/calico/latest/network-policy/istio/app-layer-policy
 */
export function readApplicationLayerPolicy(
  felix: readonly KubernetesObject[],
  env: Readonly<Record<string, string>>,
  pods: DikastesPods,
  injected: readonly string[],
): ApplicationLayerPolicy {
  const synced = felix.flatMap((configuration) => {
    const prefix = textAt(configuration, 'spec', 'policySyncPathPrefix');
    return prefix === '' ? [] : [evidenceOf(configuration, 'spec.policySyncPathPrefix', prefix)];
  });
  const isInUse =
    synced.length > 0 || (env['FELIX_POLICYSYNCPATHPREFIX'] ?? '') !== '' || pods.byNamespace.size > 0;
  const namespaces = new Set([...pods.byNamespace.keys(), ...(isInUse ? injected : [])]);
  return {
    isInUse,
    evidence: [...synced, ...(pods.first ? [pods.first] : [])],
    namespaces: [...namespaces].sort(),
    injectedPods: [...pods.byNamespace.values()].reduce((total, count) => total + count, 0),
  };
}
