import { describeFixtures } from '../extract-fixture.js';

describeFixtures('github-workflow', {
  '.github/workflows/e2e.yaml': {
    found: [
      '7:18 kubernetes v1.31.2 "v1.31.2" github-workflow variable',
      '11:19 calico v3.29.1 "v3.29.1" github-workflow variable',
      '21:19 kubernetes v1.31.4 "1.31.4" github-workflow variable',
      '22:21 calico v3.29.2 "v3.29.2" github-workflow variable',
      '38:26 kubernetes v1.30 "v1.30" script variable',
      '39:42 kubernetes v1.30.8 "kindest/node:v1.30.8" image image',
    ],
    templates: [
      '27:23 kubernetes "kindest/node:${{ matrix.node }}" < matrix.node',
      '30:84 calico "${{ env.CALICO_VERSION }}" < env.CALICO_VERSION',
      '31:23 kubernetes "${{ matrix.k8s }}" < matrix.k8s',
    ],
    facts: [
      '15:3 section matrix',
      '30:29 apply create https://raw.githubusercontent.com/projectcalico/calico/${{ env.CALICO_VERSION }}/manifests/tigera-operator.yaml',
      '32:3 section other',
    ],
    references: ['./install.sh'],
  },
  '.github/workflows/setup.yml': {
    found: [
      '9:31 kubernetes v1.30.0 "v1.30.0" github-workflow variable',
      '14:34 kubernetes v1.29.6 "v1.29.6" github-workflow variable',
      '17:20 kubernetes v1.28.9 "v1.28.9+k3s1" github-workflow variable',
      '20:21 kubernetes v1.29 "1.29" github-workflow variable',
      '24:25 kubernetes v1.27.14 "docker.io/rancher/k3s:v1.27.14-k3s1" image image',
    ],
    facts: ['3:3 section clusters'],
  },
  '.github/workflows/tools.yml': {
    facts: ['8:3 section lint'],
  },
  'action.yml': {
    found: [
      '10:15 calico v3.28.1 "v3.28.1" github-workflow variable',
      '25:81 calico v3.28.1 "v3.28.1" upstream-url manifest',
    ],
    templates: [
      '14:12 kubernetes "${{ steps.install.outputs.k8s-version }}" < steps.install.outputs.k8s-version',
      '24:60 kubernetes "${{ inputs.k3s-version }}" < inputs.k3s-version',
    ],
    facts: [
      '25:26 apply client-side https://raw.githubusercontent.com/projectcalico/calico/v3.28.1/manifests/calico.yaml',
    ],
  },
});
