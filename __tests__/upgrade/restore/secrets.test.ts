import { gunzipSync } from 'node:zlib';
import { beforeAll, expect, it } from '@jest/globals';
import { createAgeBox } from '../../../src/adapters/age.js';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import { textMapAt } from '../../../src/cluster/fields.js';
import { inspect } from '../../../src/cluster/inspect.js';
import type { ClusterClient, KubernetesObject, ObjectReference } from '../../../src/ports/cluster-client.js';
import type { SecretBox } from '../../../src/ports/secret-box.js';
import { buildRollbackReport } from '../../../src/report/rollback/rollback-report.js';
import { saveBundle } from '../../../src/upgrade/backup/save-bundle.js';
import { planRollback } from '../../../src/upgrade/restore/plan-rollback.js';
import { runRollback } from '../../../src/upgrade/restore/run-rollback.js';
import { installCalico } from '../../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../../test-cluster/ready-made/jest.js';
import { createFakeReportStore } from '../../ports/fake-report-store.js';
import { createMemoryBundle, type MemoryBundle } from '../../ports/memory-bundle.js';
import { rolledOut, runOptions } from './live-run.js';

const PLANTED = 'correct horse battery staple';
const GONE = 'calico-pull-secret';
const RENEWED = 'calico-node-certs';

function secret(name: string, text: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'kube-system' },
    type: 'Opaque',
    data: { 'tls.key': Buffer.from(text).toString('base64') },
  };
}

function reference(name: string): ObjectReference {
  return { apiVersion: 'v1', kind: 'Secret', namespace: 'kube-system', name };
}

/** Whether a text tells what is in the Secrets, in clear or as the API has it. */
function tells(text: string): boolean {
  return [PLANTED, Buffer.from(PLANTED).toString('base64')].some((word) => text.includes(word));
}

/** All that an object of the journal says. */
function unpacked(object: KubernetesObject): string {
  const parts = Object.values(textMapAt(object, 'binaryData')).map((part) => Buffer.from(part, 'base64'));
  return `${JSON.stringify(object)} ${parts.map((part) => gunzipSync(part).toString('utf8')).join('')}`;
}

describeWithCalico('the Secrets of a bundle', { own: true, lightNodes: 1 }, (cluster) => {
  let client: ClusterClient;
  let box: SecretBox;
  let bundle: MemoryBundle;

  beforeAll(async () => {
    client = await createClusterClient(cluster().kubeconfig, null);
    await installCalico(client, { method: 'manifest', version: 'v3.30.7' });
    await rolledOut(client);
    for (const name of [GONE, RENEWED])
      await client.create(secret(name, PLANTED), { fieldManager: 'kubectl' });
    box = await createAgeBox(`a long passphrase of ${PLANTED}`, { workFactor: 2 });
    bundle = createMemoryBundle();
    await saveBundle(client, await inspect(client), bundle, {
      madeBy: '0.1.0',
      createdAt: new Date().toISOString(),
      run: '',
      encrypt: box.encrypt,
    });
    await client.delete(reference(GONE));
    const body = { data: { 'tls.key': Buffer.from('renewed').toString('base64') } };
    await client.patch(reference(RENEWED), { type: 'merge', body }, { fieldManager: 'cert-manager' });
  }, 200_000);

  it('are not looked at without a key, and a plan says so', async () => {
    const plan = await planRollback(client, bundle, runOptions({ force: true }));
    expect(plan.verdict).toBe('nothing-to-do');
    expect(plan.findings).toContainEqual(
      expect.objectContaining({
        code: 'rollback-secrets',
        weight: 'notice',
        message:
          'The Secrets of the bundle are encrypted and no encryption-key is given: they were not looked at.',
      }),
    );
  });

  it('are not looked at with a key that only encrypts', async () => {
    const plan = await planRollback(
      client,
      bundle,
      runOptions({ force: true, box: { ...box, decrypt: null } }),
    );
    const said = plan.findings.find(({ code }) => code === 'rollback-secrets');
    expect(said?.message).toContain('only encrypts');
  });

  it('come back where they are gone, stay where they are others, and are told nowhere', async () => {
    const store = createFakeReportStore();
    const journal: string[] = [];
    // What is written into the journal in the cluster
    const watched: ClusterClient = {
      ...client,
      apply: (object, options) => {
        journal.push(unpacked(object));
        return client.apply(object, options);
      },
    };
    const outcome = await runRollback(watched, bundle, store, runOptions({ force: true, box }));

    expect(outcome).toMatchObject({ ended: 'done', reason: '' });
    expect((await client.get(reference(GONE)))?.['data']).toEqual(secret(GONE, PLANTED)['data']);
    expect((await client.get(reference(RENEWED)))?.['data']).toEqual(secret(RENEWED, 'renewed')['data']);
    const items = outcome.plan.restoration.items.filter(({ object }) => object.kind === 'Secret');
    expect(items.map(({ object, action }) => `${action} ${object.name}`)).toEqual([
      `keep ${RENEWED}`,
      `create ${GONE}`,
    ]);
    const kept = outcome.plan.findings.find(({ code }) => code === 'rollback-kept');
    expect(kept?.message).toContain(RENEWED);
    expect(outcome.plan.findings.map(({ code }) => code)).not.toContain('rollback-secrets');

    const report = buildRollbackReport(outcome, { mode: 'rollback', force: true, result: 'rolled-back' });
    const files = [...store.files.keys()].map((name) => store.text(name));
    expect(files.some((text) => text.includes(GONE))).toBe(true);
    expect(journal.some((text) => text.includes(GONE))).toBe(true);
    expect([...files, ...journal, JSON.stringify(report)].filter(tells)).toEqual([]);
    expect(JSON.stringify(outcome.plan.findings)).not.toContain(PLANTED);
  });

  it('another key is refused before anything is written', async () => {
    const other = await createAgeBox('quite another passphrase', { workFactor: 2 });
    await expect(planRollback(client, bundle, runOptions({ force: true, box: other }))).rejects.toThrow(
      /key/,
    );
  });
});
