import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { describeWithCluster, ownNamespace, sharedCluster } from '../../test-cluster/jest.js';

const PROJECT = join(import.meta.dirname, '..', '..');

describeWithCluster('a cluster that is shared', { controllers: false }, (cluster) => {
  it('is the same for all who ask for the same, in any order of words', async () => {
    const again = await sharedCluster({ controllers: false });
    expect(again.id).toBe(cluster().id);
    again.api.close();
  });

  it('is the same in another process of the run', () => {
    const script = `
      import { sharedCluster } from '${PROJECT}/test-cluster/shared-cluster.ts';
      const { id, api } = await sharedCluster({ controllers: false });
      console.log(id);
      api.close();`;
    const { stdout } = spawnSync(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', script],
      {
        cwd: PROJECT,
        env: process.env,
        encoding: 'utf8',
      },
    );
    expect(stdout.trim()).toBe(cluster().id);
  });

  it('gives each test a namespace of its own', async () => {
    const [one, other] = [await ownNamespace(cluster()), await ownNamespace(cluster())];
    expect(one).not.toBe(other);
    expect((await cluster().api.ask('GET', `/api/v1/namespaces/${one}/serviceaccounts/default`)).status).toBe(
      200,
    );
  });
});

const SUITE = `
import { expect, it } from '@jest/globals';
import { describeWithCluster } from '../../../test-cluster/jest.js';
describeWithCluster('suite', { controllers: false }, (cluster) => {
  it('has a cluster', () => expect(cluster().id).toMatch(/^\\w{6}$/));
});
`;

/** Runs the suite as a run of its own, in a folder of its own, and gives what jest says. */
function runSuite(
  env: Readonly<Record<string, string>>,
  suite = SUITE,
): {
  readonly text: string;
  /** JSON. */
  readonly results: string;
  readonly left: readonly string[];
} {
  const own = mkdtempSync(join(tmpdir(), 'run-'));
  const folder = mkdtempSync(join(PROJECT, '__tests__', 'test-cluster', 'suite-'));
  try {
    writeFileSync(join(folder, 'suite.test.ts'), suite);
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js', '--json', folder],
      { cwd: PROJECT, env: { ...process.env, TMPDIR: own, REQUIRE_ALL_TESTS: '', ...env }, encoding: 'utf8' },
    );
    return {
      text: stderr,
      results: stdout,
      left: readdirSync(own).filter((name) => name.startsWith('calico-test-')),
    };
  } finally {
    rmSync(own, { recursive: true });
    rmSync(folder, { recursive: true });
  }
}

const NOTHING = { XDG_CACHE_HOME: '/nowhere', KUBEBUILDER_ASSETS: '', PATH: '/nowhere' };

it('is skipped where it cannot be had, and title and output say why', () => {
  const { text, results } = runSuite(NOTHING);
  const reason = 'etcd, kube-apiserver of Kubernetes v1.34.4: not in KUBEBUILDER_ASSETS (not set), not in ';
  expect(text).toContain(`\nskipped: suite: ${reason}`);
  expect(text).toContain('1 skipped');
  expect(text).not.toContain('failed');
  expect(results).toContain(`suite (skipped: ${reason}`);
}, 120_000);

it('is a failure where it cannot be had and all tests are required', () => {
  const { text } = runSuite({ ...NOTHING, REQUIRE_ALL_TESTS: '1' });
  expect(text).toContain('has the cluster that it needs');
  expect(text).toContain('there is no Go to build it with');
  expect(text).toContain('1 failed');
}, 120_000);

it('is skipped where real nodes are left out, though all other tests are required', () => {
  const { text } = runSuite(
    { ...NOTHING, REQUIRE_ALL_TESTS: '1', WITHOUT_REAL_NODES: '1' },
    SUITE.replace('controllers: false', 'realNodes: 1'),
  );
  expect(text).toContain('skipped: suite: WITHOUT_REAL_NODES=1 leaves out real nodes');
  expect(text).toContain('1 skipped');
  expect(text).not.toContain('failed');
}, 120_000);

describeWithCluster('a run', { controllers: false }, () => {
  it('takes its clusters down at its end', () => {
    const { text, left } = runSuite({});
    expect(text).toContain('1 passed');
    expect(left).toEqual([]);
    expect(existsSync(process.env['CALICO_TEST_RUN_DIRECTORY'] ?? '')).toBe(true);
  }, 240_000);
});
