import type { KubernetesObject, Patch } from '../../src/ports/cluster-client.js';
import { isMembers, isSame, itemKey } from './fake-cluster-client-fields.js';

/** The object with what was applied on top: maps and lists of named items are merged, the rest is replaced. */
export function mergeApplied(live: unknown, applied: unknown, name = ''): unknown {
  if (Array.isArray(applied)) return mergeList(live, applied, name, mergeApplied);
  if (!isMembers(applied)) return applied;
  const merged: Record<string, unknown> = isMembers(live) ? { ...live } : {};
  for (const [key, value] of Object.entries(applied)) merged[key] = mergeApplied(merged[key], value, key);
  return merged;
}

type Merge = (live: unknown, change: unknown, name: string) => unknown;

function mergeList(live: unknown, changes: readonly unknown[], name: string, merge: Merge): unknown {
  if (!Array.isArray(live) || changes.some((item) => itemKey(name, item) === null)) return changes;
  const merged = [...(live as unknown[])];
  for (const change of changes) {
    const key = itemKey(name, change);
    const index = merged.findIndex((item) => itemKey(name, item) === key);
    if (isMembers(change) && change['$patch'] === 'delete') merged.splice(index, index < 0 ? 0 : 1);
    else if (index < 0) merged.push(change);
    else merged[index] = merge(merged[index], change, '');
  }
  return merged;
}

/** The object after a patch; throws a text where it cannot be applied. */
export function applyPatch(live: KubernetesObject, patch: Patch): KubernetesObject {
  if (patch.type === 'json')
    return patch.body.reduce<unknown>(applyOperation, structuredClone(live)) as KubernetesObject;
  const merge = patch.type === 'merge' ? mergePatch : strategicPatch;
  return merge(live, patch.body, '') as KubernetesObject;
}

const mergePatch: Merge = (live, change) => {
  if (!isMembers(change)) return change;
  const merged: Record<string, unknown> = isMembers(live) ? { ...live } : {};
  for (const [key, value] of Object.entries(change)) {
    if (value === null) Reflect.deleteProperty(merged, key);
    else merged[key] = mergePatch(merged[key], value, key);
  }
  return merged;
};

const strategicPatch: Merge = (live, change, name) => {
  if (Array.isArray(change)) return mergeList(live, change, name, strategicPatch);
  if (!isMembers(change)) return change;
  const merged: Record<string, unknown> = isMembers(live) ? { ...live } : {};
  for (const [key, value] of Object.entries(change)) {
    if (value === null) Reflect.deleteProperty(merged, key);
    else merged[key] = strategicPatch(merged[key], value, key);
  }
  return merged;
};

function applyOperation(root: unknown, operation: Readonly<Record<string, unknown>>): unknown {
  const path = String(operation['path'])
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = path.pop() ?? '';
  const parent = path.reduce<unknown>(
    (value, part) => (value as Record<string, unknown> | null)?.[part],
    root,
  );
  if (typeof parent !== 'object' || parent === null)
    throw new Error(`there is no ${String(operation['path'])}`);
  const members = parent as Record<string, unknown>;
  const isThere = Object.hasOwn(members, last);
  switch (operation['op']) {
    case 'test':
      if (!isSame(members[last], operation['value'])) throw new Error('test failed');
      break;
    case 'remove':
      if (!isThere) throw new Error(`there is no ${String(operation['path'])}`);
      if (Array.isArray(parent)) parent.splice(Number(last), 1);
      else Reflect.deleteProperty(members, last);
      break;
    case 'add':
    case 'replace':
      // Of a map, an API server replaces also what is not there.
      if (operation['op'] === 'replace' && Array.isArray(parent) && !isThere)
        throw new Error(`there is no ${String(operation['path'])}`);
      if (!Array.isArray(parent)) members[last] = operation['value'];
      else if (operation['op'] === 'replace') parent[Number(last)] = operation['value'];
      else parent.splice(last === '-' ? parent.length : Number(last), 0, operation['value']);
      break;
    default:
      throw new Error(`this fake has no ${String(operation['op'])}`);
  }
  return root;
}
