import { load } from 'js-yaml';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import { asFields, textAt } from '../fields.js';

/** What a chart of the operator's renders is some 50 KB without definitions; a longer document is none of it. */
const LONGEST_DOCUMENT = 512 * 1024;
/** Helm writes values out in full: what has an anchor was not made by it, and could unfold without end. */
const ANCHOR = /(?:^|[\s,[{:-])&[\w-]/;
const LEFT_OUT: ReadonlySet<string> = new Set(['Secret', 'CustomResourceDefinition']);

/** The objects of a rendered manifest, but for definitions and Secrets; a document that cannot be read is left out. */
export function renderedObjects(manifest: string): KubernetesObject[] {
  return manifest.split(/^---/m).flatMap((document) => {
    const object = document.length > LONGEST_DOCUMENT || ANCHOR.test(document) ? null : parse(document);
    return object && !LEFT_OUT.has(object.kind) ? [object] : [];
  });
}

function parse(document: string): KubernetesObject | null {
  try {
    const fields = asFields(load(document));
    const isObject = ['apiVersion', 'kind'].every((name) => textAt(fields, name) !== '');
    return fields && isObject && textAt(fields, 'metadata', 'name') !== ''
      ? (fields as unknown as KubernetesObject)
      : null;
  } catch {
    return null;
  }
}
