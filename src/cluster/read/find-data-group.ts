import type { ClusterClient, KubernetesObject, ServedKind } from '../../ports/cluster-client.js';
import type { CalicoApiGroup, CalicoState } from '../calico-state.js';
import { textAt } from '../fields.js';
import { groupOf, referenceOf } from '../object-name.js';
import { dataGroupOf } from './calico-data.js';

const NATIVE = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  namespace: null,
  name: 'ippools.projectcalico.org',
} as const;

/** The group that holds Calico's data. */
export interface DataGroup {
  readonly group: CalicoApiGroup;
  /** The kinds of that group that are served, with their versions. */
  readonly kinds: readonly ServedKind[];
}

/**
 * Finds out where Calico's data is, for who wants to write some and has not looked at the whole cluster.
 *
 * @throws ClusterError
 */
export async function findDataGroup(client: ClusterClient): Promise<DataGroup> {
  const { kinds } = await client.discover();
  const serves = (group: CalicoApiGroup): boolean =>
    kinds.some(({ apiVersion }) => groupOf(apiVersion) === group);
  const native = serves('projectcalico.org') ? await client.get(NATIVE) : null;
  const group = dataGroupOf({
    kinds,
    definitions: native === null ? [] : [native],
    apiService: null,
    migration: native === null ? null : await findMigration(client, kinds),
  });
  return { group, kinds: kinds.filter(({ apiVersion }) => groupOf(apiVersion) === group) };
}

async function findMigration(
  client: ClusterClient,
  kinds: readonly ServedKind[],
): Promise<CalicoState['datastoreMigration']> {
  const served = kinds.find(({ kind }) => kind === 'DatastoreMigration');
  if (served === undefined) return null;
  let newest: KubernetesObject | undefined;
  for await (const { items } of client.list(served)) newest = items[0] ?? newest;
  if (newest === undefined) return null;
  return { reference: referenceOf(newest), phase: textAt(newest, 'status', 'phase') || 'Pending' };
}
