/* eslint jest/no-export: off -- tests that run on the fake and on the real one */
import { expect, it } from '@jest/globals';
import { EnvironmentError } from '../../src/errors.js';
import type { Helm } from '../../src/ports/helm.js';

/** A Helm, and a release `calico` in `tigera-operator` that has two revisions of different charts. */
export interface HelmWorld {
  readonly helm: Helm;
  /** Charts of the release’s revisions, the first one first. */
  readonly history: () => Promise<readonly string[]>;
}

const RELEASE = { name: 'calico', namespace: 'tigera-operator' } as const;

/** What every implementation of the port does. `world` gives one anew for each test. */
export function helmContract(world: () => Promise<HelmWorld>): void {
  it('goes back to a revision as a revision of its own', async () => {
    const { helm, history } = await world();
    const [first, second] = await history();
    await helm.rollback({ ...RELEASE, revision: 1 });
    expect(await history()).toEqual([first, second, first]);
  });

  it.each([
    ['a revision that is not there', { ...RELEASE, revision: 7 }, 'release has no 7 version'],
    ['a release that is not there', { ...RELEASE, name: 'cilium', revision: 1 }, 'release: not found'],
  ])('refuses %s in Helm’s words, with the command', async (_, to, words) => {
    const { helm, history } = await world();
    const before = await history();
    const error: unknown = await helm.rollback(to).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EnvironmentError);
    expect((error as EnvironmentError).message).toContain(words);
    expect((error as EnvironmentError).remedy).toContain(
      `helm rollback ${to.name} ${to.revision} --namespace tigera-operator --no-hooks`,
    );
    expect(await history()).toEqual(before);
  });
}
