import { describe, expect, it } from '@jest/globals';
import { referenceOf } from '../../../src/cluster/object-name.js';
import type { ClusterClient } from '../../../src/ports/cluster-client.js';
import { readJournal } from '../../../src/upgrade/journal/journal.js';
import { LOCK, lockLost } from '../../../src/upgrade/lock/lock.js';
import { pullPod } from '../../../src/upgrade/pre-pull/pull-pod.js';
import { planRollback } from '../../../src/upgrade/restore/plan-rollback.js';
import {
  rollBackUnderLock,
  runRollback,
  type RunOptions,
} from '../../../src/upgrade/restore/run-rollback.js';
import { refusal } from '../../ports/fake-cluster-client.js';
import { createFakeReportStore } from '../../ports/fake-report-store.js';
import { isWrite } from './living-cluster.js';
import { fastOptions, type RestoreScene, upgradedCluster } from './scene.js';

function run(
  { cluster, bundle }: RestoreScene,
  options: Partial<RunOptions> = {},
  client: ClusterClient = cluster.client,
) {
  return runRollback(client, bundle, createFakeReportStore(), fastOptions(options));
}

describe('a rollback whose last look', () => {
  it('is not answered is told as one that failed, and ends well when it is run again', async () => {
    const scene = await upgradedCluster();
    const { client } = scene.cluster;
    let isDown = false;
    const onProgress = (text: string): void => {
      isDown ||= text.startsWith('looking whether');
    };
    const version = (): ReturnType<ClusterClient['version']> => {
      if (isDown) throw refusal('get', '/version', 503, 'no answer');
      return client.version();
    };
    const outcome = await run(scene, { onProgress }, { ...client, version });
    expect(outcome).toMatchObject({ ended: 'failed', after: null });
    expect(outcome.reason).toContain('no answer');
    expect(outcome.wayOut).toMatch(/^Run the mode rollback again/);
    expect(outcome.results.every((one) => one.outcome === 'done')).toBe(true);
    expect(await readJournal(client)).toMatchObject({ status: 'failed', reason: outcome.reason });
    expect(await client.get(LOCK)).toBeNull();
    expect(await run(scene)).toMatchObject({ ended: 'done' });
    expect(await readJournal(client)).toBeNull();
  });

  it('is well, and whose journal cannot be taken away, says so', async () => {
    const scene = await upgradedCluster();
    const { client } = scene.cluster;
    let refusals = 0;
    scene.cluster.onWrite = ({ verb, kind, name }, when) => {
      if (when === 'after' || verb !== 'delete' || kind !== 'ConfigMap' || !name.includes('journal')) return;
      refusals += 1;
      throw refusal('delete', 'ConfigMap', 503, 'no answer');
    };
    expect(await run(scene)).toMatchObject({ ended: 'failed' });
    expect(refusals).toBe(1);
    scene.cluster.onWrite = null;
    expect(await run(scene)).toMatchObject({ ended: 'done' });
    expect(await readJournal(client)).toBeNull();
  });
});

describe('a rollback', () => {
  it('clears pods that a pre-pull which was killed left', async () => {
    const scene = await upgradedCluster();
    const { client } = scene.cluster;
    const pull = { namespace: 'kube-system', pullSecrets: [], run: 'dead', deadlineMs: 1000 };
    const pod = client.set(pullPod({ node: 'a', images: ['image'] }, pull));
    expect(await run(scene)).toMatchObject({ ended: 'done' });
    expect(await client.get(referenceOf(pod))).toBeNull();
  });

  it('whose lock another run took writes nothing more', async () => {
    const scene = await upgradedCluster();
    const { cluster } = scene;
    const warnings: string[] = [];
    const status = { conditions: [{ type: 'Ready', status: 'False' }] };
    cluster.onPod = (pod) => (pod.metadata.name.startsWith('calico-node-') ? { ...pod, status } : pod);
    let writesBefore = -1;
    cluster.onWrite = ({ kind }, when) => {
      if (kind !== 'Pod' || when === 'before' || writesBefore >= 0) return;
      const lease = cluster.client.objects().find((one) => one.kind === 'Lease');
      if (!lease) throw new Error('no lock');
      cluster.client.set({ ...lease, spec: { ...(lease['spec'] as object), holderIdentity: 'other' } });
      writesBefore = cluster.client.calls.filter(isWrite).length;
    };
    const outcome = await run(scene, { timeoutMs: 600_000, onWarning: (text) => warnings.push(text) });
    expect(outcome).toMatchObject({ ended: 'interrupted' });
    expect(warnings.join()).toContain('taken by another run');
    const after = cluster.client.calls.slice(0).filter(isWrite).slice(writesBefore);
    // The renewal that told of it; the journal may be the other run's
    expect(after.map(({ verb, kind }) => `${verb} ${kind}`)).toEqual(['replace Lease']);
    expect(await readJournal(cluster.client)).toMatchObject({ status: 'running' });
    expect(await cluster.client.get(LOCK)).toMatchObject({ spec: { holderIdentity: 'other' } });
  });

  it('that loses its lock at the very end leaves the journal, which may be another run’s', async () => {
    const { cluster, bundle } = await upgradedCluster();
    const lost = new AbortController();
    const onProgress = (text: string): void => {
      if (text.startsWith('looking whether')) lost.abort(lockLost('was deleted'));
    };
    const options = fastOptions({ signal: lost.signal, onProgress });
    const outcome = await rollBackUnderLock(cluster.client, bundle, createFakeReportStore(), options);
    expect(outcome).toMatchObject({
      ended: 'interrupted',
      reason: 'The lock was deleted. Nothing more is written.',
    });
    expect(await readJournal(cluster.client)).toMatchObject({ status: 'running' });
  });

  it('that the server would refuse by its schema is blocked before anything is written', async () => {
    const { cluster, bundle } = await upgradedCluster();
    const { client } = cluster;
    const replace: ClusterClient['replace'] = (object, options) => {
      if (options.dryRun === true && object.kind === 'DaemonSet') {
        throw refusal('replace', 'DaemonSet kube-system/calico-node', 422, 'spec.x: Unsupported value');
      }
      return client.replace(object, options);
    };
    const plan = await planRollback({ ...client, replace }, bundle, fastOptions());
    expect(plan.verdict).toBe('blocked');
    expect(plan.findings[0]).toMatchObject({ code: 'rollback-refused', weight: 'mandatory' });
    expect(plan.findings[0]?.message).toContain('spec.x: Unsupported value');
    expect(client.calls.filter(isWrite)).toEqual([]);
  });
});
