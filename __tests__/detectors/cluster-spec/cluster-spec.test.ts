import { describeFixtures } from '../extract-fixture.js';

describeFixtures('cluster-spec', {
  'cloudformation.json': {
    found: [
      '4:55 kubernetes v1.28 "1.28" variables variable',
      '9:31 kubernetes v1.29 "1.29" cluster-spec field',
    ],
  },
  'cloudformation.yaml': {
    found: [
      '5:15 kubernetes v1.30 "1.30" variables variable',
      '15:16 kubernetes v1.29 "1.29" cluster-spec field',
    ],
  },
  'cluster-api.yaml': {
    found: [
      '8:14 kubernetes v1.32.4 "v1.32.4" cluster-spec field',
      '23:39 kubernetes v1.31.7 "v1.31.7" cluster-spec field',
      '30:12 kubernetes v1.30.5 "v1.30.5+rke2r1" cluster-spec field',
      '32:14 kubernetes v1.30.5 "v1.30.5+rke2r1" cluster-spec field',
    ],
    templates: ['14:12 kubernetes "${KUBERNETES_VERSION}" < KUBERNETES_VERSION'],
    facts: ['1:1 cluster-name harbour'],
  },
  'crossplane.yaml': {
    found: [
      '13:23 kubernetes v1.30 "1.30" cluster-spec field',
      '26:24 kubernetes v1.29.2 "1.29.2" cluster-spec field',
    ],
    facts: ['21:1 cluster-name aks'],
  },
  'eksctl.yaml': {
    found: ['7:13 kubernetes v1.29 "1.29" cluster-spec field'],
    facts: ['2:1 cluster-name harbour'],
  },
  'kops.yaml': {
    found: [
      '6:22 kubernetes v1.28.11 "1.28.11" cluster-spec field',
      '10:16 calico v3.27.3 "v3.27.3" variables variable',
    ],
    facts: ['1:1 cluster-name harbour.example.org'],
  },
  'offers.yaml': {},
  'others.yaml': {
    found: [
      '6:14 kubernetes v1.30.1 "v1.30.1+k0s.0" cluster-spec field',
      '13:24 calico v3.27.3 "v3.27.3-0" helm image',
      '19:16 kubernetes v1.29.4 "1.29.4" cluster-spec field',
      '26:14 kubernetes v1.26.5 "v1.26.5" cluster-spec field',
      '34:15 kubernetes v1.31 "1.31" cluster-spec field',
      '40:22 kubernetes v1.28.10 "v1.28.10+rke2r1" cluster-spec field',
      '46:23 kubernetes v1.30 "1.30" cluster-spec field',
      '52:21 kubernetes v1.29.4 "1.29.4-gke.1043002" cluster-spec field',
      '58:13 kubernetes v1.31 "1.31" cluster-spec field',
    ],
    facts: [
      '1:1 cluster-name meadow',
      '15:1 cluster-name orchid',
      '21:1 cluster-name sample',
      '29:1 cluster-name heron',
      '36:1 cluster-name rancher-1',
      '42:1 cluster-name mgmt',
    ],
  },
  'talconfig.yaml': {
    found: ['3:20 kubernetes v1.32.0 "v1.32.0" variables variable'],
    facts: ['1:1 cluster-name harbour'],
  },
  'talos-machine.yaml': {
    found: [
      '5:12 kubernetes v1.31.4 "ghcr.io/siderolabs/kubelet:v1.31.4" image image',
      '10:12 kubernetes v1.31.4 "registry.k8s.io/kube-apiserver:v1.31.4" image image',
      '23:20 calico v3.29.3 "v3.29.3" helm chart',
    ],
    facts: ['16:21 object helm.cattle.io/v1 HelmChart calico'],
  },
  'upgrade-plans.yaml': {
    found: [
      '5:12 kubernetes v1.31.2 "v1.31.2+k3s1" cluster-spec field',
      '13:55 kubernetes v1.30 "v1.30" cluster-spec field',
      '43:18 kubernetes v1.31.3 "v1.31.3+k0s.0" cluster-spec field',
    ],
    templates: ['27:12 kubernetes "${KUBERNETES_VERSION}" < KUBERNETES_VERSION'],
  },
});
