import { describeFixtures } from '../extract-fixture.js';

describeFixtures('kind', {
  'floating.yaml': {
    found: ['5:10 kubernetes floating "kindest/node:latest" kind image'],
  },
  'k3d.yaml': {
    found: ['6:8 kubernetes v1.30.1 "docker.io/rancher/k3s:v1.30.1-k3s1" k3d image'],
    facts: ['4:9 cluster-name orchid'],
  },
  'kind.yaml': {
    found: [
      '8:12 kubernetes v1.29.4 "kindest/node:v1.29.4" kind image',
      '10:13 kubernetes v1.28.9 "kindest/node:v1.28.9" kind image',
    ],
    templates: ['12:12 kubernetes "registry.example.org/mirror/kindest/node:${NODE_TAG}" < NODE_TAG'],
    facts: ['3:7 cluster-name harbour'],
  },
  'start.sh': {
    found: [
      '10:12 kubernetes v1.30.3 "kindest/node:v1.30.3" kind image',
      '13:29 kubernetes v1.29.6 "rancher/k3s:v1.29.6-k3s2" image image',
    ],
    templates: ['12:54 kubernetes "kindest/node:$K8S" < K8S'],
    facts: ['7:7 cluster-name meadow'],
  },
});
