import { canonicalText } from '../../cluster/fields.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import { withoutServerFields } from '../customisations/server-fields.js';

/** Whether two states of an object say the same, whatever the server and its controllers wrote into them. */
export function sameContent(a: KubernetesObject, b: KubernetesObject): boolean {
  return contentOf(a) === contentOf(b);
}

/** A text that is the same for what {@link sameContent} calls the same. */
export function contentOf(object: KubernetesObject): string {
  const { metadata, ...rest } = withoutServerFields(object);
  const { name, namespace, labels = {}, annotations = {} } = metadata;
  return canonicalText({ ...rest, metadata: { name, namespace, labels, annotations } });
}
