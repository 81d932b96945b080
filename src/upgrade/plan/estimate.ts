import type { CalicoState } from '../../cluster/calico-state.js';
import type { WavePlan } from '../waves/plan-waves.js';
import type { StageName } from './stage-name.js';

/** What a stage takes that starts no pod: requests, and CRDs that become Established. */
const QUIET_STAGE_MS = 5_000;
/** What it takes until an old pod is gone and a new one is made, beside its start. */
const REPLACE_MS = 5_000;

/** How long a stage would take, from the start times of the pods that run now; null where none are known. */
export function estimateStage(
  stage: StageName,
  calico: CalicoState,
  waves: WavePlan,
  soakMs: number,
): number | null {
  const { node, typha, kubeControllers, apiserver, csi } = calico.components;
  switch (stage) {
    case 'crds':
    case 'rbac':
    case 'config':
    case 'data':
    case 'rbac-trim':
      return QUIET_STAGE_MS;
    case 'typha':
      return replace(startsOf(typha));
    case 'kube-controllers':
      return replace(startsOf(kubeControllers));
    case 'apiserver':
      return addUp([
        ...(apiserver ? [replace(startsOf(apiserver))] : []),
        ...(csi ? [eachInTurn(waves.waves.length, replace(startsOf(csi)))] : []),
      ]);
    case 'operator':
      return replace(startsOf(calico.operator?.deployment ?? null));
    case 'node': {
      const one = replace(startsOf(node));
      return one === null ? null : waves.waves.length * (one + soakMs);
    }
  }
}

function eachInTurn(count: number, ms: number | null): number | null {
  return ms === null ? null : count * ms;
}

function addUp(parts: readonly (number | null)[]): number | null {
  return parts.reduce<number | null>((sum, part) => (sum === null || part === null ? null : sum + part), 0);
}

/** The time that nine of ten pods need: a wave is as slow as its slowest node. */
function startsOf(
  workload: { readonly pods: readonly { readonly startMs: number | null }[] } | null,
): number | null {
  const starts = (workload?.pods ?? []).flatMap(({ startMs }) => (startMs === null ? [] : [startMs]));
  if (starts.length === 0) return null;
  const sorted = starts.sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.9))] ?? null;
}

function replace(startMs: number | null): number | null {
  return startMs === null ? null : startMs + REPLACE_MS;
}
