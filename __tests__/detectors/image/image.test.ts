import { describeFixtures } from '../extract-fixture.js';

describeFixtures('image', {
  Dockerfile: {
    found: [
      '1:17 kubernetes v1.30.6 "v1.30.6" script variable',
      '2:6 kubernetes v1.30.6 "kindest/node:v1.30.6" image image',
      '3:6 calicoctl v3.29.0 "calico/ctl:v3.29.0" image image',
      '6:18 kubernetes v1.30.6 "1.30.6" script variable',
    ],
  },
  'butane.yaml': {
    found: ['7:35 kubernetes v1.33.1 "quay.io/example/kubelet:v1.33.1" image image'],
  },
  'docker-compose.yml': {
    found: [
      '3:12 calico v3.25.1 "calico/node:${CALICO_TAG:-v3.25.1}" image image',
      '6:13 calicoctl v3.25.1 "quay.io/calico/ctl:v3.25.1-amd64" image image',
      '8:13 kubernetes v1.29.4 "rancher/k3s:v1.29.4-k3s1" image image',
    ],
  },
  'enterprise.yaml': {
    found: ['12:18 calico floating "docker.io/calico/node:latest" kubernetes-manifest image'],
    templates: ['13:18 calico "docker.io/calico/node:{{ .Values.tag }}" < .Values.tag'],
    facts: ['1:13 object apps/v1 DaemonSet calico-node'],
  },
  'images.txt': {
    found: [
      '1:1 calico v3.29.3 "docker.io/calico/cni:v3.29.3" image image',
      '2:1 calico v3.29.3 "quay.io/calico/node:v3.29.3" image image',
      '3:1 calico v3.29.3 "registry.example.org:5000/calico/kube-controllers:v3.29.3" image image',
      '4:1 calico v3.27.3 "rancher/mirrored-calico-node:v3.27.3" image image',
      '5:1 tigera-operator v1.32.7 "rancher/mirrored-calico-operator:v1.32.7" image image',
      '6:1 calico v3.27.3 "rancher/hardened-calico:v3.27.3-build20240423" image image',
      '7:1 tigera-operator v1.36.5 "quay.io/tigera/operator:v1.36.5" image image',
      '8:1 kubernetes v1.32.1 "registry.k8s.io/kube-apiserver:v1.32.1" image image',
      '16:1 kubernetes v1.29.1 "602401143452.dkr.ecr.eu-north-1.amazonaws.com/eks/kube-proxy:v1.29.1-minimal-eksbuild.2" image image',
    ],
  },
  'nodes.pkr.hcl': {
    found: [
      '3:18 kubernetes v1.31.5 "v1.31.5" terraform variable',
      '10:20 calico v3.29.2 "docker.io/calico/node:v3.29.2" image image',
    ],
    templates: [
      '9:20 kubernetes "registry.k8s.io/kube-proxy:${var.kubernetes_semver}" < var.kubernetes_semver',
    ],
  },
});
