import { describeFixtures } from '../extract-fixture.js';

describeFixtures('terraform', {
  'calico.tf': {
    found: [
      '5:23 calico v3.26.1 "v3.26.1" terraform chart',
      '10:14 tigera-operator v1.30.4 "v1.30.4" terraform variable',
      '20:12 calicoctl v3.26.1 "v3.26.1" helm image',
      '30:45 calico floating "projectcalico/tigera-operator" terraform chart',
    ],
    templates: ['27:13 calico "var.calico_chart_version" < var.calico_chart_version'],
    references: ['${path.module}/charts/tigera-operator'],
  },
  'clouds.tf': {
    found: [
      '2:25 kubernetes v1.28.9 "1.28.9-gke.1069000" terraform field',
      '6:56 kubernetes v1.28.9 "1.28.9-gke.1069000" terraform field',
      '8:25 kubernetes v1.29.4 "1.29.4" terraform variable',
      '11:29 kubernetes v1.29.4 "1.29.4" terraform field',
      '15:14 kubernetes v1.30.1 "1.30.1-do.0" terraform field',
      '19:16 kubernetes v1.28 "1.28" terraform field',
      '23:17 kubernetes v1.30.0 "kindest/node:v1.30.0" image image',
      '26:25 kubernetes v1.26.8 "v1.26.8-rancher1-1" terraform variable',
    ],
    templates: ['4:18 kubernetes "local.k8s_version" < local.k8s_version'],
  },
  'eks.tf': {
    found: [
      '18:22 kubernetes v1.29 "1.29" terraform variable',
      '29:19 kubernetes v1.28 "1.28" terraform field',
    ],
    templates: ['25:13 kubernetes "var.eks_version" < var.eks_version'],
  },
  'images.tf': {
    found: [
      '3:85 calico v3.30.0 "v3.30.0" terraform image',
      '4:89 tigera-operator v1.38.0 "v1.38.0" terraform image',
    ],
  },
  'manifest.tf': {
    found: [
      '11:21 calico v3.28.3 "v3.28.3" argocd chart',
      '18:65 calico v3.28.3 "v3.28.3" upstream-url manifest',
    ],
    templates: ['15:65 calico "${var.calico_version}" < var.calico_version'],
    facts: [
      '3:13 object argoproj.io/v1alpha1 Application calico',
      '10:12 apply client-side chart tigera-operator',
    ],
  },
  'prod.tfvars': {
    found: [
      '1:25 kubernetes v1.31 "1.31" terraform variable',
      '2:25 calico v3.29.1 "v3.29.1" terraform variable',
      '3:24 kubernetes v1.30 "1.30" terraform variable',
      '7:22 calico v3.29.0 "v3.29.0" terraform variable',
    ],
  },
  'terragrunt.hcl': {
    found: [
      '5:22 kubernetes v1.28 "1.28" terraform variable',
      '9:24 calico v3.27.2 "v3.27.2" terraform chart',
    ],
  },
  'variables.tf': {
    found: [
      '3:18 kubernetes v1.29 "1.29" terraform variable',
      '10:46 calico v3.27.0 "v3.27.0" terraform variable',
      '13:19 kubernetes v1.30.1 "1.30.1" terraform variable',
      '14:19 calico v3.28.0 "3.28.0" terraform variable',
      '25:21 calico v3.27.3 "v3.27.3" terraform variable',
      '27:55 kubernetes v1.28 "1.28" terraform variable',
    ],
    templates: ['24:20 kubernetes "var.kubernetes_version" < var.kubernetes_version'],
  },
});
