import { beforeEach, describe, expect, it } from '@jest/globals';
import { createAgeBox } from '../../../src/adapters/age.js';
import { inspect } from '../../../src/cluster/inspect.js';
import { EnvironmentError, PassingError } from '../../../src/errors.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import type { SecretBox } from '../../../src/ports/secret-box.js';
import { saveBundle } from '../../../src/upgrade/backup/save-bundle.js';
import { type RollbackOutcome, runRollback } from '../../../src/upgrade/restore/run-rollback.js';
import { helmReleaseSecret } from '../../../test-cluster/ready-made/helm-release.js';
import { createFakeHelm } from '../../ports/fake-helm.js';
import { createFakeReportStore } from '../../ports/fake-report-store.js';
import { createMemoryBundle, type MemoryBundle } from '../../ports/memory-bundle.js';
import { operatorInstall } from '../preflight/clusters/well-clusters.js';
import { createLivingCluster, type LivingCluster } from './living-cluster.js';
import { fastOptions, KUBERNETES, NEWER, OLDER } from './scene.js';

const AWAY = new PassingError('Helm said EOF.', 'Do something.');
const NO = new EnvironmentError('Helm said no.', 'Do something.');

function ofHelm(object: KubernetesObject): KubernetesObject {
  if (object.metadata.name !== 'tigera-operator' && object.kind !== 'Installation') return object;
  const annotations = {
    'meta.helm.sh/release-name': 'calico',
    'meta.helm.sh/release-namespace': 'tigera-operator',
  };
  const labels = { ...object.metadata.labels, 'app.kubernetes.io/managed-by': 'Helm' };
  return { ...object, metadata: { ...object.metadata, labels, annotations } };
}

function revision(number: number, version: string, status: 'deployed' | 'superseded'): KubernetesObject {
  return helmReleaseSecret({ version, revision: number, status, manifest: [] });
}

describe('a rollback whose Helm fails', () => {
  let cluster: LivingCluster;
  let bundle: MemoryBundle;
  let box: SecretBox;

  /** Everything is back, but Helm believes in an upgrade since. */
  beforeEach(async () => {
    const install = operatorInstall(OLDER, KUBERNETES).map(ofHelm);
    cluster = createLivingCluster([...install, revision(1, OLDER, 'deployed')]);
    box = await createAgeBox('a passphrase of a test', { workFactor: 2 });
    bundle = createMemoryBundle();
    await saveBundle(cluster.client, await inspect(cluster.client), bundle, {
      madeBy: '0.1.0',
      createdAt: new Date().toISOString(),
      run: '',
      encrypt: box.encrypt,
    });
    cluster.client.set(revision(1, OLDER, 'superseded'));
    cluster.client.set(revision(2, NEWER, 'deployed'));
  });

  interface Told {
    readonly outcome: RollbackOutcome;
    readonly warnings: readonly string[];
    /** How often Helm was told. */
    readonly tries: number;
  }

  /** @param ends how each call of Helm ends; null where well */
  async function rollBack(ends: readonly (Error | null)[], key: SecretBox | null): Promise<Told> {
    const warnings: string[] = [];
    let tries = 0;
    const rollback = (): Promise<void> => {
      const end = ends[tries] ?? null;
      tries += 1;
      return end === null ? Promise.resolve() : Promise.reject(end);
    };
    const outcome = await runRollback(cluster.client, bundle, createFakeReportStore(), {
      ...fastOptions({ onWarning: (text) => warnings.push(text) }),
      helm: { ...createFakeHelm(), rollback },
      box: key,
    });
    return { outcome, warnings, tries };
  }

  /** Statuses of all revisions, the first one first. */
  const statuses = (): readonly unknown[] =>
    cluster.client
      .objects()
      .filter(({ metadata }) => metadata.labels?.['owner'] === 'helm')
      .map(({ metadata }) => metadata.labels?.['status']);

  it('for what may pass tells it again', async () => {
    const { outcome, warnings, tries } = await rollBack([AWAY, AWAY, null], null);
    expect(outcome).toMatchObject({ ended: 'done', reason: '' });
    expect(tries).toBe(3);
    expect(warnings).toEqual([]);
  });

  it('puts its record right from the Secrets of the bundle, and warns', async () => {
    const { outcome, warnings, tries } = await rollBack([NO], box);
    expect(outcome).toMatchObject({ ended: 'done', reason: '' });
    expect(tries).toBe(1);
    expect(warnings).toEqual(['Helm said no. Its record is put right from the Secrets of the bundle.']);
    expect(statuses()).toEqual(['superseded', 'superseded', 'deployed']);
  });

  it('fails without a key to the Secrets of the bundle, and going on tells it', async () => {
    const { outcome, tries } = await rollBack([AWAY, AWAY, AWAY], null);
    expect(outcome).toMatchObject({ ended: 'failed', reason: 'Helm said EOF. Do something.' });
    expect(outcome.wayOut).toContain('Run the mode rollback again with the same bundle');
    expect(tries).toBe(3);
    expect(statuses()).toEqual(['superseded', 'deployed']);
    const again = await rollBack([null], null);
    expect(again.outcome).toMatchObject({ ended: 'done', reason: '' });
    expect(again.tries).toBe(1);
  });
});
