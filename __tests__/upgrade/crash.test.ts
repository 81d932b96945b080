import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClusterClient } from '../../src/adapters/kubernetes/cluster-client.js';
import { createManifestSource } from '../../src/adapters/manifests/manifest-source.js';
import { versionOf } from '../../src/catalog/queries.js';
import { inspect } from '../../src/cluster/inspect.js';
import { referenceOf } from '../../src/cluster/object-name.js';
import { ClusterError } from '../../src/errors.js';
import type { ClusterClient, KubernetesObject } from '../../src/ports/cluster-client.js';
import { createManifestReader } from '../../src/upgrade/customisations/read-manifest.js';
import { runUpgrade, type UpgradeOutcome } from '../../src/upgrade/run-upgrade.js';
import type { UpgradeOptions } from '../../src/upgrade/upgrade-options.js';
import { installCalicoData } from '../../test-cluster/ready-made/calico-data.js';
import { installCalico } from '../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../test-cluster/ready-made/jest.js';
import { manifestDirectory } from '../../test-cluster/ready-made/manifests.js';
import type { TestCluster } from '../../test-cluster/types.js';
import { createFakeReportStore } from '../ports/fake-report-store.js';
import type { MemoryBundle } from '../ports/memory-bundle.js';
import { eventually } from '../test-cluster/eventually.js';
import { type Cut, dyingClient } from './dying-client.js';
import { buildOptions } from './plan/build-options.js';
import { contentsOf, rollBack, rolledOut, runOptions, save } from './restore/live-run.js';
import { running, startScene } from './restore/operator-scene.js';
import { describeInTurn } from '../../test-cluster/in-turn.js';

const [OLDER, NEWER] = ['v3.30.7', 'v3.31.7'];
/** How long the cuts of one install may take; without it, all are played. */
const MINUTES = process.env['CRASH_MINUTES'] ?? '2';
const LIMIT_MS = MINUTES === 'all' ? Infinity : Number(MINUTES) * 60_000;
/** `1/3`: of all writes every third, from the first on, for processes beside each other. */
const [SHARE, SHARES] = (process.env['CRASH_SHARE'] ?? '1/1').split('/').map(Number) as [number, number];
/** Where a run begins: elsewhere each hour. */
const HOUR = Math.floor(Date.now() / 3_600_000);

/** A cluster in which upgrades are killed. */
interface Scene {
  readonly client: ClusterClient;
  /** Waits until controllers, and an operator, have done what there is to do. */
  readonly settle: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** A moment to die at, and what the run after that is asked for. */
interface Case {
  readonly cut: Cut;
  readonly then: 'go on' | 'go back';
}

interface Row extends Case {
  /** What is not as it should be; empty where all is. */
  readonly fault: string;
  readonly seconds: number;
}

interface Upgraded {
  readonly outcome: UpgradeOutcome | null;
  /** null where the run died before it was whole. */
  readonly bundle: MemoryBundle | null;
}

async function upgrade(client: ClusterClient, options: Partial<UpgradeOptions> = {}): Promise<Upgraded> {
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
    ...options,
  }).catch((error: unknown) => {
    if (error instanceof Error && error.message === 'killed') return null;
    throw error;
  });
  return { outcome, bundle };
}

/** Why a second run does not arrive; empty where it does. */
async function goOn(client: ClusterClient, bundle: MemoryBundle): Promise<string> {
  const findBundle = () =>
    Promise.resolve({ reader: bundle, directory: 'backup', artifact: null, createdAt: '' });
  const { outcome } = await upgrade(client, { findBundle });
  return outcome?.ended === 'done' || outcome?.plan.verdict === 'nothing-to-do'
    ? ''
    : `${outcome?.reason} ${outcome?.plan.summary}`;
}

async function goBack(client: ClusterClient, bundle: MemoryBundle): Promise<string> {
  const { ended, plan, reason } = await rollBack(client, bundle, { force: true, choice: 'live' });
  return ended === 'done' || plan.verdict === 'nothing-to-do' ? '' : `${reason} ${plan.verdict}`;
}

type Contents = ReadonlyMap<string, string>;

const DEFINITION = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' } as const;

async function definitionsIn(client: ClusterClient): Promise<readonly KubernetesObject[]> {
  const found: KubernetesObject[] = [];
  for await (const { items } of client.list(DEFINITION)) found.push(...items);
  return found;
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

/** All cases, those first that are another run's turn. */
function casesOf(writes: number): readonly Case[] {
  const own = Array.from({ length: writes }, (_, index) => index + 1).filter(
    (write) => write % SHARES === SHARE % SHARES,
  );
  const all = own.flatMap((write) =>
    (['before', 'after'] as const).flatMap((when) =>
      (['go on', 'go back'] as const).map((then): Case => ({ cut: { write, when }, then })),
    ),
  );
  // A stride that shares no factor with their number meets each of them once
  const stride = [37, 41, 43].find((one) => all.length % one !== 0) ?? 1;
  return all.flatMap((_, index) => all[((index + HOUR) * stride) % all.length] ?? []);
}

function lineOf(writes: readonly string[], { cut, then, fault, seconds }: Row): string {
  const at = `${cut.when} write ${cut.write} of ${writes.length} (${writes[cut.write - 1] ?? ''})`;
  return `${at}; ${then}: ${fault === '' ? 'whole' : fault}, ${seconds.toFixed(1)} s\n`;
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
      }, 200_000);
      afterAll(() => scene.stop());

      /** Takes the cluster back to where it began. */
      async function goDown(bundle: MemoryBundle): Promise<string> {
        const reason = await goBack(scene.client, bundle);
        await putDefinitionsBack(scene.client, definitions);
        await scene.settle();
        return reason;
      }

      async function play(
        { cut, then }: Case,
        wanted: { readonly first: Contents; readonly last: Contents },
        whole: MemoryBundle,
      ): Promise<string> {
        const { client, settle } = scene;
        const dying = dyingClient(client, cut);
        const killed = await upgrade(dying);
        if (!dying.isDead()) return 'was not killed';
        const bundle = killed.bundle ?? whole;
        if (then === 'go on') {
          const reason = await goOn(client, bundle);
          await settle();
          const fault = reason === '' ? await faultsIn(client, wanted.last) : reason;
          if (fault !== '') return fault;
        }
        const reason = await goDown(bundle);
        return reason === '' ? faultsIn(client, wanted.first) : reason;
      }

      it(
        'is whole again each time, forward or back',
        async () => {
          const { client, settle } = scene;
          const counting = dyingClient(client, null);
          const { outcome, bundle } = await upgrade(counting);
          expect(outcome).toMatchObject({ ended: 'done', reason: '' });
          if (bundle === null) throw new Error('There is no backup');
          await settle();
          const last = await contentsOf(client);
          expect(await goDown(bundle)).toBe('');
          const first = await contentsOf(client);

          const writes = counting.writes();
          const cases = casesOf(writes.length);
          const rows: Row[] = [];
          const deadline = Date.now() + LIMIT_MS;
          for (const one of cases) {
            if (Date.now() > deadline) break;
            const begun = Date.now();
            const fault = await play(one, { first, last }, bundle);
            const row = { ...one, fault, seconds: (Date.now() - begun) / 1000 };
            rows.push(row);
            // At once: a run of hours may be cut short
            process.stdout.write(lineOf(writes, row));
            // A cluster that is not whole says nothing about the next case
            if (fault !== '') break;
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

describeInTurn('crashes of a manifest install', () => {
  describeCrashes('an upgrade of a manifest install', async (cluster) => {
    const client = await createClusterClient(cluster.kubeconfig, null);
    await installCalico(client, { method: 'manifest', version: OLDER, customisations: { mtu: 1400 } });
    await installCalicoData(client);
    const settle = async (): Promise<void> => {
      await rolledOut(client);
    };
    await settle();
    return { client, settle, stop: () => Promise.resolve() };
  });
});

describeInTurn('crashes of an operator install', () => {
  describeCrashes('an upgrade of an operator install', async (cluster) => {
    const { client, operator, stop } = await startScene(cluster);
    await installCalico(client, { method: 'operator', version: OLDER });
    await running(client, OLDER);
    await operator.settle();
    return { client, settle: () => operator.settle(), stop };
  });
});
