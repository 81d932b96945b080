import { describe, expect, test } from '@jest/globals';
import { valueAt } from '../../../src/cluster/fields.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { rendered } from '../../../src/upgrade/preflight/checks/rendered.js';
import type { PreflightFinding } from '../../../src/upgrade/preflight/preflight.js';
import { buildInput, IGNORE, renderedNode } from './build-input.js';

function judge(...objects: readonly KubernetesObject[]): readonly PreflightFinding[] {
  return rendered(buildInput({ calico: { method: 'operator', objects } }));
}

describe('what the operator renders', () => {
  test('and nobody else touched is not spoken of', () => {
    expect(judge(renderedNode('operator'))).toEqual([]);
  });

  test('and somebody edited is named with its field and what stands there', () => {
    expect(judge(renderedNode('kubectl-edit'))[0]?.evidence).toMatchObject([
      { field: 'spec.template.spec.priorityClassName', value: 'system-node-critical' },
    ]);
  });

  test('a restart by kubectl is no edit', () => {
    const node = renderedNode('operator');
    const restart = {
      manager: 'kubectl-rollout',
      operation: 'Update' as const,
      fieldsV1: {
        'f:spec': {
          'f:template': {
            'f:metadata': { 'f:annotations': { '.': {}, 'f:kubectl.kubernetes.io/restartedAt': {} } },
          },
        },
      },
    };
    const annotations = { 'kubectl.kubernetes.io/restartedAt': '2026-01-01T00:00:00Z' };
    const spec = { template: { metadata: { annotations }, spec: valueAt(node, 'spec', 'template', 'spec') } };
    const managedFields = [...(node.metadata.managedFields ?? []), restart];
    expect(judge({ ...node, metadata: { ...node.metadata, managedFields }, spec })).toEqual([]);
  });

  test('what no resource of the operator owns is none of it', () => {
    const node = renderedNode('kubectl-edit', { [IGNORE]: 'true' });
    expect(judge({ ...node, metadata: { ...node.metadata, ownerReferences: [] } })).toEqual([]);
  });

  test('and an annotation keeps from the operator is one finding, not two', () => {
    expect(judge(renderedNode('kubectl-edit', { [IGNORE]: 'true' })).map(({ code }) => code)).toEqual([
      'rendered-object-ignored',
    ]);
  });
});
