import { fieldAt } from './field-path.js';

const REGISTRY = 'spec.registry';
const POOLS = 'spec.calicoNetwork.ipPools';

/**
 * Fields of which the operator becomes the manager, whoever set them: it completes pools, and ends a registry with a
 * slash. Where nobody names pools it makes one by itself: they say something only beside pools of a sample.
 * @see https://github.com/tigera/operator/blob/v1.36.16/pkg/controller/ippool/defaults.go
 * @see https://github.com/tigera/operator/blob/v1.36.16/pkg/controller/installation/core_controller.go
 */
export function rewrittenFields(sample: unknown): readonly string[] {
  return fieldAt(sample, POOLS) === undefined ? [REGISTRY] : [REGISTRY, POOLS];
}

/** What the operator puts into a pool that says nothing. */
const POOL_FILLS: Readonly<Record<string, readonly unknown[]>> = {
  encapsulation: ['IPIP', 'None'],
  natOutgoing: ['Enabled', 'Disabled'],
  nodeSelector: ['all()'],
  blockSize: [26, 122],
  allowedUses: [['Workload', 'Tunnel']],
  assignmentMode: ['Automatic'],
  disableBGPExport: [false],
  disableNewAllocations: [false],
};
/** `default-ipv4-ippool`, `10.244.0.0-16`. */
const POOL_NAME = /^(?:default-ipv[46]-ippool|[\da-f.]+-\d{1,3})$/;

/** Whether the operator, or the definition, could have put a value into the items of a list (of pools) by itself. */
export function isFilledIn(list: string, name: string, value: unknown): boolean {
  if (list !== POOLS) return false;
  if (name === 'name') return typeof value === 'string' && POOL_NAME.test(value);
  return (POOL_FILLS[name] ?? []).some((one) => JSON.stringify(one) === JSON.stringify(value));
}

/** A value as it compares: the operator ends a registry with a slash. */
export function asCompared(path: string, value: unknown): unknown {
  return path === REGISTRY && typeof value === 'string' ? value.replace(/\/$/, '') : value;
}
