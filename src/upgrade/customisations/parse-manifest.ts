import { loadAll, YAMLException } from 'js-yaml';
import { EnvironmentError } from '../../errors.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import { asList, isFields, valueAt } from '../../cluster/fields.js';

/**
 * The objects of an upstream file, in its order; lists of objects are taken apart.
 *
 * @param name the file, for messages
 * @throws EnvironmentError where the text is no YAML, or holds something that is no object
 */
export function parseManifest(text: string, name: string): KubernetesObject[] {
  return loadDocuments(text, name)
    .flatMap((document) =>
      isFields(document) && document['kind'] === 'List' ? (asList(document['items']) ?? []) : [document],
    )
    .filter((document) => document !== null && document !== undefined)
    .map((document, index) => toObject(document, `${name}, document ${index + 1}`));
}

function loadDocuments(text: string, name: string): unknown[] {
  try {
    return text.trim() === '' ? [] : loadAll(text);
  } catch (error) {
    const reason = error instanceof YAMLException ? error.reason : String(error);
    throw new EnvironmentError(
      `${name} cannot be read as YAML: ${reason}`,
      'Take the file from upstream again.',
      { cause: error },
    );
  }
}

function toObject(document: unknown, where: string): KubernetesObject {
  const isObject = ['apiVersion', 'kind'].every((field) => typeof valueAt(document, field) === 'string');
  if (isObject && typeof valueAt(document, 'metadata', 'name') === 'string')
    return document as KubernetesObject;
  throw new EnvironmentError(`${where} is no Kubernetes object.`, 'Take the file from upstream again.');
}
