import { OWN_LABELS } from '../../cluster/own-label.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import { podName, serverArgs } from '../name-pod.js';
import { PORTS } from '../probe.js';
import { probePod, type ProbePodOptions, ROLE_LABEL } from '../probe-pod.js';

/**
 * Where the pods with Istio's sidecars are. `privileged`, since the container that leads a pod's traffic to its sidecar
 * needs NET_ADMIN; the test's own container has no more rights there than elsewhere.
 */
export const LAYER7_NAMESPACE = 'calico-network-test-l7';
export const LAYER7_LEVEL = 'privileged';
export const LAYER7_ROLE = 'l7';

/** Paths that the pods' server answers, as it answers any. */
export const PATHS = { first: '/calico-network-test/first', second: '/calico-network-test/second' } as const;

/**
 * Annotations by which Istio puts Dikastes beside the sidecar: none where that is in the template of every pod; else
 * those by which upstream's documentation has workloads ask for it.
 *
 * @see https://docs.tigera.io/calico/latest/network-policy/istio/app-layer-policy
 */
export const TEMPLATES: readonly Readonly<Record<string, string>>[] = [
  {},
  { 'inject.istio.io/templates': 'sidecar,dikastes' },
];

export interface Layer7PodOptions extends Pick<ProbePodOptions, 'node' | 'image' | 'run' | 'deadlineMs'> {
  readonly round: number;
  /** Of {@link TEMPLATES}. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** The pod of a node that gets Istio's sidecar and Dikastes. Pure. */
export function layer7Pod({ annotations, round, ...options }: Layer7PodOptions): KubernetesObject {
  const pod = probePod({
    ...options,
    name: podName(LAYER7_ROLE, options.node, round),
    namespace: LAYER7_NAMESPACE,
    role: LAYER7_ROLE,
    args: serverArgs(PORTS.http, PORTS.udp),
  });
  const { metadata } = pod;
  return { ...pod, metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } } };
}

/**
 * Has the pods of the namespace take plain HTTP, where upstream's documentation has the whole mesh refuse it (STRICT): the
 * test's other pods have no sidecar. It counts for this namespace alone. Pure.
 *
 * @see https://istio.io/latest/docs/reference/config/security/peer_authentication/
 */
export function peerAuthentication(apiVersion: string): KubernetesObject {
  const metadata = { name: 'default', namespace: LAYER7_NAMESPACE, labels: OWN_LABELS };
  return { apiVersion, kind: 'PeerAuthentication', metadata, spec: { mtls: { mode: 'PERMISSIVE' } } };
}

/**
 * Tells Istio that the pods are asked over HTTP, as it knows it of those of users: a sidecar guesses of what no Service is
 * in front of. It has no address, and nobody asks it. Pure.
 */
export function layer7Service(): KubernetesObject {
  const metadata = { name: LAYER7_ROLE, namespace: LAYER7_NAMESPACE, labels: OWN_LABELS };
  const ports = [{ name: 'http', port: PORTS.http, targetPort: PORTS.http, protocol: 'TCP' }];
  const spec = { clusterIP: 'None', selector: { [ROLE_LABEL]: LAYER7_ROLE }, ports };
  return { apiVersion: 'v1', kind: 'Service', metadata, spec };
}

/** A NetworkPolicy of Calico's that lets through one path to the pods with sidecars. Pure. */
export function layer7Policy(apiVersion: string, path: string): KubernetesObject {
  // Named as its tier has it: up to v3.31 it is by that that Felix knows it
  const metadata = { name: 'default.l7', namespace: LAYER7_NAMESPACE, labels: OWN_LABELS };
  const rule = { action: 'Allow', protocol: 'TCP', http: { methods: ['GET'], paths: [{ exact: path }] } };
  const selector = `${ROLE_LABEL} == '${LAYER7_ROLE}'`;
  const spec = { order: 100, selector, types: ['Ingress'], ingress: [rule] };
  return { apiVersion, kind: 'NetworkPolicy', metadata, spec };
}
