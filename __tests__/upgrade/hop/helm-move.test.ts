import { describe, expect, it } from '@jest/globals';
import { versionOf } from '../../../src/catalog/queries.js';
import { decodeHelmRelease } from '../../../src/cluster/interpret/helm-release.js';
import { EnvironmentError } from '../../../src/errors.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { tellHelm } from '../../../src/upgrade/hop/helm-move.js';
import { readEntry, openJournal, readJournal } from '../../../src/upgrade/journal/journal.js';
import { helmReleaseSecret } from '../../../test-cluster/ready-made/helm-release.js';
import { createFakeClusterClient, type FakeClusterClient } from '../../ports/fake-cluster-client.js';
import { createFakeHelm, packFakeChart } from '../../ports/fake-helm.js';
import { createFakeReportStore } from '../../ports/fake-report-store.js';
import { runOptions } from '../restore/live-run.js';
import type { StepResult } from '../../../src/upgrade/engine/step.js';

const FROM = 'v3.30.7';
const TO = 'v3.31.7';
const PASSWORD = 'a-password-that-nobody-sees';
const NAMESPACE: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'tigera-operator' },
};
const values = { imagePullSecrets: { pull: PASSWORD } };

function revision(
  number: number,
  version: string,
  status: 'deployed' | 'superseded' | 'pending-upgrade',
): KubernetesObject {
  return helmReleaseSecret({ version, revision: number, status, values, manifest: [] });
}

/** What the step of Helm comes to, with a Helm that fails. */
async function tell(
  client: FakeClusterClient,
  signal = new AbortController().signal,
): Promise<{ readonly result: StepResult; readonly calls: readonly string[] }> {
  const calls: string[] = [];
  const chart = packFakeChart({ name: 'tigera-operator', version: TO, appVersion: TO });
  const move = { name: 'calico', namespace: 'tigera-operator', chart, values };
  const journal = await openJournal(client, createFakeReportStore(), {
    ...{ mode: 'upgrade', run: 'here', startedAt: '', from: FROM, to: TO, bundle: null, wayOut: '' },
  });
  const helm = {
    ...createFakeHelm(),
    upgrade: async () => {
      calls.push((await readJournal(client))?.step ?? '');
      throw new EnvironmentError('Helm said no.', 'Do something.');
    },
  };
  const rendered = { to: versionOf(TO), move, objects: [] };
  const result = await tellHelm(helm, rendered, { ...runOptions({ signal }), client, journal });
  return { result, calls };
}

async function statusOf(client: FakeClusterClient, number: number): Promise<readonly unknown[]> {
  const name = `sh.helm.release.v1.calico.v${number}`;
  const found = await client.get({ apiVersion: 'v1', kind: 'Secret', namespace: 'tigera-operator', name });
  const decoded = found && decodeHelmRelease(found);
  return [found?.metadata.labels?.['status'], decoded && 'status' in decoded ? decoded.status : null];
}

describe('Helm at the end of a hop', () => {
  it('is told with the journal saying so, and what it says ends the run', async () => {
    const client = createFakeClusterClient({ objects: [NAMESPACE, revision(1, FROM, 'deployed')] });
    const { result, calls } = await tell(client);
    expect(calls).toEqual([`helm upgrade of calico to tigera-operator-${TO}.tgz`]);
    expect(result).toMatchObject({
      stage: 'operator',
      title: calls[0],
      outcome: 'failed',
      reason: 'Helm said no. Do something.',
      written: 0,
    });
  });

  it('begins anew where the Helm of an earlier run died on its way to this chart', async () => {
    const pending = revision(2, TO, 'pending-upgrade');
    const client = createFakeClusterClient({ objects: [NAMESPACE, revision(1, FROM, 'deployed'), pending] });
    const { calls } = await tell(client);
    expect(calls).toHaveLength(1);
    expect(await statusOf(client, 1)).toEqual(['deployed', 'deployed']);
    expect(await statusOf(client, 2)).toEqual(['failed', 'failed']);
    expect(JSON.stringify(await readEntry(client, 1))).toContain('sh.helm.release.v1.calico.v2');
    expect(JSON.stringify(await readEntry(client, 1))).not.toContain('"release":"');
  });

  it('leaves a revision to another chart alone: that may be somebody at work', async () => {
    const pending = revision(2, 'v3.31.6', 'pending-upgrade');
    const client = createFakeClusterClient({ objects: [NAMESPACE, revision(1, FROM, 'deployed'), pending] });
    const { result, calls } = await tell(client);
    expect(calls).toEqual([]);
    expect(result.reason).toContain('Another helm is at work on the release tigera-operator/calico');
    expect(await statusOf(client, 2)).toEqual(['pending-upgrade', 'pending-upgrade']);
  });

  it('minds no revision that a rollback went back from', async () => {
    const revisions = [
      revision(1, FROM, 'superseded'),
      revision(2, 'v3.31.6', 'pending-upgrade'),
      revision(10, FROM, 'deployed'),
    ];
    const client = createFakeClusterClient({ objects: [NAMESPACE, ...revisions] });
    const { calls } = await tell(client);
    expect(calls).toHaveLength(1);
    expect(await statusOf(client, 2)).toEqual(['pending-upgrade', 'pending-upgrade']);
  });

  it('is not told where the run was told to stop', async () => {
    const client = createFakeClusterClient({ objects: [NAMESPACE, revision(1, FROM, 'deployed')] });
    const { result, calls } = await tell(client, AbortSignal.abort());
    expect(calls).toEqual([]);
    expect(result).toMatchObject({ outcome: 'interrupted' });
  });
});
