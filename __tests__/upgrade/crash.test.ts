import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { createClusterClient } from '../../src/adapters/kubernetes/cluster-client.js';
import { createManifestSource } from '../../src/adapters/manifests/manifest-source.js';
import { versionOf } from '../../src/catalog/queries.js';
import { canonicalText } from '../../src/cluster/fields.js';
import { inspect } from '../../src/cluster/inspect.js';
import { referenceOf } from '../../src/cluster/object-name.js';
import { ClusterError } from '../../src/errors.js';
import type {
  ClusterClient,
  KubernetesObject,
  ListOptions,
  ObjectKind,
} from '../../src/ports/cluster-client.js';
import { createManifestReader } from '../../src/upgrade/customisations/read-manifest.js';
import type { HelmTools } from '../../src/upgrade/hop/prepare-helm.js';
import { runUpgrade, type UpgradeOutcome } from '../../src/upgrade/run-upgrade.js';
import type { UpgradeOptions } from '../../src/upgrade/upgrade-options.js';
import type { Moment } from '../../test-cluster/fault-proxy/faults.js';
import { startFaultProxy } from '../../test-cluster/fault-proxy/fault-proxy.js';
import type { RecordedRequest } from '../../test-cluster/fault-proxy/recorder.js';
import type { RequestInfo } from '../../test-cluster/fault-proxy/request-info.js';
import { describeInTurn } from '../../test-cluster/in-turn.js';
import { installCalicoData } from '../../test-cluster/ready-made/calico-data.js';
import { installCalico } from '../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../test-cluster/ready-made/jest.js';
import { manifestDirectory } from '../../test-cluster/ready-made/manifests.js';
import type { TestCluster } from '../../test-cluster/types.js';
import { createFakeReportStore } from '../ports/fake-report-store.js';
import type { MemoryBundle } from '../ports/memory-bundle.js';
import { eventually } from '../test-cluster/eventually.js';
import { hasHelm } from '../test-cluster/run-helm.js';
import { dyingClient } from './dying-client.js';
import { chartsOf } from './helm-chart.js';
import { customise, history, startHelmScene, valuesOf } from './helm-scene.js';
import { buildOptions } from './plan/build-options.js';
import { contentsOf, rollBack, rolledOut, runOptions, save } from './restore/live-run.js';
import { running, startScene } from './restore/operator-scene.js';

const [OLDER, NEWER] = ['v3.30.7', 'v3.31.7'];
/** How long the cuts of one install may take; without it, all are played. */
const MINUTES = process.env['CRASH_MINUTES'] ?? '2';
const LIMIT_MS = MINUTES === 'all' ? Infinity : Number(MINUTES) * 60_000;
/** `1/3`: of all writes every third, from the first on, for processes beside each other. */
const [SHARE, SHARES] = (process.env['CRASH_SHARE'] ?? '1/1').split('/').map(Number) as [number, number];
/** `65-103`: only these writes, to play again what failed. */
const [FIRST, LAST = FIRST] = (process.env['CRASH_WRITES'] ?? '1-Infinity').split('-').map(Number) as [
  number,
  number?,
];
/** A table of an earlier run: what ended whole there is not played again. */
const PLAYED = process.env['CRASH_PLAYED'] ?? '';
/** Writes that follow each other so soon leave the controllers no time to do anything between them. */
const SOON_MS = 250;
/** Where a run begins: elsewhere each hour. */
const HOUR = Math.floor(Date.now() / 3_600_000);

/** A cluster in which upgrades are killed. */
interface Scene {
  readonly client: ClusterClient;
  /** Waits until controllers, and an operator, have done what there is to do. */
  readonly settle: () => Promise<void>;
  /** What a run needs besides a client, on the line of a kubeconfig. */
  readonly toolsOn: (kubeconfig: string) => Promise<HelmTools>;
  /** Has the next upgrade make as many writes as the first. */
  readonly tidy: () => Promise<void>;
  /** What is wrong with the record of a release that runs; empty where nothing is. */
  readonly faultInRecord: (release: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** A moment to die at, and what the run after that is asked for. */
interface Case {
  /** Which of its writes, from 1. */
  readonly write: number;
  /** Whether the server carries that write out. */
  readonly when: Moment;
  readonly then: 'go on' | 'go back';
  /** Whether it is right before a write that follows the one before at once: to the cluster, the moment right after that. */
  readonly isLikeOther: boolean;
}

interface Row extends Case {
  /** The write at which the run died; empty where it did not. */
  readonly at: string;
  /** What is not as it should be; empty where all is. */
  readonly fault: string;
  readonly seconds: number;
}

/** A run over a line of its own. */
interface Line {
  readonly client: ClusterClient;
  readonly tools: HelmTools;
}

interface Upgraded {
  readonly outcome: UpgradeOutcome | null;
  /** null where the run died before it was whole. */
  readonly bundle: MemoryBundle | null;
}

async function upgrade({ client, tools }: Line, options: Partial<UpgradeOptions> = {}): Promise<Upgraded> {
  let bundle: MemoryBundle | null = null;
  const manifests = createManifestReader(createManifestSource(manifestDirectory(), '/', {}));
  const outcome = await runUpgrade(client, manifests, createFakeReportStore(), {
    ...buildOptions({ target: versionOf(NEWER), force: true }),
    ...runOptions({ force: true }),
    rollbackOnFailure: true,
    backUp: async () => {
      bundle = await save(client);
      return { reader: bundle, directory: 'backup', artifact: null, createdAt: new Date().toISOString() };
    },
    findBundle: () => Promise.reject(new Error('no upgrade died')),
    ...tools,
    ...options,
  }).catch((error: unknown) => {
    if (error instanceof Error && error.message === 'killed') return null;
    throw error;
  });
  return { outcome, bundle };
}

interface GoneOn {
  /** Its own backup; null where it goes by that of the run before. */
  readonly bundle: MemoryBundle | null;
  /** Why it does not arrive; empty where it does. */
  readonly reason: string;
}

/** A second run. */
async function goOn(line: Line, saved: MemoryBundle): Promise<GoneOn> {
  const findBundle = () =>
    Promise.resolve({ reader: saved, directory: 'backup', artifact: null, createdAt: '' });
  const { outcome, bundle } = await upgrade(line, { findBundle });
  const isThere = outcome?.ended === 'done' || outcome?.plan.verdict === 'nothing-to-do';
  return { bundle, reason: isThere ? '' : `${outcome?.reason} ${outcome?.plan.summary}` };
}

/** Why a rollback does not arrive; empty where it does. */
async function goBack({ client, tools: { helm = null } }: Line, bundle: MemoryBundle): Promise<string> {
  const { ended, plan, reason } = await rollBack(client, bundle, { force: true, choice: 'live', helm });
  return ended === 'done' || plan.verdict === 'nothing-to-do' ? '' : `${reason} ${plan.verdict}`;
}

/** A deletion that is cut off in the API server leaves a pod that a kubelet ends, and a light node does not. */
async function endHalfDeletedPods(client: ClusterClient): Promise<void> {
  for await (const { items } of client.list({ apiVersion: 'v1', kind: 'Pod' })) {
    const halfDeleted = items.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
    for (const pod of halfDeleted) await client.delete(referenceOf(pod));
  }
}

type Contents = ReadonlyMap<string, string>;

const DEFINITION = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' } as const;

async function allOf(
  client: ClusterClient,
  kind: ObjectKind,
  options: ListOptions = {},
): Promise<readonly KubernetesObject[]> {
  const found: KubernetesObject[] = [];
  for await (const { items } of client.list(kind, options)) found.push(...items);
  return found;
}

function definitionsIn(client: ClusterClient): Promise<readonly KubernetesObject[]> {
  return allOf(client, DEFINITION);
}

/** Null where somebody else was quicker: the API server itself writes their status. */
async function replaceBy(client: ClusterClient, saved: KubernetesObject): Promise<true | null> {
  const live = await client.get(referenceOf(saved));
  const { resourceVersion = '' } = live?.metadata ?? {};
  try {
    const metadata = { ...saved.metadata, resourceVersion };
    await client.replace({ ...saved, metadata }, { fieldManager: 'kubectl' });
    return true;
  } catch (error) {
    if (error instanceof ClusterError && error.status === 409) return null;
    throw error;
  }
}

/** A rollback keeps newer definitions: only with the older ones is the next upgrade as long as the first. */
async function putDefinitionsBack(client: ClusterClient, older: readonly KubernetesObject[]): Promise<void> {
  for (const live of await definitionsIn(client)) {
    const { name } = live.metadata;
    const saved = older.find(({ metadata }) => metadata.name === name);
    if (saved) await eventually(() => replaceBy(client, saved), 60_000);
    else await client.delete({ ...DEFINITION, namespace: null, name });
  }
  const gone = async (): Promise<true | null> =>
    (await definitionsIn(client)).length === older.length ? true : null;
  await eventually(gone, 60_000);
}

/** What is not as it is wanted, and what a run left lying. */
async function faultsIn(client: ClusterClient, wanted: Contents): Promise<string> {
  const found = await contentsOf(client);
  const names = [...new Set([...found.keys(), ...wanted.keys()])];
  const differing = names.filter((name) => found.get(name) !== wanted.get(name));
  const { leftovers } = await inspect(client);
  const left = leftovers.map(({ kind, name }) => `${kind} ${name} is left`);
  return [...differing.map((name) => `${name} differs`), ...left].join('; ');
}

/** Renewals of the lock come by the clock. */
function isCounted({ verb, resource }: RequestInfo): boolean {
  return verb !== 'update' || resource !== 'leases';
}

/** `update daemonsets calico-node` */
function sayWrite({ verb, resource, subresource, name }: RequestInfo): string {
  return `${verb} ${[resource, subresource].filter((part) => part !== '').join('/')} ${name}`.trim();
}

function writesOf(requests: readonly RecordedRequest[]): readonly WriteSeen[] {
  const counted = requests.filter(isCounted);
  return counted.map((request, index) => ({
    text: sayWrite(request),
    pauseMs: request.atMs - (counted[index - 1]?.atMs ?? -Infinity),
  }));
}

/** A write of the whole upgrade that nothing cuts off. */
interface WriteSeen {
  /** As {@link sayWrite} says it. */
  readonly text: string;
  /** Since the one before. */
  readonly pauseMs: number;
}

/** All cases, from elsewhere on each hour; those last that are like another. */
function casesOf(writes: readonly WriteSeen[]): readonly Case[] {
  const own = writes
    .map(({ pauseMs }, index) => ({ write: index + 1, pauseMs }))
    .filter(({ write }) => write >= FIRST && write <= LAST && write % SHARES === SHARE % SHARES);
  const all = own.flatMap(({ write, pauseMs }) =>
    (['before', 'after'] as const).flatMap((when) =>
      (['go on', 'go back'] as const).map((then): Case => {
        return { write, when, then, isLikeOther: when === 'before' && pauseMs < SOON_MS };
      }),
    ),
  );
  // A stride that shares no factor with their number meets each of them once
  const stride = [37, 41, 43].find((one) => all.length % one !== 0) ?? 1;
  const shuffled = all.flatMap((_, index) => all[((index + HOUR) * stride) % all.length] ?? []);
  return [
    ...shuffled.filter(({ isLikeOther }) => !isLikeOther),
    ...shuffled.filter(({ isLikeOther }) => isLikeOther),
  ];
}

function sayRow(writes: number, { write, when, at, then, isLikeOther, fault, seconds }: Row): string {
  const like = isLikeOther ? ', at once after the one before' : '';
  const cut = `${when} write ${write} of ${writes} (${at})${like}`;
  return `${cut}; ${then}: ${fault === '' ? 'whole' : fault}, ${seconds.toFixed(1)} s\n`;
}

/** Of all cases, those that no earlier run saw end whole. */
async function casesLeft(writes: readonly WriteSeen[]): Promise<readonly Case[]> {
  const played = PLAYED === '' ? [] : (await readFile(PLAYED, 'utf8')).split('\n');
  return casesOf(writes).filter(({ write, when, then }) => {
    const cut = `${when} write ${write} of ${writes.length} (`;
    return !played.some((row) => row.startsWith(cut) && row.includes(`; ${then}: whole`));
  });
}

function describeCrashes(title: string, start: (cluster: TestCluster) => Promise<Scene>): void {
  describeWithCalico(title, { own: true, lightNodes: 3 }, (cluster) => {
    // Ends before the cluster does
    describe('killed at its writes', () => {
      let scene: Scene;
      let definitions: readonly KubernetesObject[];
      beforeAll(async () => {
        scene = await start(cluster());
        definitions = await definitionsIn(scene.client);
      }, 240_000);
      afterAll(() => scene.stop());

      async function lineOn(kubeconfig: string): Promise<Line> {
        return {
          client: await createClusterClient(kubeconfig, null),
          tools: await scene.toolsOn(kubeconfig),
        };
      }

      const ownLine = (): Promise<Line> => lineOn(cluster().kubeconfig);

      /** An upgrade whose line is cut at a write, and which dies there; null: at none. */
      async function cutOff(
        at: Pick<Case, 'write' | 'when'> | null,
      ): Promise<Upgraded & { readonly isDead: boolean; readonly writes: readonly WriteSeen[] }> {
        const proxy = await startFaultProxy({ kubeconfig: cluster().kubeconfig });
        try {
          const { client, tools } = await lineOn(proxy.kubeconfig);
          const dying = dyingClient(client, null);
          if (at !== null) proxy.cutAtWrite(at.write, at.when, dying.die, isCounted);
          const upgraded = await upgrade({ client: dying, tools });
          const writes = writesOf(proxy.seen.writes());
          return { ...upgraded, isDead: dying.isDead(), writes };
        } finally {
          await proxy.stop();
        }
      }

      /** Takes the cluster back to where it began. */
      async function goDown(bundle: MemoryBundle): Promise<string> {
        const reason = await goBack(await ownLine(), bundle);
        await putDefinitionsBack(scene.client, definitions);
        await scene.settle();
        await scene.tidy();
        return reason;
      }

      async function faultsWith(release: string, wanted: Contents): Promise<string> {
        const faults = [await faultsIn(scene.client, wanted), await scene.faultInRecord(release)];
        return faults.filter((fault) => fault !== '').join('; ');
      }

      async function play(
        { then, ...cut }: Case,
        wanted: { readonly first: Contents; readonly last: Contents },
        whole: MemoryBundle,
      ): Promise<Pick<Row, 'at' | 'fault'>> {
        const killed = await cutOff(cut);
        const at = killed.writes[cut.write - 1]?.text ?? '';
        if (!killed.isDead) return { at, fault: 'was not killed' };
        await endHalfDeletedPods(scene.client);
        let bundle = killed.bundle ?? whole;
        if (then === 'go on') {
          const gone = await goOn(await ownLine(), bundle);
          await scene.settle();
          const fault = gone.reason === '' ? await faultsWith(NEWER, wanted.last) : gone.reason;
          if (fault !== '') return { at, fault };
          bundle = gone.bundle ?? bundle;
        }
        const reason = await goDown(bundle);
        return { at, fault: reason === '' ? await faultsWith(OLDER, wanted.first) : reason };
      }

      it(
        'is whole again each time, forward or back',
        async () => {
          const { client, settle } = scene;
          const { outcome, bundle, writes } = await cutOff(null);
          expect(outcome).toMatchObject({ ended: 'done', reason: '' });
          if (bundle === null) throw new Error('There is no backup');
          await settle();
          const last = await contentsOf(client);
          expect(await goDown(bundle)).toBe('');
          const first = await contentsOf(client);

          const cases = await casesLeft(writes);
          const rows: Row[] = [];
          const deadline = Date.now() + LIMIT_MS;
          for (const one of cases) {
            if (Date.now() > deadline) break;
            const begun = Date.now();
            const played = await play(one, { first, last }, bundle);
            const row = { ...one, ...played, seconds: (Date.now() - begun) / 1000 };
            rows.push(row);
            // At once: a run of hours may be cut short
            process.stdout.write(sayRow(writes.length, row));
            // A cluster that is not whole says nothing about the next case
            if (row.fault !== '') break;
          }
          process.stdout.write(`${title}: killed ${rows.length} times of ${cases.length}\n`);
          expect(rows.filter(({ fault }) => fault !== '')).toEqual([]);
          expect(rows.length).toBeGreaterThan(0);
        },
        LIMIT_MS === Infinity ? 6 * 3_600_000 : LIMIT_MS + 400_000,
      );
    });
  });
}

/** Of an install that Helm knows nothing of. */
const WITHOUT_HELM: Pick<Scene, 'toolsOn' | 'tidy' | 'faultInRecord'> = {
  toolsOn: () => Promise.resolve({}),
  tidy: () => Promise.resolve(),
  faultInRecord: () => Promise.resolve(''),
};

describeInTurn('crashes of a manifest install', () => {
  describeCrashes('an upgrade of a manifest install', async (cluster) => {
    const client = await createClusterClient(cluster.kubeconfig, null);
    await installCalico(client, { method: 'manifest', version: OLDER, customisations: { mtu: 1400 } });
    await installCalicoData(client);
    const settle = async (): Promise<void> => {
      await rolledOut(client);
    };
    await settle();
    return { ...WITHOUT_HELM, client, settle, stop: () => Promise.resolve() };
  });
});

describeInTurn('crashes of an operator install', () => {
  describeCrashes('an upgrade of an operator install', async (cluster) => {
    const { client, operator, stop } = await startScene(cluster);
    await installCalico(client, { method: 'operator', version: OLDER });
    await running(client, OLDER);
    await installCalicoData(client);
    await operator.settle();
    return { ...WITHOUT_HELM, client, settle: () => operator.settle(), stop };
  });
});

const VALUES = {
  installation: { controlPlaneReplicas: 1, nodeUpdateStrategy: { rollingUpdate: { maxUnavailable: 2 } } },
  imagePullSecrets: { pull: JSON.stringify({ auths: { 'registry.example.com': { auth: 'Zm9v' } } }) },
};

/** Takes all revisions away but the newest ones: of more than ten, Helm takes the oldest away by a write of its own. */
async function forgetRevisions(client: ClusterClient): Promise<void> {
  const releases = await allOf(
    client,
    { apiVersion: 'v1', kind: 'Secret' },
    { namespace: 'tigera-operator', labelSelector: 'owner=helm,name=calico' },
  );
  const revisionOf = ({ metadata }: KubernetesObject): number => Number(metadata.labels?.['version']);
  const newestFirst = releases.toSorted((one, other) => revisionOf(other) - revisionOf(one));
  for (const release of newestFirst.slice(3)) await client.delete(referenceOf(release));
}

/** What is wrong with what Helm itself tells of its release; empty where nothing is. */
async function faultInHistory(cluster: TestCluster, release: string): Promise<string> {
  const revisions = await history(cluster);
  const deployed = revisions.filter((revision) => revision.includes(' deployed '));
  const isDeployed =
    deployed.length === 1 &&
    deployed[0] === revisions.at(-1) &&
    deployed[0]?.endsWith(` tigera-operator-${release}`) === true;
  if (!isDeployed) return `Helm’s history is ${revisions.join(', ')}`;
  const values = await valuesOf(cluster);
  return canonicalText(values) === canonicalText(VALUES) ? '' : `Helm’s values are ${canonicalText(values)}`;
}

describeInTurn('crashes of an install by Helm', () => {
  (hasHelm() ? describe : describe.skip)('with the real helm', () => {
    describeCrashes('an upgrade of an install by Helm', async (cluster) => {
      const scene = await startHelmScene(cluster, { older: OLDER, newer: NEWER, values: VALUES, customise });
      const { client, operator, helmOf, chartOf, stop } = scene;
      const charts = chartsOf({ [NEWER]: chartOf(NEWER) });
      await installCalicoData(client);
      return {
        client,
        settle: () => operator.settle(),
        toolsOn: async (kubeconfig) => ({ helm: await helmOf({ kubeconfig }), charts }),
        tidy: () => forgetRevisions(client),
        faultInRecord: (release) => faultInHistory(cluster, release),
        stop,
      };
    });
  });
});
