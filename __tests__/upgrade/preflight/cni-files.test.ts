import { describe, expect, test } from '@jest/globals';
import type { NodeState } from '../../../src/cluster/node-state.js';
import { cniFiles } from '../../../src/upgrade/preflight/checks/cni-files.js';
import type { PreflightFinding } from '../../../src/upgrade/preflight/preflight.js';
import { buildInside, buildNode } from '../../cluster/build-state.js';
import { nodeWithFiles } from './build-inside.js';
import { buildInput } from './build-input.js';

const OWN = { '10-calico.conflist': ['calico', 'calico-ipam', 'k8s', 'portmap'] };

function judge(...nodes: readonly NodeState[]): readonly PreflightFinding[] {
  return cniFiles(buildInput({ state: { nodes } }));
}

describe('CNI configuration of another', () => {
  test('before Calico’s is used, and can stop the upgrade', () => {
    const files = { '05-cilium.conflist': ['cilium-cni'], ...OWN };
    expect(judge(nodeWithFiles(OWN), nodeWithFiles(files, 'worker-2'))).toMatchObject([
      {
        code: 'cni-configuration-foreign',
        weight: 'skippable',
        message:
          'On 1 node CNI configuration of another comes before Calico’s, so new pods get their network from it: 05-cilium.conflist on worker-2.',
        evidence: [
          {
            object: { kind: 'Node', name: 'worker-2' },
            field: '/host/etc/cni/net.d/05-cilium.conflist in calico-node',
            value: 'type cilium-cni',
          },
        ],
        source: 'https://github.com/projectcalico/calico/issues/1388',
      },
    ]);
  });

  test('is used where there is none of Calico’s', () => {
    const [found] = judge(nodeWithFiles({ '50-weave.conf': ['weave-net'] }));
    expect(found).toMatchObject({ weight: 'skippable' });
    expect(found?.message).toContain('50-weave.conf on worker-1, which has no file of Calico’s');
  });

  test('behind Calico’s is a warning', () => {
    const [found, ...more] = judge(
      nodeWithFiles({ ...OWN, '87-podman-bridge.conflist': ['bridge', 'firewall'] }),
    );
    expect(found).toMatchObject({ code: 'cni-configuration-foreign', weight: 'warning' });
    expect(more).toEqual([]);
  });

  test('before and behind are told apart', () => {
    const files = { '05-flannel.conflist': ['flannel'], ...OWN, '50-weave.conf': ['weave-net'] };
    expect(judge(nodeWithFiles(files)).map(({ weight }) => weight)).toEqual(['skippable', 'warning']);
  });
});

test.each<[string, Readonly<Record<string, readonly string[]>>]>([
  ['Calico’s alone', OWN],
  ['an older one of Calico’s own', { '00-calico.conf': ['calico', 'calico-ipam'], ...OWN }],
  ['Multus, which a check of its own is for', { '00-multus.conf': ['multus-shim'], ...OWN }],
  ['Multus that delegates to Calico', { '00-multus.conf': ['multus', 'calico'], ...OWN }],
  ['an empty file', { '05-empty.conf': [], ...OWN }],
  ['a loopback behind it', { ...OWN, '99-loopback.conf': ['loopback'] }],
])('%s is no finding', (_, files) => {
  expect(judge(nodeWithFiles(files))).toEqual([]);
});

test('nor is what a node has that was not looked into, or whose calico-node has no such directory', () => {
  const blind = buildNode('b', { inside: buildInside({ cniFiles: null }) });
  expect(judge(buildNode('a', { inside: null }), blind)).toEqual([]);
});

test('where Calico only enforces policy the other CNI’s configuration belongs there', () => {
  const nodes = [nodeWithFiles({ '10-aws.conflist': ['aws-cni'] })];
  expect(cniFiles(buildInput({ state: { nodes }, calico: { providesNetworking: false } }))).toEqual([]);
});
