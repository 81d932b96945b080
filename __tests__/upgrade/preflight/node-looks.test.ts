import { describe, expect, test } from '@jest/globals';
import type { NodeInside } from '../../../src/cluster/node-state.js';
import { nodeLooks } from '../../../src/upgrade/preflight/checks/node-looks.js';
import type { PreflightFinding } from '../../../src/upgrade/preflight/preflight.js';
import { buildNode } from '../../cluster/build-state.js';
import { buildInput } from './build-input.js';

/** What is said of nodes of which this was seen. */
function judge(...insides: readonly (NodeInside | null)[]): readonly PreflightFinding[] {
  const nodes = insides.map((inside, index) => buildNode(`worker-${index + 1}`, { inside }));
  return nodeLooks(buildInput({ state: { nodes } }));
}

const unseen = (reason: string, isForbidden = false): NodeInside => ({ kind: 'unseen', reason, isForbidden });

describe('nodes that were not looked into', () => {
  test('because nobody asked for it are told with the way to ask', () => {
    expect(judge(null, null)).toMatchObject([
      {
        code: 'nodes-not-inspected',
        weight: 'notice',
        remedy:
          'Set inspect-nodes to true; the account needs the Role calico-upgrade-action-inspect-nodes of docs/plan.md in kube-system (create and get on pods/exec).',
      },
    ]);
  });

  test('because the account may not are told with the rule that it lacks', () => {
    const [found] = judge(unseen('the account may not create pods/exec in kube-system', true));
    expect(found).toMatchObject({ weight: 'warning' });
    expect(found?.remedy).toMatch(/^Give the account the Role .*create and get on pods\/exec/);
  });

  test('because their pods do not answer are named with the reason', () => {
    const seen = buildNode('any').inside;
    const [found] = judge(seen, unseen('its pod calico-node-x is Pending'));
    expect(found).toMatchObject({
      weight: 'warning',
      evidence: [{ object: { kind: 'Node', name: 'worker-2' }, value: 'its pod calico-node-x is Pending' }],
    });
    expect(found?.message).toMatch(/^1 node could not be looked into: worker-2;/);
  });
});

test('nodes that were looked into are no finding', () => {
  const seen = buildNode('any').inside;
  expect(judge(seen, seen)).toEqual([]);
});

test('nodes that calico-node for Linux never runs on are not missed', () => {
  const nodes = [
    buildNode('virtual', { isVirtual: true, inside: null }),
    buildNode('windows', { os: 'windows', inside: null }),
  ];
  expect(nodeLooks(buildInput({ state: { nodes } }))).toEqual([]);
});
