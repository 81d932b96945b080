import type { KubernetesObject, ObjectReference } from '../../ports/cluster-client.js';
import type { Customisation } from './customisation.js';
import { joinField } from './field-path.js';
import { parseImage, registryOf } from './image-reference.js';
import { isMap } from './json.js';

/** An image of upstream's file, and the one that the cluster has in its place. */
export interface ImagePair {
  readonly base: unknown;
  readonly live: unknown;
}

/** Something that only the target has: a container, or an object with containers in it. */
export interface NewContainer {
  readonly object: ObjectReference;
  readonly path: string;
  readonly value: unknown;
}

/** The images of containers that both versions of an object have. */
export function imagePairs(base: KubernetesObject | undefined, live: KubernetesObject): ImagePair[] {
  const before = new Map(
    [...containersIn(base, '')].map(({ container, field }) => [field, container['image']]),
  );
  return [...containersIn(live, '')].flatMap(({ container, field }) =>
    before.has(field) ? [{ base: before.get(field), live: container['image'] }] : [],
  );
}

/**
 * Takes the images of what is new in the target from the user's registry, where all of today's images come from one:
 * a cluster without a way to upstream's registry could not start them.
 */
export function moveNewImages(
  objects: readonly KubernetesObject[],
  images: readonly ImagePair[],
  added: readonly NewContainer[],
): { readonly objects: readonly KubernetesObject[]; readonly customisations: readonly Customisation[] } {
  const registry = commonRegistry(images);
  if (registry === null) return { objects, customisations: [] };
  const moves = new Map<object, string>();
  const customisations = added.flatMap(({ object, path, value }) =>
    [...containersIn(value, path)].flatMap(({ container, field }): Customisation[] => {
      const image = parseImage(container['image']);
      if (!image) return [];
      const moved = `${registry}/${image.path}:${image.tag}`;
      moves.set(container, moved);
      return [
        {
          object,
          field,
          upstream: undefined,
          live: moved,
          target: container['image'],
          outcome: 'kept',
          reason: null,
        },
      ];
    }),
  );
  return {
    objects: objects.map((object) => replaceImages(object, moves) as KubernetesObject),
    customisations,
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

function* containersIn(
  value: unknown,
  path: string,
): Generator<{ readonly container: Readonly<Record<string, unknown>>; readonly field: string }> {
  if (Array.isArray(value)) {
    for (const item of value) {
      const name = isMap(item) && typeof item['name'] === 'string' ? `[name=${item['name']}]` : '[]';
      yield* containersIn(item, `${path}${name}`);
    }
  } else if (isMap(value)) {
    if (typeof value['image'] === 'string' && 'name' in value)
      yield { container: value, field: joinField(path, 'image') };
    for (const [name, field] of Object.entries(value)) yield* containersIn(field, joinField(path, name));
  }
}

function replaceImages(value: unknown, moves: ReadonlyMap<object, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => replaceImages(item, moves));
  if (!isMap(value)) return value;
  const image = moves.get(value);
  const fields = Object.entries(value).map(([name, field]) => [name, replaceImages(field, moves)]);
  return image === undefined ? Object.fromEntries(fields) : { ...Object.fromEntries(fields), image };
}
