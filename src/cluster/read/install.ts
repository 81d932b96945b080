import type { KubernetesObject, ObjectReference, ServedKind } from '../../ports/cluster-client.js';
import type { WorkloadWarning } from '../calico-state.js';
import { fieldsAt, listAt, textAt, without } from '../fields.js';
import { keepObjects } from '../interpret/accumulator.js';
import { roleOf, workloadsOf } from '../interpret/find-workloads.js';
import { newestWarnings } from '../interpret/warnings.js';
import { templateContainers } from '../interpret/workload.js';
import { INSTALL_OBJECTS, type InstallObjectName } from '../install-objects.js';
import { byNamespace, referenceOf } from '../object-name.js';
import { READINGS } from '../reading-table.js';
import { schemaDigests } from '../schema-digest.js';
import type { ConfigMapReadings } from '../readings.js';
import { OWN_SELECTOR } from '../own-label.js';
import type { Reader } from './reader.js';

/** More ConfigMaps than this in the environment of calico-node are no install of Calico's. */
const MOST_CONFIG_MAPS = 10;
/** A definition is up to 600 KB: this many at a time. */
const DEFINITIONS_PAGE = 50;
const DEFINITION_GROUPS =
  /\.(?:crd\.projectcalico\.org|projectcalico\.org|operator\.tigera\.io|policy\.networking\.k8s\.io|migration\.projectcalico\.org)$/;

/** A definition without its schemas, and digests of them by version. */
export interface DefinitionReading {
  readonly definition: KubernetesObject;
  readonly digests: Readonly<Record<string, string>>;
}

/** Calico's and the operator's definitions. */
export function readDefinitions(reader: Reader): Promise<DefinitionReading[]> {
  return reader.through(READINGS.definition, () => keepObjects(readDefinition), {
    pageSize: DEFINITIONS_PAGE,
  });
}

/** Whether a definition is Calico's or the operator's. */
export function isCalicoDefinition({ metadata }: KubernetesObject): boolean {
  return DEFINITION_GROUPS.test(metadata.name);
}

function readDefinition(object: KubernetesObject): DefinitionReading | null {
  if (!isCalicoDefinition(object)) return null;
  return { definition: withoutSchema(object), digests: schemaDigests(object) };
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** What a definition weighs is its schema, which client-side apply writes into an annotation once more. */
function withoutSchema(definition: KubernetesObject): KubernetesObject {
  const { metadata } = definition;
  const managedFields = (metadata.managedFields ?? []).map((entry) => without(entry, 'fieldsV1'));
  const annotations = without(metadata.annotations ?? {}, LAST_APPLIED);
  const versions = listAt(definition, 'spec', 'versions').map((version) => without(version, 'schema'));
  return {
    ...definition,
    metadata: { ...metadata, annotations, managedFields },
    spec: { ...fieldsAt(definition, 'spec'), versions },
  };
}

/** The ConfigMaps that say how Calico, kube-proxy and the pod network are configured. */
export async function readConfigMaps(
  reader: Reader,
  workloads: readonly KubernetesObject[],
): Promise<ConfigMapReadings> {
  const get = (namespace: string, name: string): Promise<KubernetesObject | null> =>
    reader.get(READINGS.configMap, { namespace, name });
  const [ofNode, kubeProxy, kubeadm] = await Promise.all([
    Promise.all(configMapNames(workloads).map(({ namespace, name }) => get(namespace, name))),
    Promise.all(['kube-proxy', 'kube-proxy-config'].map((name) => get('kube-system', name))),
    get('kube-system', 'kubeadm-config'),
  ]);
  return { ofNode: ofNode.filter(isThere), kubeProxy: kubeProxy.filter(isThere), kubeadm };
}

/** The ConfigMaps that the environment of calico-node and its neighbours in the pod names. */
function configMapNames(workloads: readonly KubernetesObject[]): { namespace: string; name: string }[] {
  const names = workloadsOf(workloads, 'node').flatMap((daemonSet) => {
    const namespace = daemonSet.metadata.namespace ?? '';
    return templateContainers(daemonSet)
      .flatMap(({ container }) => [
        ...listAt(container, 'env').map((entry) => textAt(entry, 'valueFrom', 'configMapKeyRef', 'name')),
        ...listAt(container, 'envFrom').map((entry) => textAt(entry, 'configMapRef', 'name')),
      ])
      .flatMap((name) => (name === '' ? [] : [`${namespace}/${name}`]));
  });
  return [...new Set(names)].slice(0, MOST_CONFIG_MAPS).map((key) => {
    const [namespace = '', name = ''] = key.split('/');
    return { namespace, name };
  });
}

/** RBAC, accounts, Services, budgets and policies of the install: those of the known names that are there. */
export async function readInstallObjects(
  reader: Reader,
  kinds: readonly ServedKind[],
  workloads: readonly KubernetesObject[],
): Promise<KubernetesObject[]> {
  const [node] = workloadsOf(workloads, 'node');
  const [operator] = workloadsOf(workloads, 'operator');
  const places: Readonly<Record<string, string>> = {
    install: node?.metadata.namespace ?? 'kube-system',
    operator: operator?.metadata.namespace ?? 'tigera-operator',
  };
  const wanted = INSTALL_OBJECTS.filter(({ reading }) =>
    kinds.some(({ apiVersion, kind }) => apiVersion === reading.apiVersion && kind === reading.kind),
  );
  const placeOf = ({ place }: InstallObjectName): string | null =>
    place === null ? null : (places[place] ?? place);
  const objects = await Promise.all(
    wanted.map((object) => reader.get(object.reading, { namespace: placeOf(object), name: object.name })),
  );
  return objects.filter(isThere);
}

/** Warnings about the install's pods and workloads, in the namespaces that it is in. */
export async function readWarnings(
  reader: Reader,
  workloads: readonly KubernetesObject[],
): Promise<WorkloadWarning[]> {
  const own = workloads.filter((workload) => roleOf(workload) !== null);
  const lists = await Promise.all(
    [...byNamespace(own)].map(([namespace, members]) =>
      reader.through(READINGS.event, () => newestWarnings(members.map(({ metadata }) => metadata.name)), {
        namespace,
        fieldSelector: 'type=Warning',
      }),
    ),
  );
  return lists
    .flat()
    .sort((a, b) => (a.lastSeen < b.lastSeen ? 1 : -1))
    .slice(0, 50);
}

/** Journals and locks of earlier runs. */
export async function readLeftovers(reader: Reader): Promise<ObjectReference[]> {
  const lists = await Promise.all(
    [READINGS.configMap, READINGS.lease].map((reading) =>
      reader.through(reading, () => keepObjects(referenceOf), {
        labelSelector: OWN_SELECTOR,
        metadataOnly: true,
      }),
    ),
  );
  return lists.flat();
}

function isThere(object: KubernetesObject | null): object is KubernetesObject {
  return object !== null;
}
