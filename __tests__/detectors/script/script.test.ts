import { describeFixtures } from '../extract-fixture.js';

describeFixtures('script', {
  Dockerfile: {
    found: [
      '2:19 kubernetes v1.28.4 "v1.28.4" script variable',
      '4:20 calico v3.26.3 "v3.26.3" script variable',
      '5:17 kubernetes v1.28.4 "1.28.4" script variable',
      '6:24 kubernetes v1.28.4 "v1.28.4" script variable',
    ],
  },
  Jenkinsfile: {
    found: [
      '4:48 kubernetes v1.29.1 "1.29.1" script variable',
      '7:23 calico v3.27.1 "v3.27.1" script variable',
    ],
    templates: ['13:47 kubernetes "kindest/node:v${params.K8S_VERSION}" < params.K8S_VERSION'],
  },
  Makefile: {
    found: [
      '1:16 kubernetes v1.30.4 "v1.30.4" script variable',
      '2:19 calico v3.28.1 "v3.28.1" script variable',
      '9:40 kubernetes v1.29.6 "1.29.6" script variable',
    ],
    templates: [
      '7:30 kubernetes "kindest/node:$(K8S_VERSION)" < K8S_VERSION',
      '8:74 calico "$(CALICO_VERSION)" < CALICO_VERSION',
    ],
    facts: [
      '8:19 apply client-side https://raw.githubusercontent.com/projectcalico/calico/$(CALICO_VERSION)/manifests/calico.yaml',
    ],
  },
  'Taskfile.yml': {
    found: [
      '3:44 kubernetes v1.31.3 "v1.31.3" variables variable',
      '4:19 calico v3.29.1 "v3.29.1" variables variable',
    ],
    templates: [
      '8:101 calico "{{.CALICO_VERSION}}" < .CALICO_VERSION',
      '9:37 kubernetes "kindest/node:{{.K8S_VERSION}}" < .K8S_VERSION',
    ],
    facts: [
      '8:46 apply create https://raw.githubusercontent.com/projectcalico/calico/{{.CALICO_VERSION}}/manifests/tigera-operator.yaml',
    ],
  },
  Vagrantfile: {
    found: [
      '1:23 kubernetes v1.30.2 "1.30.2" script variable',
      '2:36 calico v3.28.0 "3.28.0" script variable',
    ],
    templates: ['8:41 kubernetes "#{KUBERNETES_VERSION}-1.1" < KUBERNETES_VERSION'],
  },
  'ci-kubeconform.sh': {},
  'cluster.sh': {
    facts: [
      '4:18 apply client-side $HERE/overlays/dev',
      '5:52 apply client-side ./calico/',
      '5:74 apply client-side $HERE/custom-resources.yaml',
      '6:20 apply replace {{ manifests_dir }}/crds.yaml',
    ],
    references: [
      '${HERE}/kind.yaml',
      '$HERE/overlays/dev',
      './calico/',
      '$HERE/custom-resources.yaml',
      '{{ manifests_dir }}/crds.yaml',
      'values/dev.yaml',
      'gone/calico.yaml',
    ],
  },
  'hosts.ini': {
    found: ['2:13 kubernetes v1.30 "1.30" script variable', '3:16 calico v3.28.2 "v3.28.2" script variable'],
  },
  'install.sh': {
    found: [
      '3:18 kubernetes v1.30.1 "1.30.1" script variable',
      '7:28 kubernetes v1.30.1 "1.30.1-1.1" script package',
      '8:24 kubernetes v1.29.5 "1.29.5-0" script package',
      '8:41 kubernetes v1.29.5 "1.29.5-0" script package',
      '13:13 kubernetes v1.29 "1.29" script package',
      '14:60 kubernetes v1.28.9 "1.28.9-gke.1209000" script package',
      '15:52 kubernetes v1.29.2 "1.29.2" script variable',
      '16:49 kubernetes v1.30.2 "1.30.2-do.0" script package',
      '17:48 kubernetes v1.28 "1.28" script package',
      '18:54 kubernetes v1.31.1 "v1.31.1" script package',
      '19:37 kubernetes v1.30.0 "v1.30.0" script variable',
      '20:52 kubernetes v1.28.8 "v1.28.8+k3s1" script variable',
    ],
    templates: [
      '5:29 kubernetes "${K8S_VERSION}-1.1" < K8S_VERSION',
      '7:47 kubernetes "${K8S_PKG_VERSION}" < K8S_PKG_VERSION',
    ],
    facts: ['10:6 apply server-side manifests/calico.yaml'],
    references: ['manifests/calico.yaml'],
  },
  'setup.ps1': {
    found: [
      '2:16 kubernetes v1.29.3 "v1.29.3" script variable',
      '3:24 calico v3.27.2 "v3.27.2" script variable',
    ],
    templates: ['5:46 kubernetes "$K8sVersion" < K8sVersion'],
  },
  'versions.env': {
    found: [
      '2:20 kubernetes v1.29.4 "1.29.4" script variable',
      '3:24 calico v3.27.3 "v3.27.3" script variable',
      '4:20 calicoctl v3.27.3 "3.27.3" script variable',
      '5:25 tigera-operator v1.32.7 "v1.32.7" script variable',
      '6:13 kubernetes v1.29.4 "v1.29.4" script variable',
      '7:14 kubernetes v1.28 "v1.28" script variable',
    ],
  },
});
