import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { asObject, copyOf } from '../../ready-made/fields.js';
import { imageOf } from '../images.js';
import { applyOverrides } from '../installation.js';
import { typhaScale } from '../releases.js';
import {
  CALICO_NAMESPACE,
  environment,
  podSpec,
  type RenderSource,
  serviceAccount,
  TOLERATE_ALL,
  workload,
} from './render-source.js';

/** typha and its Service (tigera/operator v1.36.16 `pkg/render/typha.go`). */
export function renderTypha(source: RenderSource): KubernetesObject[] {
  const { spec, release, nodes } = source;
  const deployment = copyOf(
    workload('Deployment', 'calico-typha', CALICO_NAMESPACE, {
      spec: {
        replicas: typhaScale(nodes),
        revisionHistoryLimit: 2,
        strategy: {
          type: 'RollingUpdate',
          rollingUpdate: { maxSurge: release.typhaSurge, maxUnavailable: 1 },
        },
      },
      pod: podSpec(spec, 'calico-typha', {
        containers: [typhaContainer(source)],
        hostNetwork: true,
        priorityClassName: 'system-cluster-critical',
        terminationGracePeriodSeconds: 300,
        tolerations: spec['controlPlaneTolerations'] ?? TOLERATE_ALL,
      }),
    }),
  );
  if (release.hasOverrides) applyOverrides(deployment, spec['typhaDeployment']);
  return [serviceAccount('calico-typha', CALICO_NAMESPACE), typhaService(), asObject(deployment)];
}

function typhaContainer(source: RenderSource): Record<string, unknown> {
  return {
    name: 'calico-typha',
    image: imageOf('typha', source),
    imagePullPolicy: 'IfNotPresent',
    env: environment({
      TYPHA_LOGSEVERITYSCREEN: 'info',
      TYPHA_DATASTORETYPE: 'kubernetes',
      TYPHA_HEALTHENABLED: 'true',
      TYPHA_HEALTHPORT: '9098',
      TYPHA_K8SNAMESPACE: CALICO_NAMESPACE,
    }),
    livenessProbe: {
      httpGet: { host: 'localhost', path: '/liveness', port: 9098 },
      periodSeconds: 60,
      timeoutSeconds: 10,
    },
    ports: [{ name: 'calico-typha', containerPort: 5473, protocol: 'TCP' }],
    readinessProbe: {
      httpGet: { host: 'localhost', path: '/readiness', port: 9098 },
      periodSeconds: 30,
      timeoutSeconds: 10,
    },
  };
}

function typhaService(): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'calico-typha', namespace: CALICO_NAMESPACE, labels: { 'k8s-app': 'calico-typha' } },
    spec: {
      ports: [{ name: 'calico-typha', port: 5473, protocol: 'TCP', targetPort: 'calico-typha' }],
      selector: { 'k8s-app': 'calico-typha' },
    },
  };
}
