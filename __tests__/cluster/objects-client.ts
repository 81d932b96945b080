import { ClusterError } from '../../src/errors.js';
import type {
  ClusterClient,
  KubernetesObject,
  ListOptions,
  ListPage,
  ObjectKind,
  ServedKind,
} from '../../src/ports/cluster-client.js';

/** A question that was put to the cluster. */
export interface Asked {
  readonly verb: 'get' | 'list' | 'create';
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string | null;
}

export interface ObjectsClientOptions {
  readonly gitVersion?: string;
  readonly failedGroups?: readonly string[];
  /** Kinds served besides those that there are objects of. */
  readonly kinds?: readonly ServedKind[];
  /** Status of the answer to a question; null for the answer itself. */
  readonly refuse?: (asked: Asked) => number | null;
  /** What users may, whatever is asked. Default: true. */
  readonly mayUsers?: boolean;
  /** Whether pages say how many objects follow. Default: true. */
  readonly saysRemaining?: boolean;
  /** Starts each list of this kind anew after its first page, once. */
  readonly restarts?: string;
}

/** A cluster that holds some objects and only ever answers reads and questions; a write is an error of the test. */
export interface ObjectsClient extends ClusterClient {
  /** Every request, in order. A page is one. */
  readonly asked: readonly Asked[];
}

/** Kinds that every Kubernetes serves, as far as inspect may ask for them. */
const BUILT_IN =
  `v1/Namespace v1/Node v1/Pod v1/Event v1/ConfigMap v1/Service v1/ServiceAccount v1/Secret apps/v1/DaemonSet
  apps/v1/Deployment policy/v1/PodDisruptionBudget rbac.authorization.k8s.io/v1/ClusterRole
  rbac.authorization.k8s.io/v1/ClusterRoleBinding rbac.authorization.k8s.io/v1/RoleBinding
  apiextensions.k8s.io/v1/CustomResourceDefinition apiregistration.k8s.io/v1/APIService coordination.k8s.io/v1/Lease
  networking.k8s.io/v1/NetworkPolicy admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration`
    .split(/\s+/)
    .map((text): ServedKind => {
      const slash = text.lastIndexOf('/');
      return served(text.slice(0, slash), text.slice(slash + 1));
    });

/** A served kind, with its plural as Calico and Kubernetes form it. */
export function served(apiVersion: string, kind: string, isNamespaced = true): ServedKind {
  const lower = kind.toLowerCase();
  const plural = lower.endsWith('y')
    ? `${lower.slice(0, -1)}ies`
    : lower.endsWith('status')
      ? `${lower}es`
      : `${lower}s`;
  return { apiVersion, kind, plural, isNamespaced, verbs: ['get', 'list', 'watch'] };
}

/** A client of a cluster that holds these objects. The kinds of definitions among them are served. */
export function createObjectsClient(
  objects: readonly KubernetesObject[],
  options: ObjectsClientOptions = {},
): ObjectsClient {
  const asked: Asked[] = [];
  const kinds = servedKinds(objects, options.kinds ?? []);
  const isServed = (wanted: ObjectKind): boolean =>
    kinds.some(({ apiVersion, kind }) => apiVersion === wanted.apiVersion && kind === wanted.kind);
  const restarted = new Set<string>();

  function ask(question: Asked): void {
    asked.push(question);
    const status = options.refuse?.(question) ?? null;
    if (status === null) return;
    const { verb, kind } = question;
    throw new ClusterError(
      { verb, resource: kind, status },
      `The API server refused to ${verb} ${kind}.`,
      'Allow it.',
    );
  }

  async function* list(wanted: ObjectKind, listOptions: ListOptions = {}): AsyncGenerator<ListPage> {
    if (!isServed(wanted)) return;
    const { namespace = null, pageSize = 500 } = listOptions;
    const found = objects.filter((object) => isWanted(object, wanted, listOptions));
    const question: Asked = { verb: 'list', apiVersion: wanted.apiVersion, kind: wanted.kind, namespace };
    let start = 0;
    let isRestart = false;
    do {
      ask(question);
      const page = found.slice(start, start + pageSize);
      const remaining = Math.max(0, found.length - start - page.length);
      yield {
        items: listOptions.metadataOnly === true ? page.map(metadataOf) : page,
        resourceVersion: '1',
        isRestart,
        remaining: options.saysRemaining === false && remaining > 0 ? null : remaining,
      };
      isRestart = options.restarts === wanted.kind && !restarted.has(wanted.kind);
      restarted.add(wanted.kind);
      start = isRestart ? 0 : start + pageSize;
    } while (start < found.length);
    await Promise.resolve();
  }

  const never = (): never => {
    throw new Error('inspect must not write, watch, run or ask for its own rights');
  };
  return {
    server: 'https://cluster.example',
    asked,
    version: () => Promise.resolve({ gitVersion: options.gitVersion ?? 'v1.31.4', platform: 'linux/amd64' }),
    discover: () => Promise.resolve({ kinds, failedGroups: options.failedGroups ?? [] }),
    async get(reference) {
      if (!isServed(reference)) return null;
      const { apiVersion, kind, namespace, name } = reference;
      ask({ verb: 'get', apiVersion, kind, namespace });
      await Promise.resolve();
      return (
        objects.find(
          (object) => isWanted(object, reference, { namespace }) && object.metadata.name === name,
        ) ?? null
      );
    },
    list,
    read: never,
    watch: never,
    apply: never,
    create: never,
    replace: never,
    patch: never,
    delete: never,
    exec: never,
    logs: never,
    canI: never,
    async canUser() {
      ask({
        verb: 'create',
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        namespace: null,
      });
      await Promise.resolve();
      return { isAllowed: options.mayUsers ?? true, reason: '' };
    },
  };
}

function servedKinds(objects: readonly KubernetesObject[], others: readonly ServedKind[]): ServedKind[] {
  const defined = objects
    .filter(({ kind }) => kind === 'CustomResourceDefinition')
    .flatMap(kindsOfDefinition);
  const present = objects.map(({ apiVersion, kind, metadata }) =>
    served(apiVersion, kind, metadata.namespace !== undefined),
  );
  const all = [...BUILT_IN, ...others, ...defined, ...present];
  return [...new Map(all.toReversed().map((kind) => [`${kind.apiVersion} ${kind.kind}`, kind])).values()];
}

function kindsOfDefinition(definition: KubernetesObject): ServedKind[] {
  const spec = definition['spec'] as {
    readonly group: string;
    readonly scope: string;
    readonly names: { readonly plural: string; readonly kind: string };
    readonly versions: readonly { readonly name: string }[];
  };
  return spec.versions.map(({ name }) => ({
    apiVersion: `${spec.group}/${name}`,
    kind: spec.names.kind,
    plural: spec.names.plural,
    isNamespaced: spec.scope === 'Namespaced',
    verbs: ['get', 'list', 'watch', 'create'],
  }));
}

function isWanted(
  { apiVersion, kind, metadata, ...rest }: KubernetesObject,
  wanted: ObjectKind,
  { namespace = null, labelSelector = '', fieldSelector = '' }: ListOptions,
): boolean {
  if (apiVersion !== wanted.apiVersion || kind !== wanted.kind) return false;
  if (namespace !== null && metadata.namespace !== namespace) return false;
  if (fieldSelector === 'type=Warning' && rest['type'] !== 'Warning') return false;
  if (fieldSelector.startsWith('metadata.name=') && fieldSelector !== `metadata.name=${metadata.name}`)
    return false;
  return labelSelector
    .split(',')
    .filter(Boolean)
    .every((part) => metadata.labels?.[part.split('=')[0] ?? ''] === part.split('=')[1]);
}

function metadataOf({ apiVersion, kind, metadata }: KubernetesObject): KubernetesObject {
  return { apiVersion, kind, metadata };
}
