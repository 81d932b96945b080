import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { imageOf } from '../images.js';
import {
  CALICO_NAMESPACE,
  hostDirectory,
  podSpec,
  type RenderSource,
  serviceAccount,
  workload,
} from './render-source.js';

const NAME = 'csi-node-driver';

/** csi-node-driver: no probes (tigera/operator v1.36.16 `pkg/render/csi.go`). */
export function renderCsi(source: RenderSource): KubernetesObject[] {
  const kubelet = { name: 'kubelet-dir', mountPath: '/var/lib/kubelet', mountPropagation: 'Bidirectional' };
  const daemonSet = workload('DaemonSet', NAME, CALICO_NAMESPACE, {
    pod: podSpec(source.spec, NAME, {
      containers: [
        {
          name: 'calico-csi',
          image: imageOf('csi', source),
          imagePullPolicy: 'IfNotPresent',
          args: ['--nodeid=$(KUBE_NODE_NAME)', '--loglevel=$(LOG_LEVEL)'],
          env: [
            { name: 'LOG_LEVEL', value: 'warn' },
            { name: 'KUBE_NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
          ],
          securityContext: { privileged: true },
          volumeMounts: [{ name: 'varrun', mountPath: '/var/run' }, kubelet],
        },
        {
          name: 'csi-node-driver-registrar',
          image: imageOf('node-driver-registrar', source),
          imagePullPolicy: 'IfNotPresent',
          args: ['--v=5', '--csi-address=$(ADDRESS)'],
          env: [{ name: 'ADDRESS', value: '/csi/csi.sock' }],
          securityContext: { privileged: true },
          volumeMounts: [kubelet],
        },
      ],
      priorityClassName: 'system-node-critical',
      tolerations: [
        { operator: 'Exists', effect: 'NoSchedule' },
        { operator: 'Exists', effect: 'NoExecute' },
      ],
      volumes: [
        { name: 'varrun', hostPath: { path: '/var/run' } },
        hostDirectory('kubelet-dir', '/var/lib/kubelet'),
      ],
    }),
  });
  return [serviceAccount(NAME, CALICO_NAMESPACE), daemonSet];
}
