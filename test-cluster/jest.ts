import { afterAll, beforeAll, describe, it, jest } from '@jest/globals';
import { clusterAvailability, readyAvailability } from './availability.js';
import { ownCluster, sharedCluster } from './shared-cluster.js';
import { type Availability, type ClusterOptions, type TestCluster } from './types.js';

export { ownNamespace } from './own-namespace.js';
export { ownCluster, sharedCluster } from './shared-cluster.js';

/** What a suite asks for. */
export interface SuiteOptions extends ClusterOptions {
  /** A cluster for this suite alone. Default: false, one that other suites have too. */
  readonly own?: boolean;
}

const START_TIMEOUT_MS = 240_000;
const BUILD_TIMEOUT_MS = 45 * 60_000;
const TEST_TIMEOUT_MS = 60_000;

/**
 * A suite that needs a cluster. It is there once the tests run: `cluster()`.
 *
 * Where it cannot be had, or would have to be built first, the tests are skipped and the title says why. With
 * REQUIRE_ALL_TESTS=1 it is built, and what cannot be had is a failure; WITHOUT_REAL_NODES=1 leaves out those that need
 * real nodes all the same. Each test may take a minute.
 */
export function describeWithCluster(
  title: string,
  { own = false, ...options }: SuiteOptions,
  body: (cluster: () => TestCluster) => void,
): void {
  const availability = suiteAvailability(options);
  const cluster = { current: null as TestCluster | null };
  const suite = (): void => {
    body(() => {
      if (cluster.current === null) throw new Error('The cluster is there in tests and hooks only.');
      return cluster.current;
    });
  };
  if (!availability.isAvailable) {
    describeUnavailable(title, availability.reason, suite, mayBuild() && !isLeftOut(options));
    return;
  }
  describe(title, () => {
    jest.setTimeout(TEST_TIMEOUT_MS);
    beforeAll(async () => {
      const asked = { onProgress: reportBuilding, ...options };
      cluster.current = await (own ? ownCluster(asked) : sharedCluster(asked));
    }, BUILD_TIMEOUT_MS);
    afterAll(async () => {
      if (own) await cluster.current?.stop();
      else cluster.current?.api.close();
    }, START_TIMEOUT_MS);
    suite();
  });
}

const mayBuild = (): boolean => process.env['REQUIRE_ALL_TESTS'] === '1';

const isLeftOut = ({ realNodes = 0 }: ClusterOptions): boolean =>
  realNodes > 0 && process.env['WITHOUT_REAL_NODES'] === '1';

function suiteAvailability(options: ClusterOptions): Availability {
  if (isLeftOut(options)) return { isAvailable: false, reason: 'WITHOUT_REAL_NODES=1 leaves out real nodes' };
  return mayBuild() ? clusterAvailability(options) : readyAvailability(options);
}

function describeUnavailable(title: string, reason: string, suite: () => void, isRequired: boolean): void {
  if (isRequired) {
    describe(title, () => {
      it('has the cluster that it needs', () => {
        throw new Error(reason);
      });
    });
    return;
  }
  // Titles of what is skipped are shown by some reporters only.
  process.stderr.write(`\nskipped: ${title}: ${reason}\n`);
  describe.skip(`${title} (skipped: ${reason})`, suite);
}

function reportBuilding(text: string): void {
  if (/^(?:building|built|waiting)/.test(text)) process.stderr.write(`${text}\n`);
}
