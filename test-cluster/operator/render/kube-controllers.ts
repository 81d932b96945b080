import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { asObject, copyOf } from '../../ready-made/fields.js';
import { imageOf } from '../images.js';
import { applyOverrides } from '../installation.js';
import {
  CALICO_NAMESPACE,
  environment,
  podSpec,
  type RenderSource,
  serviceAccount,
  TOLERATE_CONTROL_PLANE,
  workload,
} from './render-source.js';

const NAME = 'calico-kube-controllers';

/** kube-controllers: one, made anew at each change (tigera/operator v1.36.16 `pkg/render/kubecontrollers`). */
export function renderKubeControllers(source: RenderSource): KubernetesObject[] {
  const { spec, release } = source;
  const tolerations = Array.isArray(spec['controlPlaneTolerations'])
    ? (spec['controlPlaneTolerations'] as unknown[])
    : [];
  const deployment = copyOf(
    workload('Deployment', NAME, CALICO_NAMESPACE, {
      spec: { replicas: 1, strategy: { type: 'Recreate' } },
      pod: podSpec(spec, NAME, {
        containers: [
          {
            name: NAME,
            image: imageOf('kube-controllers', source),
            imagePullPolicy: 'IfNotPresent',
            env: environment({
              KUBE_CONTROLLERS_CONFIG_NAME: 'default',
              DATASTORE_TYPE: 'kubernetes',
              ENABLED_CONTROLLERS: release.controllers,
            }),
            livenessProbe: checkStatus('-l', {
              failureThreshold: 6,
              initialDelaySeconds: 10,
              periodSeconds: 60,
            }),
            readinessProbe: checkStatus('-r', { periodSeconds: 30 }),
          },
        ],
        priorityClassName: 'system-cluster-critical',
        tolerations: [...tolerations, ...TOLERATE_CONTROL_PLANE],
      }),
    }),
  );
  if (release.hasOverrides) applyOverrides(deployment, spec['calicoKubeControllersDeployment']);
  return [serviceAccount(NAME, CALICO_NAMESPACE), asObject(deployment)];
}

function checkStatus(flag: string, rest: Record<string, number>): Record<string, unknown> {
  return { exec: { command: ['/usr/bin/check-status', flag] }, timeoutSeconds: 10, ...rest };
}
