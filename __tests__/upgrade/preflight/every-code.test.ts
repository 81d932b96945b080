import { describe, expect, test } from '@jest/globals';
import { createFakeClusterClient } from '../../ports/fake-cluster-client.js';
import { codesOf, KUBERNETES, objectsOf, planOf, type Scene, withoutFault } from './clusters/scene.js';
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
  return codesOf(await planOf(client, scene));
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

const shown = Object.entries(SCENES).flatMap(([code, scene]) =>
  'why' in scene ? [] : [[code, scene] as const],
);

describe.each(shown)('%s', (code, scene: Scene) => {
  test('is found in a cluster that has the fault', async () => {
    expect(await find(scene)).toContain(code);
  });

  test('is not found in the same cluster without it', async () => {
    expect(await find(withoutFault(scene))).not.toContain(code);
  });
});

test.each(Object.entries(SCENES).flatMap(([code, scene]) => ('why' in scene ? [[code, scene.why]] : [])))(
  '%s cannot be shown so, for a reason',
  (_, why) => {
    expect(why).toMatch(/\w/);
  },
);
