import { describeFixtures } from '../extract-fixture.js';

describeFixtures('kubeadm', {
  'channels.yaml': {
    found: [
      '3:27 kubernetes v1.31 "1.31" kubeadm field',
      '7:48 kubernetes v1.30.2 "v1.30.2" kubeadm field',
      '19:20 kubernetes floating "stable" kubeadm field',
    ],
    templates: [
      '11:20 kubernetes "v{{ kube_version }}" < kube_version',
      '15:20 kubernetes "ci/${CI_VERSION}" < CI_VERSION',
    ],
  },
  'cluster-api.yaml': {
    found: [
      '5:12 kubernetes v1.30.3 "v1.30.3" cluster-spec field',
      '8:26 kubernetes v1.30.3 "v1.30.3" kubeadm field',
    ],
  },
  'config.yaml': {
    found: ['9:20 kubernetes v1.29.3 "v1.29.3" kubeadm field'],
    facts: ['8:14 cluster-name harbour'],
  },
  'upgrade.sh': {
    found: [
      '1:28 kubernetes v1.30.2 "1.30.2-1.1" script package',
      '3:26 kubernetes v1.30.2 "v1.30.2" kubeadm field',
      '5:35 kubernetes v1.29.6 "v1.29.6" script variable',
      '6:42 kubernetes v1.28 "1.28" script variable',
    ],
    templates: ['4:30 kubernetes "$TARGET" < TARGET'],
  },
  'user-data': {
    found: ['12:24 kubernetes v1.28.8 "v1.28.8" kubeadm field'],
    facts: ['11:18 cluster-name seed'],
  },
});
