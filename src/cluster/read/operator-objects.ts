import type { KubernetesObject, ServedKind } from '../../ports/cluster-client.js';
import { groupOf } from '../object-name.js';
import { hiddenByGroup } from '../reading-table.js';
import type { OperatorReadings } from '../readings.js';
import type { Reader } from './reader.js';

const GROUP = 'operator.tigera.io';

/** Reads every object of the operator's group: there are few of each kind. */
export async function readOperatorObjects(
  reader: Reader,
  kinds: readonly ServedKind[],
): Promise<OperatorReadings> {
  const served = kinds.filter(
    ({ apiVersion, plural, verbs }) =>
      groupOf(apiVersion) === GROUP && !plural.includes('/') && verbs.includes('list'),
  );
  const lists = await Promise.all(
    served.map(({ apiVersion, kind, plural }) =>
      reader.all({ apiVersion, kind, plural, hides: hiddenByGroup(GROUP, kind) }),
    ),
  );
  const objects = lists.flat();
  const ofKind = (...names: readonly string[]): KubernetesObject[] =>
    objects.filter(({ kind }) => names.includes(kind));
  return {
    installation: ofKind('Installation').find(({ metadata }) => metadata.name === 'default') ?? null,
    tigeraStatuses: ofKind('TigeraStatus'),
    imageSets: ofKind('ImageSet'),
    resources: objects.filter(({ kind }) => !['Installation', 'TigeraStatus', 'ImageSet'].includes(kind)),
  };
}
