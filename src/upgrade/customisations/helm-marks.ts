import { asFields } from '../../cluster/fields.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';

type Texts = Readonly<Record<string, string>>;

/**
 * What Helm, and Flux's helm-controller after it, write on everything that a release has.
 * @see https://github.com/helm/helm/blob/v3.17.0/pkg/action/validate.go
 */
const MARKS = /^(?:meta\.helm\.sh\/|helm\.sh\/chart$|helm\.toolkit\.fluxcd\.io\/)/;
const MANAGED_BY = 'app.kubernetes.io/managed-by';

/** An object without what Helm wrote on it: that is no change of the user's. */
export function withoutHelmMarks(object: KubernetesObject): KubernetesObject {
  return changeMetadata(object, (texts) => pick(texts, (name, value) => !isMark(name, value)));
}

/** An object with the marks that another has: Helm knows by them what is its own. */
export function withHelmMarksOf(object: KubernetesObject, marked: KubernetesObject): KubernetesObject {
  return changeMetadata(object, (texts, field) => ({
    ...texts,
    ...pick(asTexts(marked.metadata[field]), isMark),
  }));
}

function isMark(name: string, value: string): boolean {
  return MARKS.test(name) || (name === MANAGED_BY && value === 'Helm');
}

function changeMetadata(
  object: KubernetesObject,
  change: (texts: Texts, field: 'labels' | 'annotations') => Texts,
): KubernetesObject {
  const changed: { labels?: Texts; annotations?: Texts } = {};
  for (const field of ['labels', 'annotations'] as const) {
    const texts = change(asTexts(object.metadata[field]), field);
    if (object.metadata[field] !== undefined || Object.keys(texts).length > 0) changed[field] = texts;
  }
  return { ...object, metadata: { ...object.metadata, ...changed } };
}

function pick(texts: Texts, isWanted: (name: string, value: string) => boolean): Texts {
  return Object.fromEntries(Object.entries(texts).filter(([name, value]) => isWanted(name, value)));
}

function asTexts(value: unknown): Texts {
  return (asFields(value) ?? {}) as Texts;
}
