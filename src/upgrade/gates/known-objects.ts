import type { KubernetesObject, WatchEvent } from '../../ports/cluster-client.js';

/** What a watch has told of, by namespace and name. */
export type KnownObjects = Map<string, KubernetesObject>;

/** What is known after an event. @param known null before the first snapshot; changed in place otherwise */
export function afterEvent(known: KnownObjects | null, event: WatchEvent): KnownObjects | null {
  if (event.type === 'snapshot') return new Map(event.objects.map((object) => [keyOf(object), object]));
  if (event.type === 'deleted') known?.delete(keyOf(event.object));
  else known?.set(keyOf(event.object), event.object);
  return known;
}

function keyOf({ metadata }: KubernetesObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}
