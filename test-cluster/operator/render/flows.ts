import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { imageOf } from '../images.js';
import {
  CALICO_NAMESPACE,
  podSpec,
  type RenderSource,
  serviceAccount,
  TOLERATE_CONTROL_PLANE,
  workload,
} from './render-source.js';

/** Goldmane, which gathers flows (tigera/operator v1.38.13 `pkg/render/goldmane`). */
export function renderGoldmane(source: RenderSource): KubernetesObject[] {
  return [...one('goldmane', ['goldmane'], source), service('goldmane', 7443)];
}

/** Whisker, which shows them (tigera/operator v1.38.13 `pkg/render/whisker`). */
export function renderWhisker(source: RenderSource): KubernetesObject[] {
  return [...one('whisker', ['whisker', 'whisker-backend'], source), service('whisker', 8081)];
}

function one(
  name: string,
  images: readonly ('goldmane' | 'whisker' | 'whisker-backend')[],
  source: RenderSource,
): KubernetesObject[] {
  const containers = images.map((image) => ({
    name: image,
    image: imageOf(image, source),
    imagePullPolicy: 'IfNotPresent',
  }));
  return [
    serviceAccount(name, CALICO_NAMESPACE),
    workload('Deployment', name, CALICO_NAMESPACE, {
      spec: { replicas: 1, strategy: { type: 'Recreate' } },
      pod: podSpec(source.spec, name, { containers, tolerations: TOLERATE_CONTROL_PLANE }),
    }),
  ];
}

function service(name: string, port: number): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: CALICO_NAMESPACE },
    spec: { ports: [{ port, protocol: 'TCP', targetPort: port }], selector: { 'k8s-app': name } },
  };
}
