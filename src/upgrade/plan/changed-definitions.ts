import type { CalicoState } from '../../cluster/calico-state.js';
import { listAt, textAt } from '../../cluster/fields.js';
import { schemaDigests } from '../../cluster/schema-digest.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';

/**
 * The definitions that hold stored objects to something else than those of now do. Of a kind that is not there nothing is
 * stored; where nobody knows which are there, all count.
 */
export function changedDefinitions(
  target: readonly KubernetesObject[],
  live: CalicoState['schemaDigests'],
): readonly KubernetesObject[] {
  if (live === null) return target;
  return target.filter((definition) => {
    const known = live[definition.metadata.name];
    const version = storedVersion(definition);
    return known !== undefined && known[version] !== schemaDigests(definition)[version];
  });
}

/** The version of a definition's kind that is stored: `v1`. */
export function storedVersion(definition: KubernetesObject): string {
  const versions = listAt(definition, 'spec', 'versions');
  return textAt(versions.find((version) => version['storage'] === true) ?? versions[0], 'name');
}
