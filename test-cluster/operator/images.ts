import { type Fields, listAt, textAt } from '../ready-made/fields.js';
import type { OperatorRelease } from './releases.js';

/** Images of Calico's that the stand-in uses. */
export type Image =
  | 'apiserver'
  | 'cni'
  | 'csi'
  | 'goldmane'
  | 'kube-controllers'
  | 'node'
  | 'node-driver-registrar'
  | 'pod2daemon-flexvol'
  | 'typha'
  | 'whisker'
  | 'whisker-backend';

/** What names an image: the release, the Installation's wishes, and the ImageSet where there is one. */
export interface ImageSource {
  readonly release: OperatorRelease;
  readonly spec: Fields;
  /** null where there is none. */
  readonly imageSet: Fields | null;
}

/** The full reference of an image (tigera/operator v1.36.16 `pkg/components/references.go`, `GetReference`). */
export function imageOf(image: Image, { release, spec, imageSet }: ImageSource): string {
  const named = (name: string): string => (textAt(spec, name) === 'UseDefault' ? '' : textAt(spec, name));
  const path = named('imagePath') || 'calico';
  const repository = `${named('registry') || release.registry}${path}/${named('imagePrefix')}${image}`;
  if (!imageSet) return `${repository}:${release.calico}`;
  return `${repository}@${digestOf(image, imageSet)}`;
}

/**
 * Which ImageSet is used; null where there is none of Calico's. Once there is any, there has to be the one of the
 * operator's Calico (tigera/operator v1.36.16 `pkg/controller/utils/imageset/imageset.go`, `GetImageSet`).
 */
export function chooseImageSet(
  imageSets: readonly Fields[],
  calico: string,
): { found: Fields | null; problem: string | null } {
  const name = `calico-${calico}`;
  const found = imageSets.find((set) => textAt(set, 'metadata', 'name') === name) ?? null;
  const others = imageSets.some((set) => textAt(set, 'metadata', 'name').startsWith('calico'));
  const problem = !found && others ? `ImageSets exist but none with the expected name ${name}` : null;
  return { found, problem: problem ?? (found && digestProblem(found)) };
}

/** A digest that is none, as `ValidateImageSet` says it. */
function digestProblem(imageSet: Fields): string | null {
  const bad = listAt(imageSet, 'spec', 'images').filter(
    (image) => !textAt(image, 'digest').startsWith('sha256:'),
  );
  if (bad.length === 0) return null;
  const names = bad.map((image) => `${textAt(image, 'image')}@${textAt(image, 'digest')}`);
  return `ImageSet ${textAt(imageSet, 'metadata', 'name')}: bad digest images: ${names.join(', ')}`;
}

/** @throws Error where the ImageSet has no such image, as `GetReference` says it */
function digestOf(image: Image, imageSet: Fields): string {
  const entry = listAt(imageSet, 'spec', 'images').find(
    (item) => textAt(item, 'image') === `calico/${image}`,
  );
  if (!entry) throw new Error(`ImageSet did not contain image calico/${image}`);
  return textAt(entry, 'digest');
}
