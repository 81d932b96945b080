import { describeFixtures } from '../extract-fixture.js';

describeFixtures('argocd', {
  'application.yaml': {
    found: [
      '11:21 calico v3.29.1 "v3.29.1" argocd chart',
      '15:20 tigera-operator v1.36.2 "v1.36.2" helm image',
    ],
    facts: [
      '1:13 object argoproj.io/v1alpha1 Application calico',
      '10:12 apply server-side chart tigera-operator',
      '17:11 cluster-name harbour',
    ],
  },
  'applicationset.yaml': {
    found: [
      '11:28 calico v3.29.2 "v3.29.2" variables variable',
      '13:28 calico v3.28.4 "v3.28.4" variables variable',
    ],
    templates: ['19:26 calico "{{ .calicoVersion }}" < .calicoVersion'],
    facts: [
      '1:13 object argoproj.io/v1alpha1 ApplicationSet calico',
      '18:16 apply client-side chart tigera-operator',
    ],
  },
  'enterprise.yaml': {
    facts: [
      '1:13 object argoproj.io/v1alpha1 Application calico-enterprise',
      '19:12 apply client-side chart tigera-operator',
    ],
  },
  'git-source.yaml': {
    found: ['11:33 calico v3.30 "v3.30" argocd manifest', '19:26 calico floating "*" argocd chart'],
    facts: ['18:16 apply client-side chart tigera-operator'],
  },
  'multi-source.yaml': {
    found: ['8:24 calico v3.28 "3.28.*" argocd chart'],
    facts: ['7:14 apply client-side chart tigera-operator'],
  },
});
