import { describe, expect, it } from '@jest/globals';
import type { CalicoState } from '../../../src/cluster/cluster-state.js';
import type { StepResult } from '../../../src/upgrade/engine/step.js';
import { sayHeld } from '../../../src/upgrade/restore/brake.js';

const reference = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  namespace: 'tigera-operator',
  name: 'tigera-operator',
};
const CALICO = { operator: { deployment: { reference } } } as unknown as CalicoState;

function brake(outcome: StepResult['outcome']): StepResult {
  const title = 'the brake: the operator is held, and calico-node waits';
  return { stage: 'operator', title, written: 1, ms: 1, outcome, reason: '', evidence: [] };
}

describe('sayHeld', () => {
  it('names the operator that is held, and how to let it go', () => {
    expect(sayHeld([brake('done')], CALICO)).toMatch(
      /^The operator is held: Deployment tigera-operator\/tigera-operator .*kubectl scale deployment tigera-operator --namespace tigera-operator --replicas=1$/,
    );
  });

  it('says nothing where the brake was not pulled, or does not hold', () => {
    expect(sayHeld([], CALICO)).toBeNull();
    expect(sayHeld([brake('failed')], CALICO)).toBeNull();
    expect(sayHeld([brake('done')], { ...CALICO, operator: null })).toBeNull();
  });
});
