import { describe } from '@jest/globals';
import { createFakeHelm, packFakeChart } from './fake-helm.js';
import { CHART, helmContract, manifestOf } from './helm-contract.js';

describe('the fake Helm', () => {
  helmContract(() => {
    const revisions = ['tigera-operator-v3.30.7', 'tigera-operator-v3.31.7'];
    const helm = createFakeHelm({ 'tigera-operator/calico': revisions }, manifestOf);
    return Promise.resolve({
      helm,
      chart: packFakeChart(CHART),
      history: () => Promise.resolve(helm.history('calico', 'tigera-operator')),
    });
  });
});
