import { EnvironmentError } from '../../src/errors.js';
import {
  type Chart,
  type ChartFacts,
  type Helm,
  type HelmMove,
  type HelmRevision,
  rollbackCommand,
  upgradeCommand,
} from '../../src/ports/helm.js';

/** A Helm that keeps the revisions of releases in memory. */
export interface FakeHelm extends Helm {
  /** Charts of a release’s revisions, the first one first. */
  readonly history: (name: string, namespace: string) => readonly string[];
}

/** A chart that the fake knows: what it says of itself, and the manifest that it makes. */
export interface FakeChart extends ChartFacts {
  readonly render: (move: HelmMove) => string;
}

/** A chart that is its own description; the fake reads it again from the bytes. */
export function packFakeChart({ name, version, appVersion }: ChartFacts): Chart {
  const file = `${name}-${version}.tgz`;
  return { file, bytes: Buffer.from(JSON.stringify({ name, version, appVersion })), from: `charts/${file}` };
}

/**
 * @param releases charts by `NAMESPACE/NAME`, the first revision first
 * @param render the manifest that a chart makes
 */
export function createFakeHelm(
  releases: Readonly<Record<string, readonly string[]>> = {},
  render: (move: HelmMove) => string = () => '',
  version = 'v3.18.4',
): FakeHelm {
  const charts = new Map(Object.entries(releases));
  const revisionsOf = (name: string, namespace: string): readonly string[] =>
    charts.get(`${namespace}/${name}`) ?? [];
  const add = ({ name, namespace }: Pick<HelmMove, 'name' | 'namespace'>, chart: string): Promise<void> => {
    charts.set(`${namespace}/${name}`, [...revisionsOf(name, namespace), chart]);
    return Promise.resolve();
  };
  return {
    history: revisionsOf,
    version: () => Promise.resolve(version),
    pull: (name, release) => Promise.resolve(packFakeChart({ name, version: release, appVersion: release })),
    show: ({ bytes }) => Promise.resolve(JSON.parse(Buffer.from(bytes).toString()) as ChartFacts),
    render: (move) => Promise.resolve(render(move)),
    upgrade: (move) => {
      if (revisionsOf(move.name, move.namespace).length === 0) return Promise.reject(unknown(move));
      return add(move, move.chart.file.replace(/\.tgz$/, ''));
    },
    rollback: (to) => {
      const present = revisionsOf(to.name, to.namespace);
      const chart = present[to.revision - 1];
      return chart === undefined ? Promise.reject(refused(to, present.length === 0)) : add(to, chart);
    },
  };
}

function unknown(move: HelmMove): EnvironmentError {
  const { name, namespace, chart } = move;
  return new EnvironmentError(
    `helm upgrade of ${namespace}/${name} with ${chart.file} failed with 1: Error: UPGRADE FAILED: "${name}" has no deployed releases.`,
    `Put right what Helm names, and run with the values of the release: ${upgradeCommand(move)}`,
  );
}

function refused(to: HelmRevision, isUnknown: boolean): EnvironmentError {
  const said = isUnknown ? 'Error: release: not found' : `Error: release has no ${to.revision} version`;
  return new EnvironmentError(
    `helm rollback of ${to.namespace}/${to.name} to revision ${to.revision} failed with 1: ${said}.`,
    `Put right what Helm names, and run: ${rollbackCommand(to)}`,
  );
}
