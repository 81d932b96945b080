import { type KindReading, READINGS } from './reading-table.js';

/** An object that an install may have. */
export interface InstallObjectName {
  readonly reading: KindReading;
  readonly name: string;
  /** Where it is: `install` and `operator` stand for the namespaces those are in; null for a kind that has none. */
  readonly place: 'install' | 'operator' | 'kube-system' | 'calico-apiserver' | null;
}

/**
 * What upstream's files name besides workloads, ConfigMaps, Secrets and definitions: calico.yaml and its siblings,
 * canal.yaml, calico-v3-crds.yaml, apiserver.yaml and tigera-operator.yaml. A test holds it to upstream's files.
 */
export const INSTALL_OBJECTS: readonly InstallObjectName[] = [
  ...named(
    READINGS.serviceAccount,
    'install',
    'calico-node calico-kube-controllers calico-cni-plugin canal canal-node calico-webhooks',
  ),
  ...named(READINGS.serviceAccount, 'operator', 'tigera-operator'),
  ...named(READINGS.serviceAccount, 'calico-apiserver', 'calico-apiserver'),
  ...named(READINGS.service, 'install', 'calico-typha calico-webhooks'),
  ...named(READINGS.service, 'calico-apiserver', 'calico-api'),
  ...named(READINGS.budget, 'install', 'calico-kube-controllers calico-typha'),
  ...named(
    READINGS.clusterRole,
    null,
    `calico-node calico-kube-controllers calico-cni-plugin calico-tier-getter flannel canal calico-webhooks
     tigera-operator tigera-operator-secrets calico-crds calico-extension-apiserver-auth-access calico-webhook-reader`,
  ),
  ...named(
    READINGS.clusterRoleBinding,
    null,
    `calico-node calico-kube-controllers calico-cni-plugin calico-tier-getter canal-flannel canal-calico canal
     calico-webhooks tigera-operator calico-apiserver-access-crds calico-apiserver-delegate-auth
     calico-apiserver-webhook-reader calico-extension-apiserver-auth-access`,
  ),
  ...named(READINGS.roleBinding, 'operator', 'tigera-operator-secrets'),
  ...named(READINGS.namespace, null, 'tigera-operator calico-system calico-apiserver'),
  ...named(READINGS.podSecurityPolicy, null, 'tigera-operator'),
  ...named(READINGS.webhook, null, 'calico-webhooks'),
  ...named(READINGS.validatingPolicy, null, 'protect-builtin-tiers.projectcalico.org'),
  ...named(READINGS.validatingPolicyBinding, null, 'protect-builtin-tiers.projectcalico.org'),
  ...named(
    READINGS.mutatingPolicy,
    null,
    'policytypes.policy.projectcalico.org tierlabel.policy.projectcalico.org',
  ),
  ...named(READINGS.mutatingPolicyBinding, null, 'set-policytypes-binding set-tier-label-binding'),
];

function named(reading: KindReading, place: InstallObjectName['place'], names: string): InstallObjectName[] {
  return names
    .split(/\s+/)
    .filter(Boolean)
    .map((name) => ({ reading, name, place }));
}
