import { asFields, type Fields, isSame, listAt } from './fields.js';

/**
 * Lists whose items kubectl merges by a key, as the Kubernetes types say (`patchMergeKey`); any other list is replaced
 * as a whole.
 *
 * @see https://github.com/kubernetes/community/blob/main/contributors/devel/sig-api-machinery/strategic-merge-patch.md
 */
const MERGE_KEYS: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  ephemeralContainers: 'name',
  env: 'name',
  volumes: 'name',
  volumeMounts: 'mountPath',
  volumeDevices: 'devicePath',
  imagePullSecrets: 'name',
  secrets: 'name',
  hostAliases: 'ip',
  topologySpreadConstraints: 'topologyKey',
  ownerReferences: 'uid',
};

/** What a patch is computed from. `original` is what was applied last; null where nobody knows. */
export interface ThreeWay {
  readonly original: Fields | null;
  readonly modified: Fields;
  readonly current: Fields;
}

/**
 * The patch that `kubectl apply` sends: what is new or changed in `modified` against `current`, and deletions of what
 * `original` had and `modified` has not. Null where there is nothing to do.
 */
export function strategicPatch(three: ThreeWay): Fields | null {
  const patch = patchFields(three, true);
  return Object.keys(patch).length > 0 ? patch : null;
}

/** As {@link strategicPatch}, for kinds that the server cannot merge strategically: lists are replaced whole. */
export function mergePatch(three: ThreeWay): Fields | null {
  const patch = patchFields(three, false);
  return Object.keys(patch).length > 0 ? patch : null;
}

function patchFields({ original, modified, current }: ThreeWay, isStrategic: boolean): Fields {
  const patch: Fields = {};
  for (const [name, value] of Object.entries(modified)) {
    const live = current[name];
    if (isSame(value, live)) continue;
    const key = isStrategic ? mergeKey(name, value, live) : null;
    if (key !== null) {
      Object.assign(patch, patchList({ name, key, value, live, original: original?.[name] }));
    } else {
      const nested = patchNested(original?.[name], value, live, isStrategic);
      if (nested !== undefined) patch[name] = nested;
    }
  }
  for (const name of Object.keys(original ?? {})) {
    if (!(name in modified) && name in current) patch[name] = null;
  }
  return patch;
}

/** The new value of a field that is no keyed list; undefined where the live one will do. */
function patchNested(original: unknown, value: unknown, live: unknown, isStrategic: boolean): unknown {
  const [modified, current] = [asFields(value), asFields(live)];
  if (!modified || !current) return value;
  const nested = patchFields({ original: asFields(original), modified, current }, isStrategic);
  return Object.keys(nested).length > 0 ? nested : undefined;
}

/** By what the items of a list are merged; null where the list is replaced as a whole. */
function mergeKey(name: string, value: unknown, live: unknown): string | null {
  if (!Array.isArray(value) || !Array.isArray(live)) return null;
  const key =
    name === 'ports' ? portKey([...(value as unknown[]), ...(live as unknown[])]) : MERGE_KEYS[name];
  const hasKeys = (list: readonly unknown[]): boolean =>
    list.every((item) => asFields(item)?.[key ?? ''] !== undefined);
  return key !== undefined && hasKeys(value) && hasKeys(live) ? key : null;
}

/** Ports of a container are merged by their number in it, those of a Service by its own. */
function portKey(ports: readonly unknown[]): string {
  return ports.some((port) => asFields(port)?.['containerPort'] !== undefined) ? 'containerPort' : 'port';
}

interface KeyedList {
  readonly name: string;
  readonly key: string;
  readonly value: unknown;
  readonly live: unknown;
  readonly original: unknown;
}

/** The patch of a keyed list, with the order that its items have to have; empty where nothing changes. */
function patchList({ name, key, value, live, original }: KeyedList): Fields {
  const modified = byKey(value, key);
  const current = byKey(live, key);
  const applied = byKey(original, key);
  const items: Fields[] = [];
  for (const [id, item] of modified) {
    const patch = patchFields(
      { original: applied.get(id) ?? null, modified: item, current: current.get(id) ?? {} },
      true,
    );
    if (Object.keys(patch).length > 0) items.push({ ...patch, [key]: item[key] });
  }
  for (const [id, item] of applied) {
    if (!modified.has(id) && current.has(id)) items.push({ $patch: 'delete', [key]: item[key] });
  }
  if (items.length === 0) return {};
  return {
    [`$setElementOrder/${name}`]: [...modified.values()].map((item) => ({ [key]: item[key] })),
    [name]: items,
  };
}

function byKey(list: unknown, key: string): Map<string, Fields> {
  return new Map(listAt(list).map((item) => [String(item[key]), item]));
}
