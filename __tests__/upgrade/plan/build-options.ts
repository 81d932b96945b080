import { EMPTY_POLICY } from '../../../src/policy/policy.js';
import type { PlanOptions } from '../../../src/upgrade/plan/plan.js';

/** What a plan is asked for where nobody says anything: the recommended target, nothing forced, no policy. */
export function buildOptions(changes: Partial<PlanOptions> = {}): PlanOptions {
  return {
    target: 'recommended',
    kubernetes: null,
    installMethod: 'auto',
    canaryNodes: 1,
    maxUnavailable: { percent: 10 },
    soakMs: 30_000,
    force: false,
    inspectNodes: false,
    policy: EMPTY_POLICY,
    onProgress: () => undefined,
    ...changes,
  };
}
