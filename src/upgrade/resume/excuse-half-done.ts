import type { PreflightCode } from '../../findings/preflight-registry.js';
import type { PreflightFinding } from '../preflight/preflight.js';

/** What an upgrade that died in the middle shows by itself: its own stages and gates put it right, or fail. */
const HALF_DONE: ReadonlySet<PreflightFinding['code']> = new Set<PreflightCode>([
  'earlier-run',
  'version-conflict',
  'rollout-unfinished',
  'workload-unhealthy',
  'tigera-status',
  'apiserver-unavailable',
  'operator-missing',
  'node-on-delete',
  'bgp-not-established',
  'helm-release-pending',
]);

/** A finding as it counts where an upgrade is gone on with: what that upgrade left half done stops nothing. Pure. */
export function excuseHalfDone(finding: PreflightFinding): PreflightFinding {
  if (!HALF_DONE.has(finding.code) || finding.weight === 'notice') return finding;
  return {
    ...finding,
    weight: 'warning',
    remedy: `The upgrade that is gone on with looks after it. ${finding.remedy}`,
  };
}
