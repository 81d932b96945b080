import { ClusterError } from '../../src/errors.js';
import type {
  ClusterClient,
  KubernetesObject,
  ObjectReference,
  Patch,
} from '../../src/ports/cluster-client.js';
import { asObject, copyOf, type Fields, isSame, listAt, nameOf, referenceOf } from './fields.js';
import { lastApplied, withLastApplied } from './last-applied.js';
import { mergePatch, strategicPatch, type ThreeWay } from './three-way-patch.js';

/** Which command of kubectl brings an object in. */
export type Command = 'create' | 'apply' | 'apply --server-side' | 'replace';

/** Names under which kubectl's commands own fields; tried with kubectl v1.32 against a real API server. */
export const KUBECTL_MANAGERS = {
  create: 'kubectl-create',
  apply: 'kubectl-client-side-apply',
  'apply --server-side': 'kubectl',
  replace: 'kubectl-replace',
  edit: 'kubectl-edit',
  'set env': 'kubectl-set',
  patch: 'kubectl-patch',
} as const;

export interface KubectlOptions {
  /** `--field-manager`; the command's own where nothing is said. */
  readonly fieldManager?: string;
}

/** Brings an object in as a kubectl command does: with its field manager and, for `apply`, its annotation. */
export async function runKubectl(
  client: ClusterClient,
  command: Command,
  object: KubernetesObject,
  options: KubectlOptions = {},
): Promise<KubernetesObject> {
  const fieldManager = options.fieldManager ?? KUBECTL_MANAGERS[command];
  if (command === 'apply --server-side') return client.apply(object, { fieldManager, force: true });
  if (command === 'create') return client.create(object, { fieldManager });
  const live = await client.get(referenceOf(object));
  if (command === 'apply') {
    return live
      ? reapply(client, live, object, fieldManager)
      : client.create(asObject(withLastApplied(object)), { fieldManager });
  }
  if (!live) throw notFound(referenceOf(object));
  return client.replace(object, { fieldManager });
}

/**
 * Changes a live object as `kubectl edit` does: only what the change touches is sent, and the annotation of an earlier
 * `kubectl apply` stays as it was.
 */
export function editLive(
  client: ClusterClient,
  reference: ObjectReference,
  change: (fields: Fields) => void,
): Promise<KubernetesObject> {
  return changeLive(client, reference, change, KUBECTL_MANAGERS.edit);
}

/** `kubectl set env KIND/NAME -c CONTAINER NAME=VALUE …`; null removes a variable. */
export function setEnv(
  client: ClusterClient,
  reference: ObjectReference,
  container: string,
  env: Readonly<Record<string, string | null>>,
): Promise<KubernetesObject> {
  const change = (fields: Fields): void => {
    const found = containersOf(fields).find((item) => item['name'] === container);
    if (found) found['env'] = changedEnv(found['env'], env);
  };
  return changeLive(client, reference, change, KUBECTL_MANAGERS['set env']);
}

/** The containers of a workload's pods that are no init containers. */
export function containersOf(workload: Fields): Fields[] {
  return listAt(workload, 'spec', 'template', 'spec', 'containers');
}

/** Environment variables with some set, in place where they are there already, and some (null) removed. */
export function changedEnv(list: unknown, env: Readonly<Record<string, string | null>>): Fields[] {
  const kept = listAt(list).flatMap((item) => {
    const value = env[String(item['name'])];
    if (value === null) return [];
    return [value === undefined ? item : { name: item['name'], value }];
  });
  const names = new Set(kept.map((item) => item['name']));
  const added = Object.entries(env).filter(([name, value]) => value !== null && !names.has(name));
  return [...kept, ...added.map(([name, value]) => ({ name, value }))];
}

async function changeLive(
  client: ClusterClient,
  reference: ObjectReference,
  change: (fields: Fields) => void,
  fieldManager: string,
): Promise<KubernetesObject> {
  const live = await client.get(reference);
  if (!live) throw notFound(reference);
  const modified = copyOf(live);
  change(modified);
  const patch = patchOf(live, { original: copyOf(live), modified, current: copyOf(live) });
  return patch ? client.patch(reference, patch, { fieldManager }) : live;
}

async function reapply(
  client: ClusterClient,
  live: KubernetesObject,
  object: KubernetesObject,
  fieldManager: string,
): Promise<KubernetesObject> {
  const modified = withLastApplied(object);
  const patch = patchOf(live, { original: lastApplied(live), modified, current: copyOf(live) });
  return patch ? client.patch(referenceOf(object), patch, { fieldManager }) : live;
}

/** kubectl sends a strategic merge patch where the server knows the Go type, and a merge patch for custom resources. */
function patchOf(live: KubernetesObject, three: ThreeWay): Patch | null {
  if (isSame(three.modified, three.current)) return null;
  if (isBuiltIn(live.apiVersion)) {
    const body = strategicPatch(three);
    return body && { type: 'strategic', body };
  }
  const body = mergePatch(three);
  return body && { type: 'merge', body };
}

/** Whether the server has a Go type for a group: those of Kubernetes itself have no dot or end in `k8s.io`. */
function isBuiltIn(apiVersion: string): boolean {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return !group.includes('.') || (group.endsWith('.k8s.io') && group !== 'policy.networking.k8s.io');
}

function notFound(reference: ObjectReference): ClusterError {
  const failure = { verb: 'get', resource: nameOf(reference), status: 404 };
  return new ClusterError(failure, `${nameOf(reference)} is not there.`, 'Install it first.');
}
