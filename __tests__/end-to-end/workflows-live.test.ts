import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { extractZip } from '../../src/adapters/artifacts/extract-zip.js';
import { createClusterClient } from '../../src/adapters/kubernetes/cluster-client.js';
import { inspect } from '../../src/cluster/inspect.js';
import type { ClusterClient } from '../../src/ports/cluster-client.js';
import { installCalicoData } from '../../test-cluster/ready-made/calico-data.js';
import { installCalico } from '../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../test-cluster/ready-made/jest.js';
import { manifestDirectory } from '../../test-cluster/ready-made/manifests.js';
import { refuse } from '../adapters/github-server.js';
import { type ActionsServer, startActions } from '../adapters/artifacts/actions-server.js';
import { podImages, rolledOut } from '../upgrade/restore/live-run.js';
import { removeFolders } from './run-program.js';
import { type Context, readWorkflow, runStep, type StepRun } from './workflow-step.js';

const KEY = 'correct horse battery staple';
const [OLDER, NEWER] = ['v3.30.7', 'v3.31.7'];
/** What a test cannot do without: files at hand, nodes that say little of themselves and run nothing, no time to lose. */
const INPUTS = {
  manifests: manifestDirectory(),
  force: 'true',
  'soak-seconds': '0',
  'max-unavailable': '2',
  'network-test': 'false',
};

describeWithCalico('the workflows of examples/workflows, run', { own: true, lightNodes: 3 }, (cluster) => {
  let client: ClusterClient;
  let actions: ActionsServer;
  let backup = '';

  beforeAll(async () => {
    actions = await startActions();
    client = await createClusterClient(cluster().kubeconfig, null);
    await installCalico(client, { method: 'manifest', version: OLDER });
    await installCalicoData(client);
    await rolledOut(client);
  }, 120_000);
  afterAll(async () => {
    await actions.close();
    removeFolders();
  });

  /** Runs a job of a workflow in its nth attempt: names of artifacts are taken once. */
  function run(
    [file, job]: readonly [file: string, job: string],
    attempt: number,
    dispatch: Readonly<Record<string, string | boolean>> = {},
    inputs: Readonly<Record<string, string>> = {},
  ): Promise<StepRun> {
    const given = Object.entries(dispatch).map(([name, value]) => [`inputs.${name}`, value] as const);
    const { kubeconfig } = cluster();
    const accounts = ['KUBECONFIG', 'KUBECONFIG_READ_ONLY', 'KUBECONFIG_NETWORK_TEST'];
    const secrets = { ...Object.fromEntries(accounts.map((one) => [one, kubeconfig])), BACKUP_KEY: KEY };
    const named = Object.entries(secrets).map(([name, value]) => [`secrets.${name}`, value] as const);
    return runStep(readWorkflow(file).jobs[job]!, {
      context: contextOf([['github.token', 'ghs_of_the_job'], ...given, ...named]),
      inputs: { ...INPUTS, ...inputs },
      variables: {
        ...actions.variables,
        // As anywhere else, artifacts are not to be had from a server of one's own
        GITHUB_SERVER_URL: 'https://github.com',
        GITHUB_API_URL: actions.url,
        GITHUB_RUN_ATTEMPT: String(attempt),
        GITHUB_EVENT_NAME: 'workflow_dispatch',
      },
    });
  }

  /** The files of an artifact, by name. */
  async function filesOf(prefix: string): Promise<Readonly<Record<string, string>>> {
    const artifact = actions.artifacts.findLast(({ name }) => name.startsWith(prefix));
    const place = mkdtempSync(join(tmpdir(), 'artifact-'));
    try {
      writeFileSync(join(place, 'zip'), artifact?.content ?? '');
      await extractZip(join(place, 'zip'), join(place, 'files'), { files: 1000, fileBytes: 1e8, bytes: 1e9 });
      const entries = readdirSync(join(place, 'files'), { recursive: true, withFileTypes: true });
      const paths = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
      return Object.fromEntries(
        paths.map((path) => [path.slice(place.length + 7), readFileSync(path, 'utf8')] as const),
      );
    } finally {
      rmSync(place, { recursive: true });
    }
  }

  const PLAN = ['scheduled-upgrade.yml', 'plan'] as const;
  const UPGRADE = ['scheduled-upgrade.yml', 'upgrade'] as const;
  const ROLLBACK = ['rollback.yml', 'rollback'] as const;

  it('a night that fails: it goes back, and leaves what tells why', async () => {
    await cluster().lightNodes.setFaults([
      {
        on: { image: `calico/node:${NEWER}` },
        fault: { kind: 'crash-loop', container: 'calico-node', exitCode: 2, backOffMs: 300 },
      },
    ]);
    const failed = await run(UPGRADE, 1, { target: NEWER });
    await cluster().lightNodes.clearFaults();
    expect(endOf(failed)).toEqual([1, 'rolled-back', '']);
    expect(failed.outputs).toMatchObject({ 'calico-version-before': OLDER, 'calico-version-after': OLDER });
    expect(failed.summary).toMatch(
      /^## ↩️ The upgrade failed and was rolled back: Calico v3\.30\.7 runs again/,
    );
    const files = await filesOf('calico-report-7-1-');
    const names = Object.keys(files);
    expect(names).toEqual(expect.arrayContaining(['report.json', 'report.html', 'junit.xml']));
    expect(files['diagnostics/at-failure/pods.json']).toContain('CrashLoopBackOff');
    expect(files['diagnostics/at-failure/journal.json']).toContain('"status": "failed"');
    expect(names.filter((name) => name.startsWith('backup-'))).toEqual([]);
    expect(Object.values(files).join('\n')).not.toContain(KEY);
    expect((await podImages(client)).every((image) => image.endsWith(OLDER))).toBe(true);
    expect((await inspect(client)).leftovers).toEqual([]);
  }, 360_000);

  it('a night whose backup cannot be uploaded changes nothing, unless its directory is told to be enough', async () => {
    const refused = { path: '/twirp', fault: refuse(403, 'The storage is used up') };
    actions.faults.push(refused);
    const stopped = await run(UPGRADE, 5, { target: NEWER });
    expect(stopped.status).toBe(2);
    expect(stopped.output).toContain('The backup could not be uploaded');
    expect((await podImages(client)).every((image) => image.endsWith(OLDER))).toBe(true);
    expect((await inspect(client)).leftovers).toEqual([]);
    // Ends after the backup, before anything is changed
    await cluster().lightNodes.setFaults([
      { on: { image: `calico/node:${NEWER}` }, fault: { kind: 'image-pull' } },
    ]);
    actions.faults.push(refused);
    const enough = await run(UPGRADE, 6, { target: NEWER }, { backup: 'directory' });
    await cluster().lightNodes.clearFaults();
    expect(endOf(enough)).toEqual([1, 'failed', '']);
    expect(enough.output).toContain('cannot pull');
    expect(enough.output).toContain('could not be uploaded');
  }, 360_000);

  it('a night that is well: the plan passes, the upgrade runs, and a second plan has nothing to do', async () => {
    const plan = await run(PLAN, 2, { target: NEWER });
    expect(endOf(plan)).toEqual([0, 'passed', '']);
    const upgraded = await run(UPGRADE, 2, { target: NEWER });
    expect(endOf(upgraded)).toEqual([0, 'passed', '']);
    expect(upgraded.outputs['calico-version-after']).toBe(NEWER);
    backup = upgraded.outputs['backup-artifact'] ?? '';
    expect(actions.artifacts.map(({ name }) => name)).toContain(backup);
    expect(upgraded.output).toMatch(/✓ node: wave 1 of \d/);
    expect(upgraded.summary).toContain(`  backup-artifact: ${backup}\n  run-id: o/r/7\n`);
    const again = await run(PLAN, 2, { target: NEWER });
    expect(again.outputs['result']).toBe('nothing-to-do');
  }, 360_000);

  it('a night of the network test: where nothing can be run in pods it fails, says so, and leaves nothing', async () => {
    const settings = { 'network-test-settings': 'only: pod-same-node\ntries: 1\nsettle-seconds: 1' };
    const run4 = await run(
      ['network-test.yml', 'network-test'],
      4,
      {},
      { 'network-test': 'always', ...settings },
    );
    expect(endOf(run4)).toEqual([1, 'failed', '']);
    expect(run4.summary).toMatch(/^## ⛔ Calico upgrade plan, and network test\n/);
    expect(run4.summary).toContain('pod-same-node');
    const namespaces: string[] = [];
    for await (const { items } of client.list({ apiVersion: 'v1', kind: 'Namespace' }))
      namespaces.push(...items.map(({ metadata }) => metadata.name));
    expect(namespaces.filter((name) => name.startsWith('calico-network-test'))).toEqual([]);
    expect((await inspect(client)).leftovers).toEqual([]);
  }, 360_000);

  it('the day after: a rollback by hand, planned first', async () => {
    const asked = { 'backup-artifact': backup, 'run-id': '7', 'on-conflict': 'stop' };
    const planned = await run(ROLLBACK, 3, { ...asked, 'plan-only': true });
    expect(endOf(planned)).toEqual([0, 'passed', '']);
    expect((await podImages(client)).every((image) => image.endsWith(NEWER))).toBe(true);
    const back = await run(ROLLBACK, 3, { ...asked, 'plan-only': false });
    expect(endOf(back)).toEqual([0, 'rolled-back', '']);
    expect(back.summary).toContain('gantt');
    expect(Object.keys(await filesOf('calico-report-7-3-'))).toContain('report.json');
    expect((await podImages(client)).every((image) => image.endsWith(OLDER))).toBe(true);
    expect((await inspect(client)).leftovers).toEqual([]);
  }, 360_000);
});

function contextOf(entries: readonly (readonly [name: string, value: string | boolean])[]): Context {
  return Object.fromEntries(entries);
}

/** How it ended; what it printed last, where it could not be carried out. */
function endOf({ status, outputs, output }: StepRun): readonly unknown[] {
  return [status, outputs['result'], status === 2 ? output.slice(-2000) : ''];
}
