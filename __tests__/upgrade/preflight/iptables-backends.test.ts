import { describe, expect, test } from '@jest/globals';
import type { BackendRules } from '../../../src/cluster/node-state.js';
import { iptablesBackends } from '../../../src/upgrade/preflight/checks/iptables-backends.js';
import type { PreflightFinding } from '../../../src/upgrade/preflight/preflight.js';
import { buildCalico, buildInside, buildNode } from '../../cluster/build-state.js';
import { nodeWithRules } from './build-inside.js';
import { buildInput, type Case, object } from './build-input.js';

interface Rules {
  readonly legacy?: Partial<BackendRules>;
  readonly nft?: Partial<BackendRules>;
}

const ALL = { isHinted: true, kubernetes: 40, calico: 60 };
const KUBERNETES = { isHinted: true, kubernetes: 40 };
const PINNED = {
  config: {
    felix: [
      object('crd.projectcalico.org/v1', 'FelixConfiguration', 'default', {
        spec: { iptablesBackend: 'Legacy' },
      }),
    ],
  },
};

function judge(rules: Rules, one: Case = {}): readonly PreflightFinding[] {
  return iptablesBackends(buildInput({ ...one, state: { nodes: [nodeWithRules(rules)] } }));
}

describe('rules in both backends', () => {
  test.each<[string, string, Rules, RegExp, Case]>([
    [
      'Calico in one and Kubernetes in the other',
      'skippable',
      { legacy: { calico: 60 }, nft: KUBERNETES },
      /Calico uses legacy, and Kubernetes nft/,
      {},
    ],
    [
      'Calico pinned to the one that Kubernetes does not use',
      'skippable',
      { nft: KUBERNETES },
      /Calico uses legacy, as it is told to, and Kubernetes nft/,
      { calico: PINNED },
    ],
    [
      'Calico’s left over in the other one',
      'skippable',
      { legacy: { calico: 12 }, nft: ALL },
      /Calico’s rules are in both/,
      {},
    ],
    [
      'Felix that will change sides when it restarts',
      'skippable',
      { legacy: { kubernetes: 30, calico: 60 }, nft: { isHinted: true } },
      /Felix uses legacy and will use nft once it restarts/,
      {},
    ],
    [
      'Kubernetes’ left over in the other one',
      'warning',
      { legacy: { kubernetes: 5 }, nft: ALL },
      /Kubernetes’ rules are in both/,
      {},
    ],
  ])('%s', (_, weight, rules, message, one) => {
    const [found, ...more] = judge(rules, one);
    expect(more).toEqual([]);
    expect(found).toMatchObject({
      code: 'iptables-backend-mixed',
      weight,
      source: 'https://github.com/projectcalico/calico/issues/5760',
    });
    expect(found?.message).toMatch(message);
    expect(found?.evidence.map(({ field }) => field)).toEqual([
      'iptables-legacy-save in calico-node',
      'iptables-nft-save in calico-node',
    ]);
  });

  test('of many nodes are one finding', () => {
    const nodes = ['a', 'b', 'c'].map((name) => nodeWithRules({ legacy: { calico: 1 }, nft: ALL }, name));
    const found = iptablesBackends(buildInput({ state: { nodes } }));
    expect(found).toHaveLength(1);
    expect(found[0]?.message).toMatch(/^On 3 nodes .* \(a, and 2 more nodes\)\.$/);
  });
});

test.each<[string, Rules, Case]>([
  ['every rule in nft', { nft: ALL }, {}],
  ['every rule in legacy', { legacy: ALL }, {}],
  ['every rule in legacy, as Felix is told', { legacy: ALL }, { calico: PINNED }],
  ['an empty legacy table that a distribution left', { legacy: {}, nft: ALL }, {}],
  ['rules of Docker’s in the other one', { legacy: { other: 20 }, nft: ALL }, {}],
  ['no rules of Kubernetes, as without kube-proxy', { nft: { calico: 60 } }, {}],
  ['no rules at all', {}, {}],
  [
    'a Felix that counts and does not look for the kubelet’s chains',
    { legacy: { kubernetes: 30, calico: 60 }, nft: { isHinted: true } },
    { from: 'v3.22.1', to: 'v3.22.5', kubernetes: 'v1.23.1' },
  ],
  ['the eBPF dataplane', { legacy: { calico: 3 }, nft: ALL }, { calico: { dataplane: 'bpf' } }],
])('%s is no finding', (_, rules, one) => {
  expect(judge(rules, one)).toEqual([]);
});

test('nor is what could not be seen', () => {
  const blind = buildInside({ iptables: { legacy: null, nft: buildInside().iptables.nft } });
  const nodes = [buildNode('a', { inside: null }), buildNode('b', { inside: blind })];
  expect(iptablesBackends(buildInput({ state: { nodes } }))).toEqual([]);
});

test('what the environment says goes before FelixConfiguration', () => {
  const { node } = buildCalico().components;
  if (!node) throw new Error('the builder makes a calico-node');
  const env = { ...node.env, FELIX_IPTABLESBACKEND: 'NFT' };
  const calico = { ...PINNED, components: { node: { ...node, env } } };
  expect(judge({ nft: ALL }, { calico })).toEqual([]);
  expect(judge({ legacy: KUBERNETES }, { calico })).toMatchObject([{ weight: 'skippable' }]);
});
