import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { Customisation } from './customisation.js';
import { parseImage, registryOf } from './image-reference.js';
import { asList, isFields, type Fields, valueAt } from '../../cluster/fields.js';
import { referenceOf } from '../../cluster/object-name.js';
import { keyOf } from './object-key.js';

/** An image of upstream's file, and the one that the cluster has in its place. */
export interface ImagePair {
  readonly base: unknown;
  readonly live: unknown;
}

/** The images of containers that both versions of an object have. */
export function imagePairs(base: KubernetesObject | undefined, live: KubernetesObject): ImagePair[] {
  const before = new Map(
    base ? imageFields(base).map(([field, container]) => [field, container['image']]) : [],
  );
  return imageFields(live).flatMap(([field, container]) =>
    before.has(field) ? [{ base: before.get(field), live: container['image'] }] : [],
  );
}

/**
 * Takes the images of containers that are new in the target from the user's registry, where all of today's images come
 * from one: a cluster without a way to upstream's registry could not start them.
 */
export function moveNewImages(
  objects: readonly KubernetesObject[],
  live: readonly KubernetesObject[],
  images: readonly ImagePair[],
): { readonly objects: readonly KubernetesObject[]; readonly customisations: readonly Customisation[] } {
  const registry = commonRegistry(images);
  if (registry === null) return { objects, customisations: [] };
  const known = new Map(
    live.map((object) => [keyOf(object), new Set(imageFields(object).map(([field]) => field))]),
  );
  const moves = new Map<object, string>();
  const customisations = objects.flatMap((object) => {
    const fields = known.get(keyOf(object));
    return imageFields(object).flatMap(([field, container]): Customisation[] => {
      const image = parseImage(container['image']);
      if (!image || fields?.has(field) || image.repository.startsWith(`${registry}/`)) return [];
      const moved = `${registry}/${image.path}:${image.tag}`;
      moves.set(container, moved);
      return [movedImage(object, field, moved, container['image'])];
    });
  });
  return {
    objects: objects.map((object) => replaceImages(object, moves) as KubernetesObject),
    customisations,
  };
}

function movedImage(object: KubernetesObject, field: string, live: string, target: unknown): Customisation {
  return {
    object: referenceOf(object),
    field,
    upstream: undefined,
    live,
    target,
    outcome: 'kept',
    reason: null,
  };
}

/** The registry that every image comes from; null where they come from several, or from upstream's. */
function commonRegistry(images: readonly ImagePair[]): string | null {
  const registries = images.map(({ base, live }) => {
    const [from, to] = [parseImage(base), parseImage(live)];
    return from && to ? registryOf(from, to) : null;
  });
  const [first = null] = registries;
  return first !== null && registries.every((registry) => registry === first) ? first : null;
}

/** The containers of an object's pods, each with the path of its image. */
function imageFields(object: KubernetesObject): (readonly [string, Fields])[] {
  const path = 'spec.template.spec';
  const pod = valueAt(object, ...path.split('.'));
  return ['initContainers', 'containers'].flatMap((list) =>
    (asList(valueAt(pod, list)) ?? []).filter(isFields).flatMap((container) => {
      const { name, image } = container;
      const field = `${path}.${list}[name=${typeof name === 'string' ? name : ''}].image`;
      return typeof image === 'string' ? [[field, container] as const] : [];
    }),
  );
}

function replaceImages(value: unknown, moves: ReadonlyMap<object, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => replaceImages(item, moves));
  if (!isFields(value)) return value;
  const image = moves.get(value);
  const fields = Object.entries(value).map(([name, field]) => [name, replaceImages(field, moves)]);
  return image === undefined ? Object.fromEntries(fields) : { ...Object.fromEntries(fields), image };
}
