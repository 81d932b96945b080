import { OWN_LABELS } from '../../cluster/own-label.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import { PORTS } from '../probe.js';
import { PROBE_NAMESPACE } from '../probe-namespace.js';
import { ROLE_LABEL } from '../probe-pod.js';
import type { CalicoPolicies } from '../scene.js';

type Api = Pick<CalicoPolicies, 'apiVersion'>;

/** The tier of the test. */
export const TIER = 'calico-network-test';
/** Just before the order that Calico gives the tier `default`: what users put before it stays before it. */
const TIER_ORDER = 999_999;
/** Names begin with the tier’s, as Calico’s own do: up to v3.31 it is by them that Felix knows it. */
const NAMES = { NetworkPolicy: 'default.pods', GlobalNetworkPolicy: 'default.calico-network-test' } as const;

/** A rule of Calico’s. */
export type CalicoRule = Readonly<Record<string, unknown>>;
export const DENY: CalicoRule = { action: 'Deny' };
export const ALLOW: CalicoRule = { action: 'Allow' };
export const PASS: CalicoRule = { action: 'Pass' };
/** One port, and pods of one role. */
export const ALLOW_SOURCES: CalicoRule = {
  action: 'Allow',
  protocol: 'TCP',
  source: { selector: `${ROLE_LABEL} == 'source'` },
  destination: { ports: [PORTS.http] },
};

/** The target pods of this test, and nothing else in any cluster. */
const TARGETS = `${ROLE_LABEL} == 'target'`;

/** A NetworkPolicy of Calico’s, for what the target pods are sent. Pure. */
export function networkPolicy({ apiVersion }: Api, ingress: readonly CalicoRule[]): KubernetesObject {
  const metadata = { name: NAMES.NetworkPolicy, namespace: PROBE_NAMESPACE, labels: OWN_LABELS };
  const spec = { order: 100, selector: TARGETS, types: ['Ingress'], ingress };
  return { apiVersion, kind: 'NetworkPolicy', metadata, spec };
}

/**
 * A GlobalNetworkPolicy that denies what the target pods are sent. It is bound to the namespace twice, so that it never
 * selects another pod, or a node, even where one of the two is not understood. Pure.
 */
export function globalPolicy({ apiVersion }: Api, order: number): KubernetesObject {
  const metadata = { name: NAMES.GlobalNetworkPolicy, labels: OWN_LABELS };
  const spec = {
    order,
    selector: `${TARGETS} && projectcalico.org/namespace == '${PROBE_NAMESPACE}'`,
    namespaceSelector: `kubernetes.io/metadata.name == '${PROBE_NAMESPACE}'`,
    types: ['Ingress'],
    ingress: [DENY],
  };
  return { apiVersion, kind: 'GlobalNetworkPolicy', metadata, spec };
}

/** The tier of the test: with no policy in it, it does nothing. Pure. */
export function tier({ apiVersion }: Api): KubernetesObject {
  const metadata = { name: TIER, labels: OWN_LABELS };
  return { apiVersion, kind: 'Tier', metadata, spec: { order: TIER_ORDER } };
}

/** A NetworkPolicy in the tier of the test. Pure. */
export function tieredPolicy(api: Api, rule: CalicoRule): KubernetesObject {
  const policy = networkPolicy(api, [rule]);
  return {
    ...policy,
    metadata: { ...policy.metadata, name: `${TIER}.pods` },
    spec: { ...(policy['spec'] as object), tier: TIER },
  };
}
