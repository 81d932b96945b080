import { describeFixtures } from '../extract-fixture.js';

describeFixtures('kubernetes-manifest', {
  'anchors.yaml': {
    found: [
      '2:19 calico v3.27.2 "v3.27.2" variables variable',
      '3:17 calico v3.27.2 "docker.io/calico/node:v3.27.2" kubernetes-manifest image',
    ],
    facts: ['4:13 object apps/v1 DaemonSet calico-node'],
  },
  'broken-second.yaml': {
    found: [
      '4:16 calico v3.29.0 "v3.29.0" kubernetes-manifest field',
      '13:16 calico v3.29.1 "v3.29.1" kubernetes-manifest field',
    ],
    facts: [
      '1:13 object operator.tigera.io/v1 ImageSet calico-v3.29.0',
      '10:13 object operator.tigera.io/v1 ImageSet calico-v3.29.1',
    ],
  },
  'calico.json': {
    found: ['7:38 calico v3.27.0 "quay.io/calico/node:v3.27.0" kubernetes-manifest image'],
    facts: ['2:17 object apps/v1 DaemonSet calico-node'],
  },
  'calico.yaml': {
    found: [
      '14:19 calico v3.26.4 "docker.io/calico/cni:v3.26.4" kubernetes-manifest image',
      '17:18 calico v3.26.4 "docker.io/calico/node:v3.26.4" kubernetes-manifest image',
      '39:49 calico v3.26.4 "docker.io/calico/kube-controllers:v3.26.4" kubernetes-manifest image',
    ],
    facts: [
      '4:13 object apps/v1 DaemonSet calico-node',
      '22:13 object v1 ConfigMap calico-config',
      '32:13 object apps/v1 Deployment calico-kube-controllers',
    ],
  },
  'list.yaml': {
    found: ['18:49 calico v3.25.2 "calico/node:v3.25.2" kubernetes-manifest image'],
    facts: ['12:15 object apps/v1 DaemonSet calico-node'],
  },
  'look-alikes.yaml': {
    skips: ['1 image-cache'],
    facts: ['14:12 feature calico-enterprise'],
  },
  'operator.yaml': {
    found: [
      '20:18 tigera-operator v1.32.10 "quay.io/tigera/operator:v1.32.10" kubernetes-manifest image',
      '23:22 tigera-operator v1.32.10 "v1.32.10" variables variable',
      '28:16 calico v3.27.4 "v3.27.4" kubernetes-manifest field',
    ],
    facts: [
      '1:1 object apiextensions.k8s.io/v1 CustomResourceDefinition imagesets.operator.tigera.io',
      '12:13 object apps/v1 Deployment tigera-operator',
      '25:13 object operator.tigera.io/v1 ImageSet calico-v3.27.4',
      '39:35 feature ebpf',
    ],
  },
  'resource-set.yaml': {
    found: ['29:22 calico v3.28.1 "quay.io/calico/node:v3.28.1" kubernetes-manifest image'],
    facts: [
      '1:13 object addons.cluster.x-k8s.io/v1beta1 ClusterResourceSet calico',
      '8:13 object v1 ConfigMap calico',
      '13:1 object apiextensions.k8s.io/v1 CustomResourceDefinition ippools.crd.projectcalico.org',
      '20:17 object apps/v1 DaemonSet calico-node',
    ],
  },
  'rke-cluster.yml': {
    found: [
      '4:21 kubernetes v1.26.9 "v1.26.9-rancher1-1" variables variable',
      '8:16 calico v3.24.5 "rancher/mirrored-calico-node:v3.24.5" image image',
      '21:20 calico v3.26.1 "docker.io/calico/node:v3.26.1" kubernetes-manifest image',
    ],
    facts: ['12:15 object apps/v1 DaemonSet calico-node'],
  },
  'templates/daemonset.yaml': {
    found: [
      '14:18 calico v3.28.0 "{{ .Values.registry | default \\"docker.io\\" }}/calico/cni:v3.28.0" kubernetes-manifest image',
    ],
    templates: [
      '12:19 calico "{{ .Values.registry }}/calico/node:{{ .Values.node.tag }}" < .Values.node.tag',
    ],
    facts: ['2:13 object apps/v1 DaemonSet calico-node'],
  },
  'windows.yaml': {
    found: ['11:18 calico v3.28.2 "docker.io/calico/node-windows:v3.28.2" kubernetes-manifest image'],
    facts: ['2:13 object apps/v1 DaemonSet calico-node-windows'],
  },
});
