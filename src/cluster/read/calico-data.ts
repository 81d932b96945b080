import type { KubernetesObject, ServedKind } from '../../ports/cluster-client.js';
import type { CalicoApiGroup, CalicoState } from '../calico-state.js';
import { textAt, without } from '../fields.js';
import { type Accumulator, keepObjects } from '../interpret/accumulator.js';
import { type KindSummary, summarizeKind } from '../interpret/data.js';
import { groupOf, referenceOf } from '../object-name.js';
import { hiddenByGroup } from '../reading-table.js';
import type { CalicoReadings } from '../readings.js';
import type { Dependents } from './dependents.js';
import type { Reader, Reading } from './reader.js';

/** Called with every stored object of Calico's that is read one by one, for checks that need each of them. */
export type ObjectObserver = (object: KubernetesObject) => void;

/** Configuration that is few, and kept whole. */
const KEPT = new Set([
  'FelixConfiguration',
  'BGPConfiguration',
  'BGPPeer',
  'KubeControllersConfiguration',
  'IPAMConfig',
  'IPAMConfiguration',
  'Tier',
  'IPPool',
  'ClusterInformation',
  'CalicoNodeStatus',
]);
/** Run-time state of IPAM: many and large objects of which only the number matters. */
const COUNTED = new Set(['IPAMBlock', 'BlockAffinity', 'IPAMHandle']);

/** What is read besides the kinds of the data's group. */
export interface CalicoDataOptions {
  readonly kinds: readonly ServedKind[];
  readonly dataGroup: CalicoApiGroup;
  readonly migration: CalicoState['datastoreMigration'];
  readonly dependents: Dependents;
  readonly observe: ObjectObserver | undefined;
}

/** Reads every kind that the group of the data serves, and the policy groups of Kubernetes that Calico enforces. */
export async function readCalicoData(reader: Reader, options: CalicoDataOptions): Promise<CalicoReadings> {
  const kept = new Map<string, readonly KubernetesObject[]>();
  const summaries = new Map<string, KindSummary>();
  const counts = new Map<string, number>();
  const groups = new Set<string>([options.dataGroup, 'policy.networking.k8s.io']);
  const kinds = oneVersionEach(options.kinds.filter((served) => groups.has(groupOf(served.apiVersion))));

  async function readKind(served: ServedKind): Promise<void> {
    const reading = readingOf(served);
    const key = `${served.plural}.${groupOf(served.apiVersion)}`;
    if (COUNTED.has(served.kind)) {
      counts.set(key, await reader.count(reading));
      return;
    }
    const create = options.dependents.among(served.kind, () =>
      summarizeAndKeep(served.kind, options.observe),
    );
    const { summary, objects } = await reader.through(reading, create);
    summaries.set(key, summary);
    if (KEPT.has(served.kind)) kept.set(served.kind, objects);
  }

  await Promise.all(kinds.map(readKind));
  return { dataGroup: options.dataGroup, migration: options.migration, kept, summaries, counts };
}

/** Of a kind that is served in several versions the first is read: they are the same objects. */
function oneVersionEach(kinds: readonly ServedKind[]): ServedKind[] {
  const listable = kinds.filter(({ plural, verbs }) => !plural.includes('/') && verbs.includes('list'));
  return [
    ...new Map(
      listable.toReversed().map((served) => [`${groupOf(served.apiVersion)} ${served.kind}`, served]),
    ).values(),
  ];
}

function readingOf({ apiVersion, kind, plural }: ServedKind): Reading {
  return { apiVersion, kind, plural, hides: hiddenByGroup(groupOf(apiVersion), kind) };
}

interface Passed {
  readonly summary: KindSummary;
  readonly objects: readonly KubernetesObject[];
}

function summarizeAndKeep(kind: string, observe: ObjectObserver | undefined): Accumulator<Passed> {
  const summary = summarizeKind();
  const objects = keepObjects((object) => (KEPT.has(kind) ? withoutManagedFields(object) : null));
  return {
    add(object) {
      summary.add(object);
      objects.add(object);
      observe?.(object);
    },
    result: () => ({ summary: summary.result(), objects: objects.result() }),
  };
}

/** The object without its managedFields, which nobody reads of what is only looked at. */
function withoutManagedFields(object: KubernetesObject): KubernetesObject {
  const metadata = without(object.metadata, 'managedFields');
  return { ...object, metadata: { ...metadata, name: object.metadata.name } };
}

/** What tells which group holds the data. */
export interface DataGroupSources {
  readonly kinds: readonly ServedKind[];
  readonly definitions: readonly KubernetesObject[];
  readonly apiService: KubernetesObject | null;
  readonly migration: CalicoState['datastoreMigration'];
}

const MOVED = new Set(['Converged', 'Complete']);

/**
 * The group that holds Calico's data. `projectcalico.org` also is the API server's view of the other one: it holds data
 * only where definitions serve it, and, where both have definitions, once the move to it has converged.
 * @see https://docs.tigera.io/calico/latest/operations/native-v3-crds
 */
export function dataGroupOf({ kinds, definitions, apiService, migration }: DataGroupSources): CalicoApiGroup {
  const serves = (group: CalicoApiGroup): boolean =>
    kinds.some(({ apiVersion, kind }) => kind === 'IPPool' && groupOf(apiVersion) === group);
  const isNative =
    definitions.some(({ metadata }) => metadata.name === 'ippools.projectcalico.org') ||
    (serves('projectcalico.org') &&
      apiService !== null &&
      textAt(apiService, 'spec', 'service', 'name') === '');
  if (!isNative) return 'crd.projectcalico.org';
  if (!serves('crd.projectcalico.org')) return 'projectcalico.org';
  return migration && MOVED.has(migration.phase) ? 'projectcalico.org' : 'crd.projectcalico.org';
}

/** The move to native definitions, as its newest object says. */
export async function readMigration(
  reader: Reader,
  kinds: readonly ServedKind[],
): Promise<CalicoState['datastoreMigration']> {
  const served = kinds.find(
    ({ apiVersion, kind }) =>
      kind === 'DatastoreMigration' && groupOf(apiVersion) === 'migration.projectcalico.org',
  );
  if (!served) return null;
  const [migration] = await reader.all(readingOf(served));
  if (!migration) return null;
  return { reference: referenceOf(migration), phase: textAt(migration, 'status', 'phase') || 'Pending' };
}
