import type { ClusterState } from '../../cluster/cluster-state.js';
import { valueAt } from '../../cluster/fields.js';
import { INSTALL_OBJECTS } from '../../cluster/install-objects.js';
import { groupOf } from '../../cluster/object-name.js';
import { isOurs } from '../../cluster/own-label.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { BundleKind } from './bundle-kinds.js';

/** Namespaces that are Calico's alone: all that a bundle may hold of them belongs to the install. */
const OWN_NAMESPACES: ReadonlySet<string> = new Set(['calico-system', 'calico-apiserver', 'tigera-operator']);
const CALICO_GROUPS: ReadonlySet<string> = new Set([
  'crd.projectcalico.org',
  'projectcalico.org',
  'operator.tigera.io',
  'policy.networking.k8s.io',
  'migration.projectcalico.org',
]);
const NAMED: ReadonlySet<string> = new Set(
  INSTALL_OBJECTS.map(({ reading: { kind }, name }) => `${kind} ${name}`),
);
const CALICO_NAME = /^(?:calico|canal|tigera|typha)(?:-|$)/;
/** What Kubernetes puts into every namespace by itself. */
const OF_KUBERNETES: ReadonlySet<string> = new Set(['ConfigMap kube-root-ca.crt', 'ServiceAccount default']);

/** The namespaces in which objects of the install can be. */
export function installNamespaces({ calico }: ClusterState): readonly string[] {
  const others = [calico?.namespace, calico?.helm?.namespace].filter((name) => name !== undefined);
  return [...new Set([...OWN_NAMESPACES, 'kube-system', ...others])];
}

/** The namespaces that a kind is listed in for a bundle; null for all of the cluster. */
export function placesOf(kind: BundleKind, state: ClusterState): readonly (string | null)[] {
  return kind.class === 'install' && kind.isNamespaced ? installNamespaces(state) : [null];
}

/** Whether an object of that kind belongs into a bundle: what users wrote always does, what this program wrote never. */
export function belongs(kind: BundleKind, object: KubernetesObject): boolean {
  if (isOurs(object)) return false;
  return kind.class !== 'install' || belongsToInstall(object);
}

/** Whether an object of a kind of the class `install` belongs to Calico's install, and not to somebody else. */
export function belongsToInstall(object: KubernetesObject): boolean {
  const { kind, metadata } = object;
  if (isOurs(object)) return false;
  if (OF_KUBERNETES.has(`${kind} ${metadata.name}`)) return false;
  if (metadata.namespace !== undefined && OWN_NAMESPACES.has(metadata.namespace)) return true;
  switch (kind) {
    case 'CustomResourceDefinition':
      return CALICO_GROUPS.has(String(valueAt(object, 'spec', 'group')));
    case 'APIService':
      // Without a service it is the server's own note of a definition
      return (
        CALICO_GROUPS.has(String(valueAt(object, 'spec', 'group'))) &&
        valueAt(object, 'spec', 'service') !== undefined
      );
    case 'Namespace':
      return OWN_NAMESPACES.has(metadata.name);
    default:
      return NAMED.has(`${kind} ${metadata.name}`) || isCalicoName(object);
  }
}

/** Named as Calico's objects are, alone or behind a group (`protect-builtin-tiers.projectcalico.org`). */
function isCalicoName({ apiVersion, metadata }: KubernetesObject): boolean {
  if (CALICO_NAME.test(metadata.name)) return true;
  const isAdmission = groupOf(apiVersion) === 'admissionregistration.k8s.io';
  return isAdmission && [...CALICO_GROUPS].some((group) => metadata.name.endsWith(`.${group}`));
}
