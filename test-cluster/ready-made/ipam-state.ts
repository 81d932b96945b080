import { createHash } from 'node:crypto';
import type { KubernetesObject } from '../../src/ports/cluster-client.js';
import { calicoObject } from './calico-objects.js';

export interface IpamOptions {
  readonly nodes: readonly string[];
  /** Addresses in use on each node, 64 at most. Default: 3. */
  readonly podsPerNode?: number;
  /** Blocks of /26 are cut from here, one a node. Default: 10.244.0.0. */
  readonly firstBlock?: string;
}

/** Addresses in a block of /26. */
const BLOCK_SIZE = 64;

/**
 * The run-time state of Calico's IPAM: a block and an affinity for each node, a handle for each address in use, and
 * the configuration. The form is that of libcalico-go (lib/backend/model/block.go).
 */
export function ipamState({
  nodes,
  podsPerNode = 3,
  firstBlock = '10.244.0.0',
}: IpamOptions): KubernetesObject[] {
  const first = toNumber(firstBlock);
  return [
    calicoObject('IPAMConfig', 'default', {
      autoAllocateBlocks: true,
      maxBlocksPerHost: 0,
      strictAffinity: false,
    }),
    ...nodes.flatMap((node, index) => blockOf(node, toAddress(first + index * BLOCK_SIZE), podsPerNode)),
  ];
}

/** The block of a node at an address, its affinity and its handles. */
export function blockOf(node: string, address: string, pods: number): KubernetesObject[] {
  const cidr = `${address}/26`;
  const name = `${address.replaceAll('.', '-')}-26`;
  const handles = Array.from({ length: pods }, (_, index) => `k8s-pod-network.${digest(`${node}/${index}`)}`);
  const used = handles.map((_, index) => index);
  const free = Array.from({ length: BLOCK_SIZE - pods }, (_, index) => index + pods);
  return [
    calicoObject('BlockAffinity', `${node}-${name}`, { cidr, deleted: 'false', node, state: 'confirmed' }),
    calicoObject('IPAMBlock', name, {
      affinity: `host:${node}`,
      allocations: [...used, ...free.map(() => null)],
      attributes: handles.map((handle, index) => ({
        handle_id: handle,
        secondary: {
          namespace: 'shop',
          node,
          pod: `shop-${index}`,
          timestamp: '2026-01-01 00:00:00 +0000 UTC',
        },
      })),
      cidr,
      deleted: false,
      strictAffinity: false,
      unallocated: free,
    }),
    ...handles.map((handle) =>
      calicoObject('IPAMHandle', handle, { handleID: handle, block: { [cidr]: 1 }, deleted: false }),
    ),
  ];
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toAddress(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}
