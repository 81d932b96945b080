import { versionOf } from '../../../../src/catalog/queries.js';
import { referenceOf } from '../../../../src/cluster/object-name.js';
import type {
  ClusterClient,
  KubernetesObject,
  ObjectReference,
} from '../../../../src/ports/cluster-client.js';
import { createManifestReader } from '../../../../src/upgrade/customisations/read-manifest.js';
import type { PlanOptions, UpgradePlan } from '../../../../src/upgrade/plan/plan.js';
import { runPlan } from '../../../../src/upgrade/plan/run-plan.js';
import type { FakeClusterOptions } from '../../../ports/fake-cluster-client.js';
import { createFakeManifestSource } from '../../../ports/fake-manifest-source.js';
import { buildOptions } from '../../plan/build-options.js';
import { filesOf } from './upstream-files.js';
import { emptyCluster, manifestInstall, operatorInstall } from './well-clusters.js';

/** A cluster that is well but for one fault, and what a plan of it is asked for. */
export interface Scene {
  /** Default: a manifest install. */
  readonly base?: 'manifest' | 'operator' | 'empty';
  /** Default: v3.31.7 to v3.32.1. */
  readonly from?: string;
  readonly to?: string;
  /** Objects that are there besides, or in the place of those of the same name. */
  readonly add?: readonly KubernetesObject[];
  /** What becomes of objects, by `Kind name`; null takes the object away. */
  readonly edit?: Readonly<Record<string, (object: KubernetesObject) => KubernetesObject | null>>;
  /** What somebody changed in an object once it was there, by `kubectl edit`. */
  readonly patched?: ScenePatch;
  /** What the finding says, where the code alone says too little. */
  readonly says?: RegExp;
  readonly options?: Partial<PlanOptions>;
  /** Whether upstream's files cannot be had. */
  readonly withoutFiles?: boolean;
  /** What only a cluster in memory can be made to do; such a scene is not set on a real API server. */
  readonly fake?: Partial<FakeClusterOptions>;
  /** The way on which the same cluster has no fault, where it is the way that makes one. */
  readonly well?: Pick<Scene, 'from' | 'to' | 'options' | 'withoutFiles' | 'fake'>;
}

/** A merge patch of one object. */
export interface ScenePatch {
  readonly object: ObjectReference;
  readonly body: Readonly<Record<string, unknown>>;
}

export const KUBERNETES = 'v1.34.4';
const DEFAULT_WAY = { from: 'v3.31.7', to: 'v3.32.1' };

/** The objects of a scene's cluster. */
export function objectsOf(scene: Scene): readonly KubernetesObject[] {
  const { base = 'manifest', from = DEFAULT_WAY.from, add = [], edit = {} } = scene;
  const kubernetes = scene.fake?.gitVersion ?? KUBERNETES;
  const well =
    base === 'empty'
      ? emptyCluster(kubernetes)
      : base === 'operator'
        ? operatorInstall(from, kubernetes)
        : manifestInstall(from, kubernetes);
  const keyOf = (object: KubernetesObject): string => JSON.stringify(referenceOf(object));
  const byKey = new Map([...well, ...add].map((object) => [keyOf(object), object]));
  const unused = new Set(Object.keys(edit));
  const objects = [...byKey.values()].flatMap((object) => {
    const name = `${object.kind} ${object.metadata.name}`;
    const change = edit[name];
    if (!change) return [object];
    unused.delete(name);
    const changed = change(object);
    return changed ? [changed] : [];
  });
  if (unused.size > 0) throw new Error(`The scene edits what is not there: ${[...unused].join(', ')}.`);
  return objects;
}

/** The same without the fault: the well cluster, or the same cluster on another way. */
export function withoutFault(scene: Scene): Scene {
  const { base, from, to, add, edit, says, well } = scene;
  const known = {
    ...(base === undefined || base === 'empty' ? {} : { base }),
    ...(says === undefined ? {} : { says }),
  };
  if (well) return { ...known, ...(add ? { add } : {}), ...(edit ? { edit } : {}), ...well };
  return {
    ...known,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}

/** The plan of a scene's cluster, whichever client reaches it. */
export function planOf(client: ClusterClient, scene: Scene): Promise<UpgradePlan> {
  const { from = DEFAULT_WAY.from, to = DEFAULT_WAY.to, options = {} } = scene;
  const stops = ['v3.28.5', 'v3.29.7', 'v3.30.7', 'v3.31.7'];
  const files = scene.withoutFiles === true ? [] : [...new Set([from, to, ...stops])].map(filesOf);
  const source = createFakeManifestSource(Object.assign({}, ...files) as Record<string, string>);
  const target = options.target ?? versionOf(to);
  return runPlan(client, createManifestReader(source), buildOptions({ ...options, target }));
}

/** The codes of a plan's findings, each once; of those alone that say something, where that is asked for. */
export function codesOf({ findings }: UpgradePlan, says = /./): readonly string[] {
  return [...new Set(findings.filter(({ message }) => says.test(message)).map(({ code }) => code))];
}

/** Changes what a scene says that somebody changed. */
export async function patchObjects(client: ClusterClient, { patched }: Scene): Promise<void> {
  if (patched === undefined) return;
  const patch = { type: 'merge', body: patched.body } as const;
  await client.patch(patched.object, patch, { fieldManager: 'kubectl-edit' });
}
