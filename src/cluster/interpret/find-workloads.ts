import type { KubernetesObject } from '../../ports/cluster-client.js';
import { textAt, textMapAt } from '../fields.js';
import { groupOf } from '../object-name.js';
import { containerOf, templateContainers } from './workload.js';

/** The parts of an install that are workloads. */
export type Role =
  | 'node'
  | 'windows-node'
  | 'typha'
  | 'kube-controllers'
  | 'apiserver'
  | 'csi'
  | 'goldmane'
  | 'whisker'
  | 'webhooks'
  | 'operator';

/**
 * Containers by which a workload is known: distributions rename workloads (rke2-canal) and registries, the containers
 * keep their names.
 */
const CONTAINERS: readonly (readonly [Role, 'DaemonSet' | 'Deployment', string])[] = [
  ['node', 'DaemonSet', 'calico-node'],
  ['typha', 'Deployment', 'calico-typha'],
  ['kube-controllers', 'Deployment', 'calico-kube-controllers'],
  ['apiserver', 'Deployment', 'calico-apiserver'],
  ['csi', 'DaemonSet', 'calico-csi'],
  ['webhooks', 'Deployment', 'calico-webhooks'],
  ['operator', 'Deployment', 'tigera-operator'],
];
/** Known by name: their containers have names that others may have too. */
const NAMES: readonly (readonly [Role, string, string])[] = [
  ['windows-node', 'DaemonSet', 'calico-node-windows'],
  ['goldmane', 'Deployment', 'goldmane'],
  ['whisker', 'Deployment', 'whisker'],
];
/** Where the operator puts what it runs. */
const OPERATOR_NAMESPACES = new Set(['calico-system', 'calico-apiserver', 'tigera-system']);

/** What part of Calico a workload is; null for any other. */
export function roleOf(object: KubernetesObject): Role | null {
  const byName = NAMES.find(([, kind, name]) => object.kind === kind && object.metadata.name === name);
  if (byName) return byName[0] === 'windows-node' || isOperatorOwned(object) ? byName[0] : null;
  const found = CONTAINERS.find(
    ([, kind, name]) => object.kind === kind && containerOf(object, name) !== null,
  );
  if (!found) return null;
  const system = textMapAt(object, 'spec', 'template', 'spec', 'nodeSelector')['kubernetes.io/os'];
  return found[0] === 'node' && system === 'windows' ? 'windows-node' : found[0];
}

/** Whether the operator made a workload: it is owned by one of the operator's objects, or lies where only those do. */
export function isOperatorOwned(object: KubernetesObject): boolean {
  const owners = object.metadata.ownerReferences ?? [];
  return (
    owners.some((owner) => groupOf(owner.apiVersion) === 'operator.tigera.io') ||
    OPERATOR_NAMESPACES.has(object.metadata.namespace ?? '')
  );
}

/** Whether a DaemonSet runs flannel beside calico-node: canal. */
export function hasFlannel(object: KubernetesObject): boolean {
  return templateContainers(object).some(({ container }) => textAt(container, 'name').includes('flannel'));
}

/** The workloads of a role, the operator's before others. */
export function workloadsOf(objects: readonly KubernetesObject[], role: Role): KubernetesObject[] {
  return objects
    .filter((object) => roleOf(object) === role)
    .sort((a, b) => Number(isOperatorOwned(b)) - Number(isOperatorOwned(a)));
}
