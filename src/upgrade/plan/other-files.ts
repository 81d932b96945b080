import type { CalicoState } from '../../cluster/calico-state.js';
import type { Workload } from '../../cluster/workload-state.js';
import { canonicalText } from '../../cluster/fields.js';
import { nameOf, referenceOf } from '../../cluster/object-name.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import { keyOf } from '../customisations/object-key.js';
import { withoutServerFields } from '../customisations/server-fields.js';

/** A part of a manifest install that upstream has in a file of its own, and the workload that shows that it is there. */
export interface OtherFile {
  readonly file: string;
  readonly workload: Workload;
}

/** The files besides the variant's own that a manifest install was made from; none where an operator renders the parts. */
export function otherFiles({ method, components }: Pick<CalicoState, 'method' | 'components'>): OtherFile[] {
  if (method !== 'manifest') return [];
  const { apiserver, csi } = components;
  return [
    ...(apiserver ? [{ file: 'apiserver.yaml', workload: apiserver }] : []),
    ...(csi ? [{ file: 'csi-driver.yaml', workload: csi }] : []),
  ];
}

/**
 * What these files have besides the install, the same in every release: a policy that upstream invites to be changed, and
 * a registration whose fields cannot be. Both stay as the cluster has them.
 */
const STAY: ReadonlySet<string> = new Set(['NetworkPolicy', 'CSIDriver']);

/** Objects of a file that an upgrade writes. */
export function writtenOf(objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  return objects.filter(({ kind }) => !STAY.has(kind));
}

/** Why the workload is not of upstream's file; null where it is. */
export function strangerIn(
  { file, workload: { reference } }: OtherFile,
  objects: readonly KubernetesObject[],
): string | null {
  const name = nameOf(reference);
  if (objects.some((object) => nameOf(referenceOf(object)) === name)) return null;
  return `${name} is not of upstream’s ${file}, which has it elsewhere: what belongs to it is not known.`;
}

/** Why the objects that stay cannot: the target has them differently. Null where it has not. */
export function movedStay(
  base: readonly KubernetesObject[],
  target: readonly KubernetesObject[],
): string | null {
  const textOf = (object: KubernetesObject): string => canonicalText(withoutServerFields(object));
  const before = new Map(base.map((object) => [keyOf(object), textOf(object)]));
  const moved = target.find(
    (object) => STAY.has(object.kind) && before.get(keyOf(object)) !== textOf(object),
  );
  return moved ? `The target has another ${nameOf(referenceOf(moved))}, which is not written.` : null;
}
