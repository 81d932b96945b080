import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createClusterClient } from '../../src/adapters/kubernetes/cluster-client.js';
import { valueAt } from '../../src/cluster/fields.js';
import { inspect } from '../../src/cluster/inspect.js';
import type { ClusterClient } from '../../src/ports/cluster-client.js';
import { readJournal } from '../../src/upgrade/journal/journal.js';
import { installCalicoData } from '../../test-cluster/ready-made/calico-data.js';
import { installCalico } from '../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../test-cluster/ready-made/jest.js';
import { manifestDirectory } from '../../test-cluster/ready-made/manifests.js';
import { eventually } from '../test-cluster/eventually.js';
import { contentsOf, NODE, podImages, rolledOut, withoutNewDefaults } from '../upgrade/restore/live-run.js';
import { makeFolder, removeFolders, type Run, runProgram } from './run-program.js';

const KEY = 'correct horse battery staple';

describeWithCalico('upgrade, as users run it', { own: true, lightNodes: 3 }, (cluster) => {
  let client: ClusterClient;
  let folder: string;
  let before: ReadonlyMap<string, string>;
  let images: readonly string[];

  beforeAll(async () => {
    client = await createClusterClient(cluster().kubeconfig, null);
    await installCalico(client, { method: 'manifest', version: 'v3.30.7' });
    await installCalicoData(client);
    await rolledOut(client);
    folder = makeFolder({ kubeconfig: cluster().kubeconfig });
    [before, images] = [await contentsOf(client), await podImages(client)];
  }, 120_000);

  afterAll(removeFolders);

  const COMMON = ['--kubeconfig', 'kubeconfig', '--force', 'true', '--encryption-key', KEY];
  const UPGRADE = [
    ...['--mode', 'upgrade', '--target', 'v3.31.7', '--manifests', manifestDirectory()],
    ...['--soak-seconds', '0', '--max-unavailable', '2', '--network-test', 'false'],
  ];
  const ROLLBACK = ['--mode', 'rollback', '--soak-seconds', '0', '--network-test', 'false'];

  function backupIn({ reportDir }: Run): string {
    const name = readdirSync(reportDir).find((one) => one.startsWith('backup-'));
    if (name === undefined) throw new Error('There is no backup');
    return join(reportDir, name);
  }

  it('upgrades, leaves a backup, and rollback from that gives all of it back', async () => {
    const run = await runProgram(folder, [...UPGRADE, ...COMMON]);
    expect(run.output).toContain('upgraded: Calico v3.31.7 runs everywhere.');
    expect(run.output).toContain('network-test is false');
    expect(run.status).toBe(0);
    expect(run.report).toMatchObject({ mode: 'upgrade', result: 'passed', calicoAfter: 'v3.31.7' });
    expect((await podImages(client)).every((image) => image.endsWith('v3.31.7'))).toBe(true);
    expect((await inspect(client)).leftovers).toEqual([]);
    expect(run.output).not.toContain(KEY);

    const again = await runProgram(folder, [...UPGRADE, ...COMMON]);
    expect(again.report).toMatchObject({ result: 'nothing-to-do' });
    expect(again.status).toBe(0);

    const flags = [...ROLLBACK, '--backup-artifact', backupIn(run)];
    const back = await runProgram(folder, [...flags, ...COMMON]);
    expect(back.output).toContain('rolled back: Calico v3.30.7');
    expect(back.status).toBe(0);
    expect(withoutNewDefaults(await contentsOf(client))).toEqual(before);
    expect(await podImages(client)).toEqual(images);
  }, 180_000);

  it('killed in the middle, its journal says how to get out, and that way leads out', async () => {
    const soaking = UPGRADE.map((flag) => (flag === '0' ? '600' : flag));
    const killed = await runProgram(folder, [...soaking, ...COMMON], {}, (child) => {
      void eventually(async () => ((await isInFirstWave(client)) ? true : null), 90_000).then(() =>
        child.kill('SIGKILL'),
      );
    });
    expect(killed.status).toBeNull();
    const journal = await readJournal(client);
    expect(journal).toMatchObject({ mode: 'upgrade', status: 'running', from: 'v3.30.7', to: 'v3.31.7' });
    const backup = backupIn(killed);
    expect(journal?.wayOut).toContain(`the mode rollback with the bundle ${backup}`);
    expect(readFileSync(join(killed.reportDir, 'journal/head.json'), 'utf8')).toContain(backup);

    const flags = [...ROLLBACK, '--backup-artifact', backup];
    // The lock of the run that died is watched for a minute, and taken over
    const back = await runProgram(folder, [...flags, ...COMMON]);
    expect(back.output).toContain('The lock of another run was not renewed for 60 s and is taken over');
    expect(back.output).toContain('goes on     with what');
    expect(back.status).toBe(0);
    expect(withoutNewDefaults(await contentsOf(client))).toEqual(before);
    expect(await podImages(client)).toEqual(images);
    expect((await inspect(client)).leftovers).toEqual([]);
  }, 240_000);

  it('killed in the middle, another runner that has nothing but the kubeconfig goes on', async () => {
    const soaking = UPGRADE.map((flag) => (flag === '0' ? '600' : flag));
    await runProgram(folder, [...soaking, ...COMMON], {}, (child) => {
      void eventually(async () => ((await isInFirstWave(client)) ? true : null), 90_000).then(() =>
        child.kill('SIGKILL'),
      );
    });
    const elsewhere = makeFolder({ kubeconfig: cluster().kubeconfig });
    const shown = await runProgram(elsewhere, [
      ...['--mode', 'plan', '--manifests', manifestDirectory()],
      ...['--kubeconfig', 'kubeconfig', '--force', 'true'],
    ]);
    expect(shown.output).toContain('ready: Calico v3.30.7 to v3.31.7 in 1 hop, going on with the upgrade');
    const run = await runProgram(elsewhere, [...UPGRADE, ...COMMON]);
    expect(run.report).toMatchObject({ result: 'passed', calicoAfter: 'v3.31.7' });
    expect(run.status).toBe(0);
    expect((await podImages(client)).every((image) => image.endsWith('v3.31.7'))).toBe(true);
    expect((await inspect(client)).leftovers).toEqual([]);
    const node = await client.get(NODE);
    expect(valueAt(node, 'spec', 'updateStrategy', 'type')).toBe('RollingUpdate');
  }, 240_000);
});

/** Whether the canary runs the newer release, and is being watched. */
async function isInFirstWave(client: ClusterClient): Promise<boolean> {
  const journal = await readJournal(client);
  const isSoaking = journal?.step.startsWith('wave 1') ?? false;
  return isSoaking && (await podImages(client)).some((image) => image.endsWith('v3.31.7'));
}
