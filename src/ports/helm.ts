/** A release, as far as what Helm does to it depends on it. */
interface Named {
  readonly name: string;
  readonly namespace: string;
  /** Whether Helm applies its objects server-side, as Helm 4 does; absent is false. Helm 3 does not know it. */
  readonly isServerSide?: boolean;
}

/** A revision of a release of Helm. */
export interface HelmRevision extends Named {
  readonly revision: number;
}

/** A chart as `helm package` packs it. */
export interface Chart {
  /** `tigera-operator-v3.31.7.tgz` */
  readonly file: string;
  readonly bytes: Uint8Array;
  /** Where it was read: a path, a URL. */
  readonly from: string;
}

/** What a chart says of itself; empty where it says nothing. */
export interface ChartFacts {
  readonly name: string;
  readonly version: string;
  readonly appVersion: string;
}

/** A release, and the chart and values that it is to have. */
export interface HelmMove extends Named {
  readonly chart: Chart;
  /** The user's own, whole: those of the release before do not count besides. They may hold credentials. */
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * The program `helm`, as far as an upgrade and a rollback have to do with it. Nothing here ever uninstalls.
 *
 * Every call throws EnvironmentError in Helm's own words where it refuses or cannot be run, PassingError where it does not
 * end in time or fails for what may pass.
 */
export interface Helm {
  /** As it says itself: `v3.18.4`. */
  readonly version: () => Promise<string>;
  /** Fetches a chart from a repository of charts. */
  readonly pull: (name: string, version: string, repository: string) => Promise<Chart>;
  readonly show: (chart: Chart) => Promise<ChartFacts>;
  /** The manifest that an upgrade would have, hooks left out. It may hold credentials. Writes nothing. */
  readonly render: (move: HelmMove) => Promise<string>;
  /** Brings a release to a chart, as a revision of its own. Runs no hooks, and waits for nothing but Helm itself. */
  readonly upgrade: (move: HelmMove) => Promise<void>;
  /**
   * Puts a release back to a revision of its history, as a revision of its own. Runs no hooks, and waits for nothing but
   * Helm itself.
   */
  readonly rollback: (to: HelmRevision) => Promise<void>;
}

/** What does the same by hand. */
export function rollbackCommand(to: HelmRevision): string {
  return ['helm', ...rollbackArguments(to)].join(' ');
}

export function rollbackArguments({ name, revision, ...of }: HelmRevision): readonly string[] {
  return ['rollback', name, String(revision), ...flagsOf(of)];
}

/** What does the same by hand, with the values of the release in a file. */
export function upgradeCommand(move: HelmMove): string {
  return ['helm', ...upgradeArguments(move, move.chart.from, 'FILE')].join(' ');
}

/**
 * @param chart path of the chart
 * @param values path of the values; `-` for standard input
 */
export function upgradeArguments({ name, ...of }: Named, chart: string, values: string): readonly string[] {
  return ['upgrade', name, chart, ...flagsOf(of), '--reset-values', '--values', values];
}

/** Fields that others wrote too are no reason to stop halfway: they are written once more after it. */
function flagsOf({ namespace, isServerSide = false }: Omit<Named, 'name'>): readonly string[] {
  return ['--namespace', namespace, '--no-hooks', ...(isServerSide ? ['--force-conflicts'] : [])];
}
