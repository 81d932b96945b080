import type { Variant } from '../../cluster/calico-state.js';

/** Upstream's file (below `manifests/`) that a variant is installed from; the same in every release that has it. */
export function variantFile(variant: Variant): string {
  return variant === 'operator' ? 'tigera-operator.yaml' : `${variant}.yaml`;
}
