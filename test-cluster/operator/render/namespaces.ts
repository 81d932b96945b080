import type { KubernetesObject } from '../../../src/ports/cluster-client.js';

/** A namespace of the operator's (tigera/operator v1.36.16 `pkg/render/namespaces.go`, `CreateNamespace`). */
export function renderNamespace(name: string, standard: 'privileged' | 'restricted'): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: {
        name,
        'pod-security.kubernetes.io/enforce': standard,
        'pod-security.kubernetes.io/enforce-version': 'latest',
      },
    },
  };
}
