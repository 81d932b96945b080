import { asFields, canonicalText, type Fields, isFields, namesOf } from '../../cluster/fields.js';
import { groupOf, referenceOf } from '../../cluster/object-name.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { MergeResult } from '../customisations/customisation.js';
import { merge } from '../customisations/merge.js';
import { keyOf } from '../customisations/object-key.js';

/** What a release of Helm is made of, or would be. */
export interface ReleaseObjects {
  /** As the chart of the present revision renders them. */
  readonly installed: readonly KubernetesObject[];
  /** The same objects, and those of the target, as the cluster has them. */
  readonly live: readonly KubernetesObject[];
  /** As the target's chart renders them. */
  readonly target: readonly KubernetesObject[];
}

/**
 * What the objects of a release come to with the target's chart. Resources of kinds that definitions bring come to what
 * Helm itself makes of them: what differs between the charts changes, and nothing else, whatever users and the operator
 * wrote into them. Of all others users' changes stay, as everywhere. Pure.
 *
 * @see https://github.com/helm/helm/blob/v3.18.4/pkg/kube/client.go createPatch
 */
export function mergeRelease({
  installed,
  live,
  target,
}: ReleaseObjects): Pick<MergeResult, 'objects' | 'obsolete'> {
  const others = (objects: readonly KubernetesObject[]): KubernetesObject[] =>
    objects.filter((object) => !isResource(object));
  const { objects, obsolete } = merge(others(installed), others(live), others(target));
  const find = (among: readonly KubernetesObject[], object: KubernetesObject): KubernetesObject | undefined =>
    among.find((one) => keyOf(one) === keyOf(object));
  const resources = target.filter(isResource).map((object) => {
    const present = find(live, object);
    return present ? patched(present, find(installed, object), object) : object;
  });
  return { objects: [...objects, ...resources], obsolete };
}

/** What holds what users and the operator wrote: Helm would delete it where the target's chart has it no more. */
export function lostResources({
  installed,
  target,
}: Pick<ReleaseObjects, 'installed' | 'target'>): readonly ReturnType<typeof referenceOf>[] {
  const kept = new Set(target.map(keyOf));
  return installed.filter((object) => isResource(object) && !kept.has(keyOf(object))).map(referenceOf);
}

/** Whether an object is of a kind that definitions bring: those hold what users and the operator wrote. */
export function isResource({ apiVersion }: KubernetesObject): boolean {
  const group = groupOf(apiVersion);
  return group === 'operator.tigera.io' || group.endsWith('projectcalico.org');
}

function patched(
  live: KubernetesObject,
  installed: KubernetesObject | undefined,
  target: KubernetesObject,
): KubernetesObject {
  return patch(live, asFields(installed) ?? {}, asFields(target) ?? {}) as unknown as KubernetesObject;
}

/** The JSON merge patch from one state to another, on a third: lists and scalars are replaced whole. */
function patch(live: unknown, from: Fields, to: Fields): Fields {
  const result = new Map(Object.entries(asFields(live) ?? {}));
  for (const name of namesOf(from, to)) {
    const [was, is] = [from[name], to[name]];
    if (canonicalText(was) === canonicalText(is)) continue;
    if (is === undefined || is === null) result.delete(name);
    else result.set(name, isFields(is) ? patch(result.get(name), asFields(was) ?? {}, is) : is);
  }
  return Object.fromEntries(result);
}
