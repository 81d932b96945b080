import { describe } from '@jest/globals';
import { createFakeHelm } from './fake-helm.js';
import { helmContract } from './helm-contract.js';

describe('the fake Helm', () => {
  helmContract(() => {
    const helm = createFakeHelm({ 'tigera-operator/calico': ['v3.30.7', 'v3.31.7'] });
    return Promise.resolve({
      helm,
      history: () => Promise.resolve(helm.history('calico', 'tigera-operator')),
    });
  });
});
