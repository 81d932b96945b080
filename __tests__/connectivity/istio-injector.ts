import { listAt } from '../../src/cluster/fields.js';
import { matchesSelector } from '../../src/cluster/label-selector.js';
import type { KubernetesObject } from '../../src/ports/cluster-client.js';

/** A webhook of Istio's, as far as who it injects goes. */
type Webhook = Readonly<Record<'name' | 'namespaceSelector' | 'objectSelector', unknown>>;

const within = (key: string, ...values: readonly string[]): object => ({ key, operator: 'In', values });
const isAbsent = (key: string): object => ({ key, operator: 'DoesNotExist' });
const notRefused = { key: 'sidecar.istio.io/inject', operator: 'NotIn', values: ['false'] };

/**
 * The four webhooks that Istio's chart writes for the default revision, in their order.
 *
 * @see https://istio.io/latest/docs/ops/configuration/mesh/injection-concepts/
 */
export const DEFAULT_WEBHOOKS: readonly Webhook[] = [
  revisionWebhook('default'),
  {
    name: 'rev.object.sidecar-injector.istio.io',
    namespaceSelector: { matchExpressions: [isAbsent('istio.io/rev'), isAbsent('istio-injection')] },
    objectSelector: { matchExpressions: [notRefused, within('istio.io/rev', 'default')] },
  },
  {
    name: 'namespace.sidecar-injector.istio.io',
    namespaceSelector: { matchExpressions: [within('istio-injection', 'enabled')] },
    objectSelector: { matchExpressions: [notRefused] },
  },
  {
    name: 'object.sidecar-injector.istio.io',
    namespaceSelector: { matchExpressions: [isAbsent('istio-injection'), isAbsent('istio.io/rev')] },
    objectSelector: {
      matchExpressions: [within('sidecar.istio.io/inject', 'true'), isAbsent('istio.io/rev')],
    },
  },
];

/** The one that injects into namespaces of a revision or tag. */
export function revisionWebhook(revision: string): Webhook {
  return {
    name: 'rev.namespace.sidecar-injector.istio.io',
    namespaceSelector: {
      matchExpressions: [within('istio.io/rev', revision), isAbsent('istio-injection')],
    },
    objectSelector: { matchExpressions: [notRefused] },
  };
}

/** Istio's configuration of its injector. */
export function istioInjector(
  webhooks: readonly Webhook[] = DEFAULT_WEBHOOKS,
  name = 'istio-sidecar-injector',
): KubernetesObject {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name, labels: { app: 'sidecar-injector', 'istio.io/rev': 'default' } },
    webhooks,
  };
}

/** What a template of Istio's adds to pods. */
export interface Sidecars {
  /** Names of the template, where a pod has to ask for it: `dikastes`. */
  readonly template?: string;
  /** The version of Dikastes; null where it is not in the template. */
  readonly dikastes: string | null;
}

/** What Istio's injector makes of a pod in a namespace with these labels. */
export function injectSidecars(
  injectors: readonly KubernetesObject[],
  pod: KubernetesObject,
  namespace: KubernetesObject | undefined,
  { template, dikastes }: Sidecars,
): KubernetesObject | string {
  const isMeant = injectors
    .flatMap((injector) => listAt(injector, 'webhooks'))
    .some(
      (webhook) =>
        matchesSelector(webhook['namespaceSelector'], namespace?.metadata.labels ?? {}) &&
        matchesSelector(webhook['objectSelector'], pod.metadata.labels ?? {}),
    );
  if (!isMeant) return pod;
  const asked = pod.metadata.annotations?.['inject.istio.io/templates']?.split(',') ?? [];
  const unknown = asked.find((name) => name !== 'sidecar' && name !== template);
  if (unknown !== undefined) return `admission webhook denied: requested template "${unknown}" not found`;
  const isIn = dikastes !== null && (template === undefined || asked.includes(template));
  const sidecars = [
    { name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.22.0' },
    ...(isIn ? [{ name: 'dikastes', image: `quay.io/calico/dikastes:${dikastes}` }] : []),
  ];
  const spec = pod['spec'] as { readonly containers: readonly object[] };
  return { ...pod, spec: { ...spec, containers: [...spec.containers, ...sidecars] } };
}
