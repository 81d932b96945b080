import { describe, expect, test } from '@jest/globals';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { installation, node, object, operatorNode, tigeraOperator } from '../build.js';
import { calicoOf } from '../state-of.js';

const API = 'operator.tigera.io/v1';
const status = (
  name: string,
  conditions: Readonly<Record<string, string>>,
  observedGeneration?: number,
): KubernetesObject =>
  object(
    API,
    'TigeraStatus',
    { name },
    {
      status: {
        conditions: Object.entries(conditions).map(([type, value]) => ({
          type,
          status: value,
          reason: `${type}Reason`,
          message: `${type} says`,
          ...(observedGeneration === undefined ? {} : { observedGeneration }),
        })),
      },
    },
  );
const BASE = [tigeraOperator('v1.34.5'), installation(), operatorNode('v3.28.2')];

describe('the operator', () => {
  test('its version, what it installs, and what it was asked for', async () => {
    const { operator } = await calicoOf([
      ...BASE,
      object(API, 'APIServer', { name: 'default' }),
      object(
        API,
        'ImageSet',
        { name: 'calico-v3.28.2' },
        {
          spec: { images: [{ image: 'calico/node', digest: 'sha256:1' }] },
        },
      ),
    ]);
    expect(operator).toMatchObject({
      version: { major: 1, minor: 34, patch: 5 },
      installs: { major: 3, minor: 28, patch: 2 },
      replicas: 1,
      imageSets: [{ name: 'calico-v3.28.2', digests: { 'calico/node': 'sha256:1' } }],
      resources: [{ kind: 'APIServer', metadata: { name: 'default' } }],
      migration: null,
    });
  });

  test('scaled to zero (the brake) is seen', async () => {
    const { operator } = await calicoOf([
      tigeraOperator('v1.34.5', { count: 0 }),
      installation(),
      operatorNode('v3.28.2'),
    ]);
    expect([operator?.replicas, operator?.deployment?.ready]).toEqual([0, 0]);
  });

  test('Available and Degraded at once is told as it is, with Degraded’s reason', async () => {
    const { operator } = await calicoOf([
      ...BASE,
      status('calico', { Available: 'True', Progressing: 'False', Degraded: 'True' }),
    ]);
    expect(operator?.tigeraStatuses).toEqual([
      {
        name: 'calico',
        isAvailable: true,
        isProgressing: false,
        isDegraded: true,
        reason: 'DegradedReason',
        message: 'Degraded says',
        isCurrent: true,
      },
    ]);
  });

  test.each([
    ['speaks of the Installation as it is', 'calico', 3, true],
    ['speaks of an older Installation', 'calico', 2, false],
    ['does not say (operators before 1.28)', 'calico', undefined, true],
    ['says 0, which is nothing', 'calico', 0, true],
    ['of the API server speaks of the APIServer', 'apiserver', 1, true],
    ['of an unknown part', 'something', 1, true],
  ])('a status that %s', async (_, name, observed, isCurrent) => {
    const { operator } = await calicoOf([
      tigeraOperator('v1.34.5'),
      { ...installation(), metadata: { name: 'default', generation: 3 } },
      operatorNode('v3.28.2'),
      object(API, 'APIServer', { name: 'default', generation: 1 }),
      status(name, { Available: 'True' }, observed),
    ]);
    expect(operator?.tigeraStatuses[0]?.isCurrent).toBe(isCurrent);
  });

  test('nodes that the migration from a manifest install marked', async () => {
    const label = 'projectcalico.org/operator-node-migration';
    const marked = (name: string, value: string): KubernetesObject =>
      node(name, { metadata: { labels: { [label]: value } } });
    const { operator } = await calicoOf([
      ...BASE,
      marked('a', 'migrated'),
      marked('b', 'pre-operator'),
      marked('c', 'pre-operator'),
    ]);
    expect(operator?.migration).toEqual({ preOperator: 2, migrated: 1 });
  });
});
