import { describeFixtures } from '../extract-fixture.js';

describeFixtures('kustomize', {
  'base/kustomization.yaml': {
    found: [
      '4:60 calico v3.27.0 "v3.27.0" upstream-url manifest',
      '5:56 calico v3.26.4 "v3.26.4" upstream-url manifest',
      '7:12 calico v3.26.1 "v3.26.1" kustomize manifest',
      '8:15 calico v3.25 "v3.25" kustomize manifest',
      '13:13 calico v3.27.2 "v3.27.2" kustomize image',
      '15:14 calico v3.27.2 "v3.27.2" kustomize image',
    ],
    references: ['namespace.yaml', 'calico-v3.26.1.yaml', '../calico/v3.25/'],
  },
  'charts/kustomization.yaml': {
    found: [
      '5:14 calico v3.29.0 "3.29.0" kustomize chart',
      '11:11 calico floating "tigera-operator" kustomize chart',
    ],
    templates: ['10:14 calico "${CALICO_VERSION}" < CALICO_VERSION'],
  },
  // What is not in the file letter by letter cannot be pointed at
  'folded/kustomization.yaml': {
    references: ['namespace.yaml calico-v3.26.1.yaml'],
  },
  'generator.yaml': {
    found: ['6:15 calico v3.24.5 "v3.24.5" helm chart'],
    facts: ['1:13 object builtin HelmChartInflationGenerator calico'],
  },
  'look-alikes/kustomization.yml': {},
  'operator/Kustomization': {
    found: [
      '2:34 calico v3.21 "v3.21" upstream-url manifest',
      '3:11 calico floating "docs.projectcalico.org/manifests/custom-resources.yaml" upstream-url manifest',
    ],
    references: ['../../components/bpf', 'patch-calico.yaml'],
  },
});
