import { describeFixtures } from '../extract-fixture.js';

describeFixtures('variables', {
  '.gitlab-ci.yml': {
    found: [
      '2:24 kubernetes v1.29.4 "1.29.4" variables variable',
      '4:13 calico v3.27.3 "v3.27.3" variables variable',
      '7:15 kubernetes v1.29.4 "kindest/node:v1.29.4" image image',
      '11:24 kubernetes v1.28.9 "1.28.9" variables variable',
      '11:34 kubernetes v1.29.4 "1.29.4" variables variable',
    ],
    templates: ['13:79 calico "$CALICO_VERSION" < CALICO_VERSION'],
    facts: [
      '13:24 apply client-side https://raw.githubusercontent.com/projectcalico/calico/$CALICO_VERSION/manifests/calico.yaml',
    ],
  },
  'azure-pipelines.yml': {
    found: [
      '4:15 kubernetes v1.28.5 "1.28.5" variables variable',
      '8:12 calico v3.26.4 "v3.26.4" variables variable',
    ],
    templates: ['10:48 kubernetes "${{ parameters.kubernetesVersion }}" < parameters.kubernetesVersion'],
  },
  'config.schema.json': {},
  'configmap.yaml': {
    found: [
      '7:19 calico v3.29.2 "v3.29.2" variables variable',
      '8:18 kubernetes v1.31.5 "v1.31.5" variables variable',
      '21:22 kubernetes v1.31.5 "v1.31.5" variables variable',
    ],
  },
  'e2e.yaml': {
    found: [
      '9:46 kubernetes v1.30.0 "v1.30.0" variables variable',
      '10:37 kubernetes v1.29.4 "v1.29.4" variables variable',
      '11:42 kubernetes v1.30 "1.30" variables variable',
    ],
    references: ['../calico.yaml'],
  },
  'look-alikes.yaml': {},
  'packer.json': {
    found: [
      '3:25 kubernetes v1.31.4 "v1.31.4" variables variable',
      '4:25 kubernetes v1.31 "v1.31" variables variable',
      '5:30 kubernetes v1.31.4 "1.31.4-1.1" variables variable',
    ],
    templates: ['10:36 kubernetes "{{user `kubernetes_semver`}}" < kubernetes_semver'],
  },
  'settings.yaml': {
    found: [
      '3:11 calico v3.26.0 "3.26.0" variables variable',
      '4:15 kubernetes v1.31.0 "1.31.0" variables variable',
      '8:9 kubernetes v1.30.2 "v1.30.2+k3s1" variables variable',
      '9:15 calicoctl v3.26.0 "v3.26.0" variables variable',
      '14:14 calico v3.26.0 "v3.26.0" variables variable',
    ],
  },
  'values.yaml': {
    found: [
      '2:56 calico v3.27.3 "v3.27.3-build20240423" helm image',
      '5:10 calico v3.27.3 "v3.27.3-build20240423" helm image',
      '11:19 kubernetes v1.29.4 "v1.29.4" variables variable',
    ],
  },
});
