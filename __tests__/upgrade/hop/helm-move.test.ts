import { describe, expect, it } from '@jest/globals';
import { versionOf } from '../../../src/catalog/queries.js';
import { decodeHelmRelease } from '../../../src/cluster/interpret/helm-release.js';
import { referenceOf } from '../../../src/cluster/object-name.js';
import { EnvironmentError, PassingError } from '../../../src/errors.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { tellHelm, wantedByHelm } from '../../../src/upgrade/hop/helm-move.js';
import { readEntry, openJournal, readJournal } from '../../../src/upgrade/journal/journal.js';
import { helmReleaseSecret } from '../../../test-cluster/ready-made/helm-release.js';
import { createFakeClusterClient, type FakeClusterClient } from '../../ports/fake-cluster-client.js';
import { createFakeHelm, packFakeChart } from '../../ports/fake-helm.js';
import { createFakeReportStore } from '../../ports/fake-report-store.js';
import { runOptions } from '../restore/live-run.js';
import type { StepResult, Write } from '../../../src/upgrade/engine/step.js';

const FROM = 'v3.30.7';
const TO = 'v3.31.7';
const PASSWORD = 'a-password-that-nobody-sees';
const NAMESPACE: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'tigera-operator' },
};
const values = { imagePullSecrets: { pull: PASSWORD } };
const chart = packFakeChart({ name: 'tigera-operator', version: TO, appVersion: TO });
const move = { name: 'calico', namespace: 'tigera-operator', chart, values };

/** The operator as a chart renders it, or as a user made it. */
function operator(version: string, dnsPolicy = 'ClusterFirstWithHostNet'): KubernetesObject {
  const containers = [{ name: 'tigera-operator', image: `quay.io/tigera/operator:${version}` }];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'tigera-operator', namespace: 'tigera-operator' },
    spec: { template: { spec: { dnsPolicy, containers } } },
  };
}

function revision(
  number: number,
  version: string,
  status: 'deployed' | 'superseded' | 'pending-upgrade',
): KubernetesObject {
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
  /** What users changed of what the chart renders. */
  readonly changed?: readonly KubernetesObject[];
}

/** What the step of Helm comes to, with a Helm that fails where nothing else is said, and how long it waited. */
async function tell(
  client: FakeClusterClient,
  { signal = new AbortController().signal, ends = [NO], meanwhile, changed = [] }: Telling = {},
): Promise<{
  readonly result: StepResult;
  readonly calls: readonly string[];
  readonly waits: readonly number[];
}> {
  const calls: string[] = [];
  const waits: number[] = [];
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
  const result = await tellHelm(helm, rendered, changed, {
    ...runOptions({ signal, sleep }),
    client,
    journal,
  });
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

  it('is told once the journal has what it takes back of users’ changes', async () => {
    const client = createFakeClusterClient({ objects: [NAMESPACE, revision(1, FROM, 'deployed')] });
    const own = operator('v1.40.4', 'Default');
    await tell(client, { changed: [own] });
    expect(await readEntry(client, 1)).toMatchObject([{ kind: 'object', before: own, after: own }]);
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

describe('what a hop by Helm is to come to', () => {
  const [older, newer] = [operator('v1.38.10'), operator('v1.40.4')];
  const [ownOlder, ownNewer] = [operator('v1.38.10', 'Default'), operator('v1.40.4', 'Default')];
  const object = referenceOf(newer);
  const writes: readonly Write[] = [{ kind: 'object', object, before: ownOlder, after: ownNewer }];

  /** A run by a Helm that has a revision and what that renders, on a cluster that has an operator. */
  async function comesTo(
    { version, status, installed }: { version: string; status: string; installed: KubernetesObject },
    live: KubernetesObject,
    written: readonly Write[],
  ): Promise<readonly KubernetesObject[]> {
    const { name, namespace } = move;
    const facts = { name, namespace, chart: 'tigera-operator', chartVersion: version, status, values };
    const release = { ...facts, revision: 2, objects: [installed], apiVersions: [] };
    const client = createFakeClusterClient({
      objects: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, live],
    });
    const compared = { to: versionOf(TO), result: { objects: [], obsolete: [] } };
    const rendered = { to: versionOf(TO), move, objects: [newer] };
    const wanted = await wantedByHelm(release, compared, rendered, { client, writes: written });
    return wanted.result.objects;
  }

  it('has the user’s changes', async () => {
    const release = { version: FROM, status: 'deployed', installed: older };
    expect(await comesTo(release, ownOlder, [])).toMatchObject([ownNewer]);
  });

  it.each([
    ['is told', { version: TO, status: 'deployed', installed: newer }],
    ['was cut off', { version: FROM, status: 'pending-upgrade', installed: older }],
    ['failed', { version: FROM, status: 'failed', installed: older }],
  ])('has them from the journal where Helm %s, and took them back', async (_, release) => {
    expect(await comesTo(release, newer, writes)).toMatchObject([ownNewer]);
  });

  it('goes by the cluster as long as Helm knows nothing', async () => {
    const release = { version: FROM, status: 'deployed', installed: older };
    const since = operator('v1.40.4', 'None');
    expect(await comesTo(release, since, writes)).toMatchObject([since]);
  });
});
