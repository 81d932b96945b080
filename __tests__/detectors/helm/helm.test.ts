import { describeFixtures } from '../extract-fixture.js';

describeFixtures('helm', {
  'addon-provider.yaml': {
    found: ['25:21 calico v3.29.0 "v3.29.0" helm chart'],
    templates: ['8:12 calico "${CALICO_VERSION}" < CALICO_VERSION'],
    facts: [
      '1:13 object addons.cluster.x-k8s.io/v1alpha1 HelmChartProxy calico',
      '17:13 object config.projectsveltos.io/v1beta1 ClusterProfile calico',
    ],
  },
  'bootstrap.yaml': {
    found: [
      '13:18 calico v3.27.4 "v3.27.4" helm chart',
      '15:57 kubernetes v1.29.5 "v1.29.5+k3s1" script variable',
    ],
    facts: ['6:19 object helm.cattle.io/v1 HelmChart calico'],
  },
  'fleet.yaml': {
    found: ['6:12 calico v3.26.1 "3.26.1" helm chart', '11:16 calico v3.27.0 "3.27.0" helm chart'],
  },
  'helm-chart.yaml': {
    found: [
      '9:12 calico v3.28.0 "v3.28.0" helm chart',
      '12:16 tigera-operator v1.34.0 "v1.34.0" helm image',
      '24:16 tigera-operator v1.32.7 "v1.32.7" helm image',
      '27:12 calicoctl v3.27.3 "v3.27.3" helm image',
    ],
    facts: [
      '1:13 object helm.cattle.io/v1 HelmChart calico',
      '16:13 object helm.cattle.io/v1 HelmChartConfig rke2-calico',
    ],
  },
  'helmfile.yaml': {
    found: [
      '9:15 calico v3.28 "3.28.x" helm chart',
      '12:51 calico v3.27.4 "v3.27.4" helm chart',
      '18:14 calico v3.32.1 "v3.32.1" helm chart',
    ],
    references: ['./charts/tigera-operator'],
  },
  'install.sh': {
    found: [
      '6:32 tigera-operator v1.34.5 "v1.34.5" helm image',
      '7:13 calico v3.28.2 "v3.28.2" helm chart',
      '8:110 calico v3.27.2 "v3.27.2" helm chart',
      '9:76 calico ≥v3.29 "~3.29" helm chart',
      '10:21 calico floating "projectcalico/tigera-operator" helm chart',
      '17:74 calico v3.26.4 "v3.26.4" helm chart',
    ],
    templates: ['16:81 calico "$CALICO_VERSION" < CALICO_VERSION'],
    references: ['out.yaml', './charts/tigera-operator'],
  },
  'k0s.yaml': {
    found: ['12:21 calico v3.27.0 "3.27.0" helm chart'],
  },
  'salt.sls': {
    found: [
      '6:16 calico v3.26.3 "v3.26.3" helm chart',
      '11:14 calico floating "projectcalico/tigera-operator" helm chart',
    ],
  },
  'umbrella/Chart.lock': {
    found: ['4:12 calico v3.27.3 "v3.27.3" helm chart'],
  },
  'umbrella/Chart.yaml': {
    found: ['8:14 calico v3.27.3 "v3.27.3" helm chart'],
    facts: ['11:11 other-cni cilium'],
  },
  'values.yaml': {
    found: [
      '7:12 tigera-operator v1.30.9 "v1.30.9" helm image',
      '11:8 calicoctl v3.26.4 "v3.26.4" helm image',
      '15:11 calico v3.26.4 "v3.26.4" helm image',
      '17:57 kubernetes v1.21.14 "v1.21.14-rke2r1-build20220617" helm image',
    ],
  },
  'vendored/Chart.yaml': {
    found: ['4:10 calico v3.26.4 "v3.26.4" helm chart', '5:13 calico v3.26.4 "v3.26.4" helm chart'],
  },
  'wrapped.yaml': {
    found: ['9:16 calico v3.28.1 "3.28.1" helm chart', '19:20 calico v3.28.2 "v3.28.2" helm chart'],
    facts: ['1:13 object helm.crossplane.io/v1beta1 Release calico'],
  },
});
