import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createAgeBox } from '../../../src/adapters/age.js';
import { createBundleDirectory, readBundleDirectory } from '../../../src/adapters/bundle-directory.js';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import type { ClusterState } from '../../../src/cluster/cluster-state.js';
import { inspect } from '../../../src/cluster/inspect.js';
import type { ClusterClient, KubernetesObject } from '../../../src/ports/cluster-client.js';
import type { SecretBox } from '../../../src/ports/secret-box.js';
import { proveBundle } from '../../../src/upgrade/backup/prove-bundle.js';
import { readSecrets } from '../../../src/upgrade/backup/read-secrets.js';
import { saveBundle } from '../../../src/upgrade/backup/save-bundle.js';
import { helmReleaseSecret } from '../../../test-cluster/ready-made/helm-release.js';
import { installCalico } from '../../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../../test-cluster/ready-made/jest.js';
import { buildState } from '../../cluster/build-state.js';
import { createFakeClusterClient } from '../../ports/fake-cluster-client.js';

const PASSPHRASE = 'correct horse battery staple';
const MANAGER = { fieldManager: 'test' };
/** Long enough to be found whatever stands before them. */
const WORDS = {
  password: 'pull-password-of-nobody-else-4711',
  token: 'eyJhbGciOiJSUzI1NiJ9.token-of-an-account-4711',
  value: 'value-in-a-helm-release-4711',
  note: 'kubectl-wrote-it-into-a-note-4711',
};

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const PLANTED = plant();

function plant(): readonly KubernetesObject[] {
  const namespace = 'kube-system';
  const annotations = {
    'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({
      stringData: { password: WORDS.note },
    }),
  };
  const secret = (name: string, more: object): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace },
    ...more,
  });
  return [
    secret('calico-pull-secret', {
      metadata: { name: 'calico-pull-secret', namespace, annotations },
      type: 'Opaque',
      data: { password: base64(WORDS.password) },
    }),
    secret('calico-node-token', {
      metadata: {
        name: 'calico-node-token',
        namespace,
        annotations: { 'kubernetes.io/service-account.name': 'default' },
      },
      type: 'kubernetes.io/service-account-token',
      data: { token: base64(WORDS.token) },
    }),
    helmReleaseSecret({
      version: 'v3.30.7',
      namespace: 'tigera-operator',
      manifest: [],
      values: { secret: WORDS.value },
    }),
  ];
}

/** What none of a bundle's bytes may be: the words, and what they look like in base64, wherever they begin in it. */
function traces(): readonly string[] {
  const release = (PLANTED[2]?.['data'] as { release: string }).release;
  const texts = [...Object.values(WORDS), Buffer.from(release, 'base64').toString()];
  const encoded = texts.flatMap((text) =>
    [0, 1, 2].map((shift) => base64('x'.repeat(shift) + text).slice(shift === 0 ? 0 : 4, -4)),
  );
  return [...texts, ...encoded, ...encoded.map((text) => base64(text).slice(0, -4))];
}

/** Paths of the files that have any of it. */
function filesWith(directory: string, found: readonly string[]): string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  expect(paths.length).toBeGreaterThan(3);
  return paths.filter((path) => {
    const content = readFileSync(path, 'latin1');
    return found.some((trace) => content.includes(trace) || path.includes(trace));
  });
}

/** Saves with a key and without, and proves both. */
function describeBackups(open: () => Promise<{ client: ClusterClient; state: ClusterState }>): void {
  let place: string;
  let client: ClusterClient;
  let state: ClusterState;
  let box: SecretBox;

  beforeAll(async () => {
    place = mkdtempSync(join(tmpdir(), 'no-secrets-'));
    ({ client, state } = await open());
    box = await createAgeBox(PASSPHRASE, { workFactor: 1 });
    for (const [name, key] of [
      ['encrypted', box],
      ['left-out', null],
    ] as const) {
      const writer = await createBundleDirectory(join(place, name));
      const createdAt = new Date().toISOString();
      const encrypt = key?.encrypt ?? null;
      await saveBundle(client, state, writer, { madeBy: '0.1.0', createdAt, run: '', encrypt });
      await proveBundle(client, readBundleDirectory(join(place, name)), state, { box: key });
    }
  }, 120_000);
  afterAll(() => {
    rmSync(place, { recursive: true });
  });

  test.each(['encrypted', 'left-out'])('has no secret in any file, with Secrets %s', (name) => {
    expect(filesWith(join(place, name), traces())).toEqual([]);
  });

  test('has the Secrets behind the key, but for tokens', async () => {
    const reader = readBundleDirectory(join(place, 'encrypted'));
    const secrets = await readSecrets(reader, box.decrypt!);
    const text = JSON.stringify(secrets);
    expect(text).toContain(base64(WORDS.password));
    expect(text).toContain(WORDS.note);
    expect(text).not.toContain(base64(WORDS.token));
    const release = secrets.find(({ metadata }) => metadata.name.startsWith('sh.helm'))?.['data'];
    const packed = Buffer.from((release as { release: string }).release, 'base64').toString();
    expect(gunzipSync(Buffer.from(packed, 'base64')).toString()).toContain(WORDS.value);
  });

  test('has no file of Secrets without a key', () => {
    expect(readdirSync(join(place, 'left-out'))).not.toContain('secrets.age');
  });
}

describe('a bundle of a cluster in memory', () => {
  describeBackups(async () => {
    const client = createFakeClusterClient();
    client.set({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tigera-operator' } });
    const metadata = { name: 'calico-node', namespace: 'kube-system' };
    client.set({ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata, spec: {} });
    client.set({ apiVersion: 'v1', kind: 'ServiceAccount', metadata });
    for (const secret of PLANTED) await client.create(secret, MANAGER);
    return { client, state: buildState() };
  });

  test('whose traces are found where they are', () => {
    for (const [at, secret] of PLANTED.entries()) {
      const text = JSON.stringify(secret);
      expect(traces().filter((trace) => text.includes(trace)).length).toBeGreaterThan(at === 0 ? 1 : 0);
    }
  });
});

describeWithCalico('a bundle of a live cluster', { own: true, controllers: false }, (cluster) => {
  describeBackups(async () => {
    const client = await createClusterClient(cluster().kubeconfig, null);
    await installCalico(client, { version: 'v3.30.7', method: 'operator', command: 'apply --server-side' });
    for (const secret of PLANTED) await client.create(secret, MANAGER);
    return { client, state: await inspect(client) };
  });
});
