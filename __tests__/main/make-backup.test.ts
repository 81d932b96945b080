import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readBundleDirectory } from '../../src/adapters/bundle-directory.js';
import { EnvironmentError } from '../../src/errors.js';
import { backupName, backupTarget } from '../../src/main/backup-target.js';
import { type BackupOptions, makeBackup } from '../../src/main/make-backup.js';
import { openSecretBox } from '../../src/main/open-secret-box.js';
import { UnprovenBundleError } from '../../src/upgrade/backup/unproven-bundle.js';
import { verifyBundle } from '../../src/upgrade/backup/verify-bundle.js';
import { buildState } from '../cluster/build-state.js';
import { createFakeArtifactStore } from '../ports/fake-artifact-store.js';
import { createFakeClusterClient, type FakeClusterClient, refusal } from '../ports/fake-cluster-client.js';
import { createFakeReporter, type FakeReporter } from '../ports/fake-reporter.js';

const STATE = buildState();
const RUN = { repository: 'team/clusters', runId: 7 };

describe('a backup', () => {
  let place: string;
  let directory: string;
  let client: FakeClusterClient;
  let reporter: FakeReporter;
  let isRefused: boolean;
  const store = createFakeArtifactStore(RUN);

  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'make-backup-'));
    directory = join(place, 'calico-report', 'backup');
    isRefused = false;
    reporter = createFakeReporter();
    client = createFakeClusterClient({
      onCall: ({ verb, kind, name }) => {
        if (isRefused && verb === 'apply') throw refusal(verb, `${kind} ${name}`, 422, 'no such field');
      },
    });
    const metadata = { name: 'calico-node', namespace: 'kube-system' };
    client.set({ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata, spec: {} });
    client.set({ apiVersion: 'v1', kind: 'Secret', metadata, data: { key: 'aHVudGVyMg==' } });
  });
  afterEach(() => {
    rmSync(place, { recursive: true });
  });

  async function make(over: Partial<BackupOptions> = {}) {
    const options = { directory, madeBy: '0.1.0', run: '', now: Date.now, box: null, target: null };
    return makeBackup(client, STATE, reporter, { ...options, ...over });
  }

  test('is there, proven, and said to be so', async () => {
    const { artifact, proof } = await make({ box: await openSecretBox('correct horse battery') });
    expect(artifact).toBeNull();
    expect(proof).toMatchObject({ tried: 1, secrets: 1 });
    await verifyBundle(readBundleDirectory(directory), { clusterUid: STATE.uid, force: false });
    expect(readFileSync(join(directory, 'secrets.age'), 'latin1')).toMatch(/^age-encryption\.org\/v1\n/);
    expect(reporter.lines.filter((line) => line.startsWith('info'))).toEqual([
      `info: The backup in ${directory} has 1 objects, and the API server would take all 1 back that a rollback writes; 1 Secrets are encrypted.`,
      `info: The backup is not uploaded, since this is no job of a workflow: keep ${directory}.`,
    ]);
  }, 30_000);

  test('is uploaded where there is something to upload it with', async () => {
    const target = { store, name: 'calico-backup-7-1' };
    expect(await make({ target })).toMatchObject({ artifact: 'calico-backup-7-1' });
    expect(store.uploads).toEqual([{ name: 'calico-backup-7-1', retentionDays: 90 }]);
  });

  test('that cannot be uploaded is there all the same, with a warning', async () => {
    const upload = () => Promise.reject(new EnvironmentError('No room.', 'Make some.'));
    expect(await make({ target: { store: { upload }, name: 'x' } })).toMatchObject({ artifact: null });
    expect(reporter.lines).toContain('warning: No room. Make some.');
    expect(readdirSync(directory)).toContain('SHA256SUMS');
  });

  test('that does not pass its proof leaves nothing that could be taken for one', async () => {
    isRefused = true;
    const made = make({ target: { store, name: 'calico-backup-unproven' } });
    await expect(made).rejects.toBeInstanceOf(UnprovenBundleError);
    expect(readdirSync(join(place, 'calico-report'))).toEqual([]);
    expect(await store.find('calico-backup-unproven', RUN)).toBeNull();
  });
});

describe('the target of a backup', () => {
  const UID = '6f2a5a0e-7f0a-4d1c-9f57-0c2a4b1f0001';

  test('is named by run, attempt and cluster, by what artifacts take for a name', () => {
    expect(backupName(UID, { GITHUB_RUN_ID: '7', GITHUB_RUN_ATTEMPT: '2' })).toBe(
      'calico-backup-7-2-6f2a5a0e',
    );
    expect(backupName('a:b/"c', {})).toBe('calico-backup-0-1-a-b--c');
  });

  test('is none outside of a workflow', () => {
    expect(backupTarget(UID, {})).toBeNull();
    const variables = { ACTIONS_RUNTIME_TOKEN: 'x', GITHUB_RUN_ID: '7' };
    expect(backupTarget(UID, variables)?.name).toBe('calico-backup-7-1-6f2a5a0e');
  });

  test('has no key where the input is empty', async () => {
    expect(await openSecretBox(' ')).toBeNull();
    await expect(openSecretBox('short')).rejects.toThrow('encryption-key');
  });
});
