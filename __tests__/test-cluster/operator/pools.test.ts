import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import {
  planPools,
  type PoolPlan,
  podNetworkProblem,
  withPoolDefaults,
} from '../../../test-cluster/operator/pools.js';

type Pools = readonly Record<string, unknown>[];

const filled = (
  ipPools: Pools | undefined,
  current: readonly KubernetesObject[] = [],
  subnet: string | null = null,
) => withPoolDefaults({ calicoNetwork: ipPools ? { ipPools } : {} }, current, subnet);

/** What the operator makes of an Installation with one pool, in an empty cluster. */
function made(pool: Record<string, unknown>): KubernetesObject {
  const [write] = planPools({ spec: filled([pool]), current: [], isApiAvailable: false }).writes;
  if (!write) throw new Error('there is a pool to make');
  return write;
}

const withoutLabel = (pool: KubernetesObject): KubernetesObject => ({
  ...pool,
  metadata: { name: pool.metadata.name },
});
const plan = (ipPools: Pools, current: readonly KubernetesObject[], isApiAvailable = true): PoolPlan =>
  planPools({ spec: filled(ipPools, current), current, isApiAvailable });

const cidr = '10.9.0.0/16';
const nothing: PoolPlan = { writes: [], deletions: [], foreign: [], problem: null };

describe('withPoolDefaults', () => {
  it.each([
    ['upstream’s pool', [], null, ['192.168.0.0/16']],
    ['kubeadm’s pod network', [], '10.244.0.0/16,fd00::/56', ['10.244.0.0/16', 'fd00::/56']],
    ['none where there are pools already', [made({ cidr })], null, []],
  ])('takes %s where the Installation names none', (_, current, subnet, cidrs) => {
    const spec = filled(undefined, current, subnet) as { calicoNetwork: { ipPools: { cidr: string }[] } };
    expect(spec.calicoNetwork.ipPools.map((pool) => pool.cidr)).toEqual(cidrs);
  });

  it('names a pool as one of the same CIDR is named', () => {
    const live = { ...made({ cidr }), metadata: { name: 'mine' } };
    expect(filled([{ cidr }], [live])).toMatchObject({
      calicoNetwork: { ipPools: [{ name: 'mine', encapsulation: 'IPIP' }] },
    });
  });
});

describe('planPools', () => {
  it.each([
    ['IPIP', { ipipMode: 'Always', vxlanMode: 'Never' }],
    ['VXLANCrossSubnet', { ipipMode: 'Never', vxlanMode: 'CrossSubnet' }],
    ['None', { ipipMode: 'Never', vxlanMode: 'Never' }],
  ])('makes a pool with encapsulation %s and the operator’s label', (encapsulation, spec) => {
    expect(made({ cidr, encapsulation })).toMatchObject({
      metadata: {
        name: 'default-ipv4-ippool',
        labels: { 'app.kubernetes.io/managed-by': 'tigera-operator' },
      },
      spec: { cidr, blockSize: 26, natOutgoing: true, nodeSelector: 'all()', ...spec },
    });
  });

  it('leaves a pool of its own that is right', () => {
    expect(plan([{ cidr }], [made({ cidr })])).toEqual(nothing);
  });

  it('takes over a pool without its label that is just what the Installation says', () => {
    const { writes } = plan([{ cidr }], [withoutLabel(made({ cidr }))]);
    expect(writes).toEqual([made({ cidr })]);
  });

  it('leaves a pool of somebody else, and says so', () => {
    const other = withoutLabel(made({ cidr, encapsulation: 'VXLAN' }));
    expect(plan([{ cidr }], [other])).toEqual({ ...nothing, foreign: [cidr] });
  });

  it('deletes a pool of its own that the Installation no longer has', () => {
    expect(plan([], [made({ cidr })])).toEqual({ ...nothing, deletions: ['default-ipv4-ippool'] });
  });

  it.each([
    [
      'change',
      [{ cidr, encapsulation: 'VXLAN' }],
      'Unable to modify IP pools while Calico API server is unavailable',
    ],
    ['delete', [], 'Unable to delete IP pools while Calico API server is unavailable'],
  ])('does not %s a pool while Calico’s API is away', (_, pools, message) => {
    expect(plan(pools, [made({ cidr })], false)).toEqual({
      ...nothing,
      problem: { reason: 'ResourceNotReady', message },
    });
  });
});

describe('podNetworkProblem', () => {
  it.each([
    ['192.168.0.0/16', '10.244.0.0/16', true],
    ['10.244.128.0/17', '10.244.0.0/16', false],
    ['10.0.0.0/8', '10.244.0.0/16', true],
    ['192.168.0.0/16', null, false],
  ])('of pool %s in pod network %s: %s', (pool, subnet, isProblem) => {
    expect(podNetworkProblem(filled([{ cidr: pool }]), [], subnet) !== null).toBe(isProblem);
  });
});
