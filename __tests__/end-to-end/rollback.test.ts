import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createBundleDirectory, readBundleDirectory } from '../../src/adapters/bundle-directory.js';
import { createClusterClient } from '../../src/adapters/kubernetes/cluster-client.js';
import { inspect } from '../../src/cluster/inspect.js';
import type { ClusterClient } from '../../src/ports/cluster-client.js';
import { byHand } from '../../src/report/rollback/by-hand.js';
import { wayBack } from '../../src/report/run/way-back.js';
import { LOCK } from '../../src/upgrade/lock/lock.js';
import { readJournal } from '../../src/upgrade/journal/journal.js';
import { saveBundle } from '../../src/upgrade/backup/save-bundle.js';
import { planRollback } from '../../src/upgrade/restore/plan-rollback.js';
import { findProgram } from '../../test-cluster/binaries.js';
import { startFaultProxy } from '../../test-cluster/fault-proxy/fault-proxy.js';
import { installCalicoData } from '../../test-cluster/ready-made/calico-data.js';
import { installCalico } from '../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../test-cluster/ready-made/jest.js';
import { eventually } from '../test-cluster/eventually.js';
import { contentsOf, NODE, podImages, rolledOut, runOptions } from '../upgrade/restore/live-run.js';
import { makeFolder, removeFolders, type Run, runProgram } from './run-program.js';

/** What makes a run a step of a workflow, always the same run. */
const WORKFLOW = {
  GITHUB_ACTIONS: 'true',
  GITHUB_SERVER_URL: 'https://github.example.com',
  GITHUB_REPOSITORY: 'team/clusters',
  GITHUB_RUN_ID: '7',
};
/** What the runner gives a step that is told to stop. */
const RUNNER_GRACE_MS = 7_500;

describeWithCalico('rollback, as users run it', { own: true, lightNodes: 3 }, (cluster) => {
  let client: ClusterClient;
  let folder: string;
  let before: ReadonlyMap<string, string>;
  let images: readonly string[];

  beforeAll(async () => {
    client = await createClusterClient(cluster().kubeconfig, null);
    await installCalico(client, { method: 'manifest', version: 'v3.28.2' });
    await installCalicoData(client);
    await rolledOut(client);
    folder = makeFolder({ kubeconfig: cluster().kubeconfig });
    await saveBundle(client, await inspect(client), await createBundleDirectory(join(folder, 'backup')), {
      madeBy: '0.1.0',
      createdAt: new Date().toISOString(),
      run: '',
      encrypt: null,
    });
    [before, images] = [await contentsOf(client), await podImages(client)];
  }, 120_000);

  afterAll(removeFolders);

  async function upgrade(): Promise<void> {
    await installCalico(client, { method: 'manifest', version: 'v3.29.7', command: 'apply --server-side' });
    await rolledOut(client);
  }

  // Light nodes run nothing that a network could be tested with
  const FLAGS = [
    ...['--backup-artifact', 'backup', '--kubeconfig', 'kubeconfig', '--force', 'true'],
    ...['--network-test', 'false'],
  ];

  /** Nobody has to wait for a minute to see that the lock is not renewed. */
  async function shortenLock(): Promise<void> {
    const body = { spec: { leaseDurationSeconds: 3 } };
    await client.patch(LOCK, { type: 'merge', body }, { fieldManager: 'test' });
  }

  function runAsStep(inputs: Readonly<Record<string, string>>): Promise<Run> {
    return runProgram(folder, [], stepOf(folder, inputs));
  }

  it('plan with a bundle shows what the rollback would do, and does none of it', async () => {
    await upgrade();
    const upgraded = await contentsOf(client);
    const run = await runProgram(folder, ['--mode', 'plan', ...FLAGS]);
    expect(run.output).toContain('ready to go from Calico v3.29.7 back to Calico v3.28.2');
    expect(run.output).toContain('replace  DaemonSet kube-system/calico-node');
    expect(run.output).toContain('delete   ClusterRole calico-tier-getter');
    expect(run.status).toBe(0);
    expect(run.report).toMatchObject({ mode: 'plan', result: 'passed', backup: { calico: 'v3.28.2' } });
    expect(await contentsOf(client)).toEqual(upgraded);
    expect(await readJournal(client)).toBeNull();
  }, 120_000);

  it('by hand, the commands of its report put back what a run could not', async () => {
    await upgrade();
    await client.delete({ ...NODE, kind: 'ConfigMap', apiVersion: 'v1', name: 'calico-config' });
    const bundle = join(folder, 'backup');
    const plan = await planRollback(client, readBundleDirectory(bundle), runOptions({ force: true }));
    const place = { repository: '', runId: '', hasKey: false, context: null };
    const way = wayBack({ artifact: null, directory: bundle }, place);
    const told = byHand({ plan, ended: 'failed', results: [] }, way);
    const programs = dirname(await findProgram('kubectl'));
    const env = {
      ...process.env,
      PATH: `${programs}:${process.env['PATH'] ?? ''}`,
      KUBECONFIG: join(folder, 'kubeconfig'),
    };
    for (const { command } of told?.steps ?? []) {
      execFileSync('bash', ['-o', 'pipefail', '-c', command], { env });
    }
    await rolledOut(client);
    expect(await contentsOf(client)).toEqual(before);
    expect(await podImages(client)).toEqual(images);
  }, 180_000);

  it('told to stop, it saves its state in time and says how to go on; run again, it goes on', async () => {
    await upgrade();
    let stoppedAt = 0;
    const run = await runProgram(
      folder,
      ['--mode', 'rollback', ...FLAGS, '--soak-seconds', '600', '--stage-timeout-seconds', '900'],
      {},
      (child) => {
        void eventually(async () => {
          const journal = await readJournal(client);
          const isSoaking = journal?.step.startsWith('wave 1') === true && (await isFirstNodeBack(client));
          return isSoaking ? true : null;
        }, 60_000).then(() => {
          stoppedAt = Date.now();
          child.kill('SIGTERM');
        });
      },
    );
    expect(Date.now() - stoppedAt).toBeLessThan(RUNNER_GRACE_MS);
    expect(run.status).toBe(1);
    expect(run.report).toMatchObject({ result: 'rollback-failed' });
    expect(run.output).toContain('Run the mode rollback again with the same bundle');
    expect(await client.get(LOCK)).toBeNull();
    expect(await readJournal(client)).toMatchObject({ status: 'interrupted', stage: 'node' });

    const again = await runAsStep({ 'soak-seconds': '0' });
    expect(again.output).toContain('rolled back: Calico v3.28.2');
    expect(again.status).toBe(0);
    expect(readFileSync(join(folder, 'outputs'), 'utf8')).toMatch(/result<<.*\nrolled-back\n/);
    expect(readFileSync(join(folder, 'summary'), 'utf8')).toContain('## ✅ Calico rollback');
    expect(await contentsOf(client)).toEqual(before);
    expect(await podImages(client)).toEqual(images);
    expect(await readJournal(client)).toBeNull();
    expect(tellAfterwards(again)).toBe('');
  }, 180_000);

  it.each([
    [3, 'before'],
    [9, 'after'],
    [17, 'before'],
    [26, 'after'],
  ] as const)(
    'killed at its write %s (%s it), it is gone on with by a new run',
    async (write, when) => {
      await upgrade();
      const proxy = await startFaultProxy({ kubeconfig: cluster().kubeconfig });
      try {
        writeFileSync(join(folder, 'proxied'), proxy.kubeconfig);
        const killed = await runProgram(
          folder,
          [],
          stepOf(folder, { kubeconfig: 'proxied', 'soak-seconds': '0' }),
          (child) => proxy.cutAtWrite(write, when, () => child.kill('SIGKILL')),
        );
        expect(killed.status).toBeNull();
        expect(tellAfterwards(killed)).toMatch(
          write > 4 ? /The rollback ended in / : /^$|The rollback ended/,
        );
      } finally {
        await proxy.stop();
      }
      await shortenLock();
      const again = await runAsStep({ 'soak-seconds': '0' });
      expect(again.output).toContain('The lock of another job or attempt of this run was not renewed');
      expect(again.status).toBe(0);
      expect(await contentsOf(client)).toEqual(before);
      expect(await podImages(client)).toEqual(images);
      expect((await inspect(client)).leftovers).toEqual([]);
    },
    120_000,
  );
});

/** The environment of a step of a workflow. */
function stepOf(folder: string, inputs: Readonly<Record<string, string>>): Record<string, string> {
  const all = {
    mode: 'rollback',
    'backup-artifact': 'backup',
    kubeconfig: 'kubeconfig',
    force: 'true',
    'network-test': 'false',
    ...inputs,
  };
  const named = Object.entries(all).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value] as const);
  const places = { GITHUB_OUTPUT: join(folder, 'outputs'), GITHUB_STEP_SUMMARY: join(folder, 'summary') };
  for (const place of Object.values(places)) writeFileSync(place, '');
  return { ...WORKFLOW, ...places, ...Object.fromEntries(named) };
}

/** What the step after the job says. */
function tellAfterwards({ reportDir }: Run): string {
  const env = { ...WORKFLOW, PATH: process.env['PATH'] ?? '', 'INPUT_REPORT-DIR': reportDir };
  return execFileSync(process.execPath, [resolve('dist/post.js')], { env, encoding: 'utf8' });
}

/** Whether a node runs the older release again. */
async function isFirstNodeBack(client: ClusterClient): Promise<boolean> {
  return (await podImages(client)).some((image) => image.endsWith('v3.28.2'));
}
