import type { CalicoState, OperatorState } from '../../cluster/calico-state.js';
import { textAt } from '../../cluster/fields.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { Version } from '../../version/version.js';
import type { Customisation, MergeResult } from '../customisations/customisation.js';
import { withHelmMarksOf, withoutHelmMarks } from '../customisations/helm-marks.js';
import { helmCustomisations } from '../customisations/helm-values.js';
import { merge } from '../customisations/merge.js';
import { keyOf } from '../customisations/object-key.js';
import { resourceCustomisations } from '../customisations/operator-resources.js';
import type { InReleases } from '../customisations/standing-value.js';

const OPERATOR_GROUP = 'operator.tigera.io';

/** Upstream's objects of a release. */
export interface UpstreamObjects {
  /** The operator, what it needs, and the definitions. */
  readonly objects: readonly KubernetesObject[];
  /** Upstream's sample of Installation, APIServer, …; empty where it could not be had. */
  readonly samples: readonly KubernetesObject[];
}

/** A hop of an install that the operator runs, by itself or through Helm. */
export interface OperatorHop {
  readonly target: Version;
  readonly base: UpstreamObjects;
  readonly wanted: UpstreamObjects;
}

/**
 * What the user changed in an install that the operator runs: the values of its Helm release, what its resources say,
 * and the operator's own objects. What the operator renders of them is not compared: it puts back what others change.
 *
 * @param live the install's objects as they are when the hop begins
 */
export function compareOperatorInstall(
  calico: CalicoState,
  live: readonly KubernetesObject[],
  hop: OperatorHop,
): MergeResult {
  const { base, wanted, target } = hop;
  const definitionsOf = (kind: string): InReleases => ({
    installed: definitionOf(base.objects, kind),
    target: definitionOf(wanted.objects, kind),
  });
  if (calico.method !== 'helm') {
    const merged = merge(base.objects, live, wanted.objects);
    const samplesOf = (object: KubernetesObject): InReleases => ({
      installed: find(base.samples, object),
      target: find(wanted.samples, object),
    });
    return withMore(merged, resourceChanges(calico.operator, definitionsOf, samplesOf));
  }
  const { result, changes } = mergeHelm(calico, live, hop);
  const rendered = calico.helm?.objects ?? [];
  // Its values are passed on, so that the target’s chart makes the same of them
  const renderedOf = (object: KubernetesObject): InReleases => {
    const found = find(rendered, object);
    return { installed: found, target: found };
  };
  const resources = resourceChanges(calico.operator, definitionsOf, renderedOf);
  const values = calico.helm ? helmCustomisations(calico.helm, target, definitionsOf) : [];
  return withMore({ ...result, customisations: changes }, [...values, ...resources]);
}

/** The objects with all that is in the cluster, and of it what neither Helm nor its values made. */
function mergeHelm(
  calico: CalicoState,
  live: readonly KubernetesObject[],
  { base, wanted }: OperatorHop,
): { readonly result: MergeResult; readonly changes: readonly Customisation[] } {
  const [upstream, target] = [base.objects, wanted.objects].map(withoutNamespaces) as [Objects, Objects];
  const result = merge(upstream, live.map(withoutHelmMarks), target);
  const marked = new Map(live.map((object) => [keyOf(object), object]));
  const objects = result.objects.map((object) => {
    const own = marked.get(keyOf(object));
    return own ? withHelmMarksOf(object, own) : object;
  });
  const rendered = new Map((calico.helm?.objects ?? []).map((object) => [keyOf(object), object]));
  if (rendered.size === 0) return { result: { ...result, objects }, changes: result.customisations };
  const made = upstream.map((object) => rendered.get(keyOf(object)) ?? object);
  const beyond = merge(made.map(withoutHelmMarks), calico.objects.map(withoutHelmMarks), target);
  return { result: { ...result, objects }, changes: beyond.customisations };
}

type Objects = readonly KubernetesObject[];

/** The chart has no namespace: whoever installs makes it. */
function withoutNamespaces(objects: Objects): Objects {
  return objects.filter(({ kind }) => kind !== 'Namespace');
}

function resourceChanges(
  operator: OperatorState | null,
  definitionsOf: (kind: string) => InReleases,
  samplesOf: (object: KubernetesObject) => InReleases,
): readonly Customisation[] {
  if (!operator) return [];
  const resources = [...(operator.installation ? [operator.installation] : []), ...operator.resources];
  return resources.flatMap((object) =>
    resourceCustomisations(object, definitionsOf(object.kind), samplesOf(object)),
  );
}

function withMore(result: MergeResult, more: readonly Customisation[]): MergeResult {
  return { ...result, customisations: [...more, ...result.customisations] };
}

function find(objects: Objects, object: KubernetesObject): KubernetesObject | null {
  return objects.find((one) => keyOf(one) === keyOf(object)) ?? null;
}

function definitionOf(objects: Objects, kind: string): KubernetesObject | null {
  const isOf = (object: KubernetesObject): boolean =>
    object.kind === 'CustomResourceDefinition' &&
    textAt(object, 'spec', 'group') === OPERATOR_GROUP &&
    textAt(object, 'spec', 'names', 'kind') === kind;
  return objects.find(isOf) ?? null;
}
