import type { KubernetesObject, ObjectReference } from '../../ports/cluster-client.js';
import type { Customisation, MergeResult } from './customisation.js';
import { showData } from './data-text.js';
import { isSame } from './differences.js';
import { mergeNode } from './merge-node.js';
import { type Merging, SAYS_THE_SAME } from './merging.js';
import { referenceOf } from '../../cluster/object-name.js';
import { keyOf } from './object-key.js';
import { type ImagePair, imagePairs, moveNewImages } from './private-registry.js';
import { withoutServerFields } from './server-fields.js';
import { shapeOf } from './shapes/objects.js';

/**
 * Finds what the user changed against upstream's file of the installed release, and puts it into upstream's file of the
 * target. Definitions of kinds are the target's as they are: they are no place for a user's changes.
 *
 * @param base objects of upstream's file of the installed release and variant
 * @param live objects of the install as the cluster has them; those that upstream does not name are left out
 * @param target objects of upstream's file of the target, of the same variant
 */
export function merge(
  base: readonly KubernetesObject[],
  live: readonly KubernetesObject[],
  target: readonly KubernetesObject[],
): MergeResult {
  return new Merge(base, live, target).run();
}

interface ObjectVersions {
  readonly base: KubernetesObject | undefined;
  readonly live: KubernetesObject;
  readonly target: KubernetesObject | undefined;
}

class Merge {
  private readonly base: ReadonlyMap<string, KubernetesObject>;
  private readonly live: ReadonlyMap<string, KubernetesObject>;
  private readonly target: ReadonlyMap<string, KubernetesObject>;
  private readonly customisations: Customisation[] = [];
  private readonly images: ImagePair[] = [];
  private upstreamChanges = 0;

  constructor(
    base: readonly KubernetesObject[],
    live: readonly KubernetesObject[],
    target: readonly KubernetesObject[],
  ) {
    [this.base, this.live, this.target] = [byKey(base), byKey(live), byKey(target)];
  }

  run(): MergeResult {
    const objects = [...this.target].flatMap(([key, object]) => this.mergeObject(key, object) ?? []);
    const obsolete = [...this.base].flatMap(([key, object]) => this.leaveObject(key, object) ?? []);
    const moved = moveNewImages(objects, [...this.live.values()], this.images);
    return {
      customisations: [...this.customisations, ...moved.customisations],
      objects: moved.objects,
      obsolete,
      upstreamChanges: this.upstreamChanges,
    };
  }

  /** The target's object with what is kept; null where it is not to be written. */
  private mergeObject(key: string, target: KubernetesObject): KubernetesObject | null {
    const [base, live] = [this.base.get(key), this.live.get(key)];
    if (target.kind === 'CustomResourceDefinition') return target;
    if (!live) return base ? this.mergeMissing(base, target) : this.takeNew(target);
    const shape = shapeOf(target);
    const bare = withoutServerFields(target);
    if (!base && isSame(sameApi(live, target), bare, shape)) return target;
    const found = this.customisations.length;
    const merged = this.mergeFields({ base, live, target: bare }, null);
    return this.customisations.length === found ? target : (merged as KubernetesObject);
  }

  private mergeFields({ base, live, target }: ObjectVersions, gone: string | null): unknown {
    this.images.push(...imagePairs(base, live));
    const named = { apiVersion: live.apiVersion, kind: live.kind, metadata: live.metadata };
    return this.mergingOf(referenceOf(live), base !== undefined).mergeAt(
      { base: sameApi(base ?? named, target ?? live), live: sameApi(live, target ?? live), target },
      { path: '', name: '', shape: shapeOf(live), gone },
    );
  }

  private takeNew(target: KubernetesObject): KubernetesObject {
    this.upstreamChanges += 1;
    return target;
  }

  /** An object of the installed release that the cluster does not have. */
  private mergeMissing(base: KubernetesObject, target: KubernetesObject): KubernetesObject | null {
    // Secrets are not read unless they may be, and upstream's hold nothing.
    if (target.kind === 'Secret') return null;
    const isOptional = target.kind === 'PodDisruptionBudget';
    this.customisations.push({
      object: referenceOf(target),
      field: '',
      upstream: withoutServerFields(base),
      live: undefined,
      target: withoutServerFields(target),
      outcome: isOptional ? 'kept' : 'conflicting',
      reason: isOptional
        ? null
        : 'The cluster does not have this object, and the target needs it: it would be made anew.',
    });
    return isOptional ? null : target;
  }

  /** An object that the target no longer has: what was changed in it is lost. */
  private leaveObject(key: string, base: KubernetesObject): ObjectReference | null {
    const live = this.live.get(key);
    if (this.target.has(key) || !live || base.kind === 'CustomResourceDefinition') return null;
    const gone = `The target no longer has the ${base.kind} ${base.metadata.name}.`;
    this.mergeFields({ base, live, target: undefined }, gone);
    return referenceOf(live);
  }

  /** @param isInBase whether the installed release has the object: else what is as in the target is no change of anybody's */
  private mergingOf(object: ObjectReference, isInBase = true): Merging {
    const merging: Merging = {
      mergeAt: (versions, site) => mergeNode(merging, versions, site),
      record: (site, { base, live, target }, outcome, reason) => {
        if (!isInBase && reason === SAYS_THE_SAME) return;
        const isHidden = object.kind === 'Secret' && !site.path.startsWith('metadata');
        const show = (value: unknown): unknown => (isHidden ? hidden(value) : showData(value));
        this.customisations.push({
          object,
          field: site.path,
          upstream: show(base),
          live: show(live),
          target: show(target),
          outcome,
          reason: reason ?? null,
        });
      },
      countUpstream: (fields) => {
        this.upstreamChanges += fields;
      },
    };
    return merging;
  }
}

/** An object as it compares: the version of an API may move without a change of what it says. */
function sameApi(object: KubernetesObject, { apiVersion, kind }: KubernetesObject): KubernetesObject {
  return { ...withoutServerFields(object), apiVersion, kind };
}

function byKey(objects: readonly KubernetesObject[]): Map<string, KubernetesObject> {
  return new Map(objects.map((object) => [keyOf(object), object]));
}

/** What a Secret holds must never be shown. */
function hidden(value: unknown): unknown {
  return value === undefined ? undefined : '(hidden)';
}
