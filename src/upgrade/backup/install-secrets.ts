import type { ClusterState } from '../../cluster/cluster-state.js';
import type { ClusterClient, KubernetesObject } from '../../ports/cluster-client.js';
import { belongsToInstall, installNamespaces } from './install-scope.js';

const SECRET = { apiVersion: 'v1', kind: 'Secret' } as const;

/** The Secrets of Calico's install, in all of the namespaces that it can be in. */
export async function listInstallSecrets(
  client: ClusterClient,
  state: ClusterState,
): Promise<readonly KubernetesObject[]> {
  const secrets: KubernetesObject[] = [];
  for (const namespace of installNamespaces(state)) {
    let found: KubernetesObject[] = [];
    for await (const { items, isRestart } of client.list(SECRET, { namespace })) {
      if (isRestart) found = [];
      found.push(...items.filter((secret) => isInstallSecret(secret, state)));
    }
    secrets.push(...found);
  }
  return secrets;
}

/** Tokens are made anew by Kubernetes. Of Helm's releases only Calico's own is of the install. */
function isInstallSecret(secret: KubernetesObject, { calico }: ClusterState): boolean {
  if (secret['type'] === 'kubernetes.io/service-account-token') return false;
  const { owner, name } = secret.metadata.labels ?? {};
  return belongsToInstall(secret) || (owner === 'helm' && name === calico?.helm?.name);
}
