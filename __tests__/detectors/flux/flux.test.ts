import { describeFixtures } from '../extract-fixture.js';

describeFixtures('flux', {
  'git-repository.yaml': {
    found: [
      '7:10 calico v3.29.4 "v3.29.4" flux manifest',
      '26:27 kubernetes v1.31.1 "v1.31.1" variables variable',
    ],
    facts: ['1:13 object source.toolkit.fluxcd.io/v1 GitRepository calico'],
    references: ['./kubernetes/plans'],
  },
  'helm-release.yaml': {
    found: ['17:16 calico v3.30.2 "v3.30.2" flux chart'],
    facts: [
      '2:13 object source.toolkit.fluxcd.io/v1 HelmRepository projectcalico',
      '8:13 object helm.toolkit.fluxcd.io/v2 HelmRelease tigera-operator',
    ],
  },
  'inline-values.yaml': {},
  'oci-repository.yaml': {
    found: ['8:10 calico v3.30.1 "v3.30.1" flux chart', '15:18 calico ≥v3.29 "~3.29" flux chart'],
    facts: [
      '1:13 object source.toolkit.fluxcd.io/v1beta2 OCIRepository tigera-operator',
      '10:13 object source.toolkit.fluxcd.io/v1beta2 OCIRepository tigera-operator-newest',
      '21:8 other-cni cilium',
    ],
  },
  'range.yaml': {
    found: [
      '8:17 calico ≥v3.28 ">=3.28.0 <3.30.0" flux chart',
      '17:14 calico floating "tigera-operator" flux chart',
    ],
    facts: [
      '1:13 object helm.toolkit.fluxcd.io/v2beta2 HelmRelease calico',
      '11:13 object helm.toolkit.fluxcd.io/v2beta2 HelmRelease calico-without-version',
    ],
    references: ['./charts/tigera-operator'],
  },
});
