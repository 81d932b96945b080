import { describe, expect, it } from '@jest/globals';
import { versionOf } from '../../../src/catalog/queries.js';
import { decodeHelmRelease } from '../../../src/cluster/interpret/helm-release.js';
import { EnvironmentError, PassingError } from '../../../src/errors.js';
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

function revision(number: number, version: string, status: 'deployed' | 'pending-upgrade'): KubernetesObject {
  return helmReleaseSecret({ version, revision: number, status, values, manifest: [] });
}

const NO = new EnvironmentError('Helm said no.', 'Do something.');
const AWAY = new PassingError('Helm said EOF.', 'Do something.');

interface Telling {
  readonly signal?: AbortSignal;
  /** How each call of Helm ends; null where well. */
  readonly ends?: readonly (Error | null)[];
  /** What Helm does each time before it ends. */
  readonly meanwhile?: (call: number) => Promise<unknown>;
}

/** What the step of Helm comes to, with a Helm that fails where nothing else is said, and how long it waited. */
async function tell(
  client: FakeClusterClient,
  { signal = new AbortController().signal, ends = [NO], meanwhile }: Telling = {},
): Promise<{
  readonly result: StepResult;
  readonly calls: readonly string[];
  readonly waits: readonly number[];
}> {
  const calls: string[] = [];
  const waits: number[] = [];
  const chart = packFakeChart({ name: 'tigera-operator', version: TO, appVersion: TO });
  const move = { name: 'calico', namespace: 'tigera-operator', chart, values };
  const journal = await openJournal(client, createFakeReportStore(), {
    ...{ mode: 'upgrade', run: 'here', startedAt: '', from: FROM, to: TO, bundle: null, wayOut: '' },
  });
  const helm = {
    ...createFakeHelm(),
    upgrade: async () => {
      calls.push((await readJournal(client))?.step ?? '');
      await meanwhile?.(calls.length);
      const end = ends[calls.length - 1] ?? null;
      if (end !== null) throw end;
    },
  };
  const rendered = { to: versionOf(TO), move, objects: [] };
  const sleep = (ms: number): Promise<void> => {
    waits.push(ms);
    return Promise.resolve();
  };
  const result = await tellHelm(helm, rendered, { ...runOptions({ signal, sleep }), client, journal });
  return { result, calls, waits };
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

  it('is not told where the run was told to stop', async () => {
    const client = createFakeClusterClient({ objects: [NAMESPACE, revision(1, FROM, 'deployed')] });
    const { result, calls } = await tell(client, { signal: AbortSignal.abort() });
    expect(calls).toEqual([]);
    expect(result).toMatchObject({ outcome: 'interrupted' });
  });

  it('is told again where it failed for what may pass, and what it left on its way is noted as failed', async () => {
    const client = createFakeClusterClient({ objects: [NAMESPACE, revision(1, FROM, 'deployed')] });
    const { result, calls, waits } = await tell(client, {
      ends: [AWAY, null],
      meanwhile: async (call) => {
        if (call === 1) await client.create(revision(2, TO, 'pending-upgrade'), { fieldManager: 'helm' });
        else expect(await statusOf(client, 2)).toEqual(['failed', 'failed']);
      },
    });
    expect(result).toMatchObject({ outcome: 'done', written: 1, reason: '' });
    expect(calls).toHaveLength(2);
    expect(waits).toEqual([2_000]);
  });

  it('is told three times and no more', async () => {
    const client = createFakeClusterClient({ objects: [NAMESPACE, revision(1, FROM, 'deployed')] });
    const { result, calls, waits } = await tell(client, { ends: [AWAY, AWAY, AWAY, null] });
    expect(result).toMatchObject({ outcome: 'failed', reason: 'Helm said EOF. Do something.' });
    expect(calls).toHaveLength(3);
    expect(waits).toEqual([2_000, 8_000]);
  });

  it('is not told again where the run was told to stop meanwhile', async () => {
    const client = createFakeClusterClient({ objects: [NAMESPACE, revision(1, FROM, 'deployed')] });
    const stopping = new AbortController();
    const { calls } = await tell(client, {
      signal: stopping.signal,
      ends: [AWAY, null],
      meanwhile: () => {
        stopping.abort();
        return Promise.resolve();
      },
    });
    expect(calls).toHaveLength(1);
  });
});
