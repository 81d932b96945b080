import { describe, expect, test } from '@jest/globals';
import { createFakeClusterClient } from '../../ports/fake-cluster-client.js';
import { KNOWN_FAILURES } from '../../../src/findings/known-failures.js';
import {
  codesOf,
  KUBERNETES,
  objectsOf,
  patchObjects,
  planOf,
  type Scene,
  withoutFault,
} from './clusters/scene.js';
import { lookAt } from './clusters/node-looks.js';
import { SCENES } from './clusters/scenes.js';

/** The codes that a plan of the scene's cluster finds. */
async function find(scene: Scene): Promise<readonly string[]> {
  const client = createFakeClusterClient({
    gitVersion: KUBERNETES,
    ...scene.fake,
    objects: objectsOf(scene),
    now: () => '2026-11-27T00:00:00Z',
  });
  await patchObjects(client, scene);
  return codesOf(await planOf(client, scene), scene.says);
}

test.each([
  ['by manifest', {}],
  ['by the operator', { base: 'operator' }],
] satisfies (readonly [string, Scene])[])(
  'a cluster that is well, installed %s, shows notes alone',
  async (_, scene) => {
    expect(await find(scene)).toEqual(['caveat', 'nodes-not-inspected']);
  },
);

test('nor does it show more to who looks into its nodes', async () => {
  expect(await find({ options: { inspectNodes: true }, fake: { exec: lookAt() } })).toEqual(['caveat']);
});

describe.each(Object.entries(SCENES))('%s', (code, scene: Scene) => {
  test('is found in a cluster that has the fault', async () => {
    expect(await find(scene)).toContain(code);
  });

  test('is not found in the same cluster without it', async () => {
    expect(await find(withoutFault(scene))).not.toContain(code);
  });
});

test.each(KNOWN_FAILURES)('$what is answered by a code that is found so', ({ plan }) => {
  expect(plan.length).toBeGreaterThan(0);
  expect(plan.filter((code) => !(code in SCENES))).toEqual([]);
});
