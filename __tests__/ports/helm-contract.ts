/* eslint jest/no-export: off -- tests that run on the fake and on the real one */
import { expect, it } from '@jest/globals';
import { EnvironmentError } from '../../src/errors.js';
import { load } from 'js-yaml';
import type { Chart, Helm, HelmMove } from '../../src/ports/helm.js';

/** A Helm, and a release `calico` in `tigera-operator` that has two revisions of different charts. */
export interface HelmWorld {
  readonly helm: Helm;
  /** {@link CHART}, packed, which makes of values what {@link manifestOf} does. */
  readonly chart: Chart;
  /** Charts of the release’s revisions, the first one first. */
  readonly history: () => Promise<readonly string[]>;
}

export const CHART = { name: 'tigera-operator', version: 'v3.32.1', appVersion: 'v3.32.1' } as const;

/** What the chart of the contract makes of values. */
export function manifestOf({
  name,
  namespace,
  values,
}: Pick<HelmMove, 'name' | 'namespace' | 'values'>): string {
  const data = { color: values['color'], release: name };
  return JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace }, data });
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

  it('says its version, and what a chart says of itself', async () => {
    const { helm, chart } = await world();
    expect(await helm.version()).toMatch(/^v\d+\.\d+/);
    expect(await helm.show(chart)).toEqual(CHART);
  });

  it('renders a chart with values, and writes nothing', async () => {
    const { helm, chart, history } = await world();
    const before = await history();
    const move: HelmMove = { ...RELEASE, chart, values: { color: 'green' } };
    expect(load(await helm.render(move))).toEqual(load(manifestOf(move)));
    expect(await history()).toEqual(before);
  });

  it('goes on to a chart as a revision of its own', async () => {
    const { helm, chart, history } = await world();
    const before = await history();
    await helm.upgrade({ ...RELEASE, chart, values: { color: 'green' } });
    expect(await history()).toEqual([...before, `${CHART.name}-${CHART.version}`]);
  });

  it('never installs a release that is not there, and says so in Helm’s words, with the command', async () => {
    const { helm, chart } = await world();
    const move = { ...RELEASE, name: 'cilium', chart, values: {} };
    const error: unknown = await helm.upgrade(move).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EnvironmentError);
    expect((error as EnvironmentError).message).toContain('"cilium" has no deployed releases');
    expect((error as EnvironmentError).remedy).toContain(
      `helm upgrade cilium ${chart.from} --namespace tigera-operator --no-hooks --reset-values --values FILE`,
    );
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
