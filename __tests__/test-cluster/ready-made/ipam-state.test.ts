import { describe, expect, it } from '@jest/globals';
import { bulkObjects } from '../../../test-cluster/ready-made/bulk.js';
import { ipamState } from '../../../test-cluster/ready-made/ipam-state.js';

describe('ipamState', () => {
  const objects = ipamState({ nodes: ['a', 'b'], podsPerNode: 2 });
  const specOf = (kind: string): unknown[] =>
    objects.filter((object) => object.kind === kind).map((object) => object['spec']);

  it('gives each node a block of its own', () => {
    expect(specOf('BlockAffinity')).toEqual([
      { cidr: '10.244.0.0/26', deleted: 'false', node: 'a', state: 'confirmed' },
      { cidr: '10.244.0.64/26', deleted: 'false', node: 'b', state: 'confirmed' },
    ]);
  });

  it('accounts for each of the 64 addresses once', () => {
    for (const spec of specOf('IPAMBlock') as { allocations: (number | null)[]; unallocated: number[] }[]) {
      const used = spec.allocations.flatMap((attribute, address) => (attribute === null ? [] : [address]));
      expect(spec.allocations).toHaveLength(64);
      expect([...used, ...spec.unallocated].sort((a, b) => a - b)).toEqual(
        Array.from({ length: 64 }, (_, i) => i),
      );
    }
  });

  it('has a handle for each address in use', () => {
    expect(specOf('IPAMHandle')).toHaveLength(4);
  });
});

describe('bulkObjects', () => {
  it('makes as many as asked for, no two alike', () => {
    const names = [...bulkObjects(25_003)].map(
      ({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`,
    );
    expect(names).toHaveLength(25_003);
    expect(new Set(names).size).toBe(25_003);
  });

  it('gives no two nodes the same block', () => {
    const blocks = [...bulkObjects(25_000)].filter(({ kind }) => kind === 'IPAMBlock');
    expect(new Set(blocks.map(({ metadata }) => metadata.name)).size).toBe(blocks.length);
  });
});
