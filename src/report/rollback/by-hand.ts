import { valueAt } from '../../cluster/fields.js';
import { nameOf } from '../../cluster/object-name.js';
import type { ObjectReference } from '../../ports/cluster-client.js';
import { BUNDLE_KINDS } from '../../upgrade/backup/bundle-kinds.js';
import { objectPath } from '../../upgrade/backup/bundle-path.js';
import type { Step } from '../../upgrade/engine/step.js';
import { isWritten } from '../../upgrade/restore/plan-rollback.js';
import type { RestoreItem } from '../../upgrade/restore/restore-item.js';
import type { RollbackOutcome } from '../../upgrade/restore/run-rollback.js';
import { quote, type WayBack } from '../run/way-back.js';

/** An object that is not yet as the bundle has it, and what makes it so. */
export interface HandStep {
  readonly object: string;
  /** The file of the bundle that has its good state; null where the bundle does not have it. */
  readonly file: string | null;
  /** For a shell. */
  readonly command: string;
}

/** What is left of a rollback that did not come to its end, for who has to do it by hand. */
export interface ByHand {
  /** Where the bundle is, and how to get it. */
  readonly bundle: string;
  /** In the order of the rollback. */
  readonly steps: readonly HandStep[];
  /** How many objects there are beside those. */
  readonly more: number;
  /** What no command of an object says. */
  readonly notes: readonly string[];
}

const MOST_STEPS = 200;
/** An object of another edition, or of another UID by now, is no reason to refuse. */
const REPLACED = ['/metadata/uid', '/metadata/resourceVersion'] as const;
/** As the rollback itself makes one: an owner or a finalizer of old may be nobody any more. */
const MADE = [...REPLACED, '/metadata/ownerReferences', '/metadata/finalizers', '/status'] as const;

/**
 * What is to be done by hand where a rollback did not come to its end: each object of its plan that a step which was not
 * done had to write, in the order of the steps. Null where nothing is left. Pure.
 */
export function byHand(
  { plan, ended, results }: Pick<RollbackOutcome, 'plan' | 'ended' | 'results'>,
  { inputs }: WayBack,
): ByHand | null {
  if (ended === 'done' || plan.verdict === 'nothing-to-do') return null;
  const done = new Set(results.filter(({ outcome }) => outcome === 'done').map(titleOf));
  const items = leftOf(plan.restoration.items.filter(isWritten), plan.steps, done);
  if (items.length === 0) return null;
  const place = inputs['backup-artifact'] ?? '';
  const [repository, runId] = splitRun(inputs['run-id'] ?? '');
  const folder = runId === '' ? place : 'backup';
  const kubectl =
    inputs['context'] === undefined ? 'kubectl' : `kubectl --context ${quote(inputs['context'])}`;
  const inFiles = items.filter(({ object }) => object.kind !== 'Secret');
  return {
    bundle:
      runId === ''
        ? `The bundle is the directory ${place}.`
        : `Fetch the bundle first: gh run download ${runId} --repo ${quote(repository)} --name ${quote(place)} --dir ${folder}`,
    steps: inFiles.slice(0, MOST_STEPS).map((item) => handStep(item, folder, kubectl)),
    more: Math.max(0, inFiles.length - MOST_STEPS),
    notes: [...notesOnNodes(plan, items), ...notesOnSecrets(items, folder)],
  };
}

function titleOf({ stage, title }: Pick<Step, 'stage' | 'title'>): string {
  return `${stage}: ${title}`;
}

/** What is left, by the last step that writes it: roles have the rules of both releases until then. */
function leftOf(
  items: readonly RestoreItem[],
  steps: readonly Step[],
  done: ReadonlySet<string>,
): readonly RestoreItem[] {
  const last = new Map<string, number>();
  const written = new Set<string>();
  for (const [index, step] of steps.entries()) {
    for (const { object } of step.writes) {
      written.add(keyOf(object));
      if (!done.has(titleOf(step))) last.set(keyOf(object), index);
    }
  }
  const at = ({ object }: RestoreItem): number => last.get(keyOf(object)) ?? steps.length;
  return items
    .filter(({ object }) => last.has(keyOf(object)) || !written.has(keyOf(object)))
    .sort((a, b) => at(a) - at(b));
}

function keyOf(object: ObjectReference): string {
  return `${object.apiVersion} ${nameOf(object)}`;
}

function handStep({ object, action, saved }: RestoreItem, folder: string, kubectl: string): HandStep {
  const file = action === 'delete' ? null : fileOf(object);
  if (file === null) return { object: nameOf(object), file, command: `${kubectl} ${deletion(object)}` };
  const [paths, verb] = action === 'create' ? [MADE, 'create'] : [REPLACED, 'replace'];
  // What is not there cannot be removed
  const removed = paths.filter((path) => valueAt(saved, ...path.slice(1).split('/')) !== undefined);
  const patch = JSON.stringify(removed.map((path) => ({ op: 'remove', path })));
  const without = `kubectl patch --local -f ${quote(`${folder}/${file}`)} --type=json -p '${patch}' -o json`;
  return { object: nameOf(object), file, command: `${without} | ${kubectl} ${verb} -f -` };
}

function fileOf(object: ObjectReference): string | null {
  const kind = kindOf(object);
  return kind === undefined ? null : objectPath(kind, object);
}

function kindOf({ apiVersion, kind }: ObjectReference): (typeof BUNDLE_KINDS)[number] | undefined {
  return BUNDLE_KINDS.find((one) => one.apiVersion === apiVersion && one.kind === kind);
}

/** With its version and group, since Kubernetes and Calico both have a NetworkPolicy. */
function deletion(object: ObjectReference): string {
  const [group, version] = object.apiVersion.includes('/') ? object.apiVersion.split('/') : [];
  const plural = kindOf(object)?.plural ?? object.kind.toLowerCase();
  const resource = group === undefined ? plural : `${plural}.${version ?? ''}.${group}`;
  const where = object.namespace === null ? '' : ` -n ${quote(object.namespace)}`;
  return `delete ${resource} ${quote(object.name)}${where}`;
}

function notesOnNodes({ restoration }: RollbackOutcome['plan'], items: readonly RestoreItem[]): string[] {
  const { node, hasOperator } = restoration;
  if (node === null) return [];
  const { name, namespace = '' } = node.saved.metadata;
  if (hasOperator) {
    return [
      `The operator may be stopped: kubectl -n tigera-operator get deployment tigera-operator. Once its own object is back it brings ${name} back, node by node.`,
    ];
  }
  const isLeft = items.some(({ object }) => object.kind === 'DaemonSet' && object.name === name);
  const before = isLeft ? `Once DaemonSet ${namespace}/${name} is back, ` : '';
  return [
    `${before}kubectl -n ${namespace} get daemonset ${name} -o jsonpath='{.spec.updateStrategy.type}' says how its pods change. Where that is OnDelete, they are made anew node by node: kubectl -n ${namespace} delete pod -l k8s-app=${name} --field-selector spec.nodeName=NODE, then wait until the new one is Ready (kubectl -n ${namespace} get pods -l k8s-app=${name} -o wide).`,
  ];
}

function notesOnSecrets(items: readonly RestoreItem[], folder: string): string[] {
  const secrets = items.filter(({ object }) => object.kind === 'Secret').map(({ object }) => nameOf(object));
  if (secrets.length === 0) return [];
  return [`${secrets.slice(0, 5).join(', ')}: encrypted in ${folder}/secrets.age (age --decrypt).`];
}

/** `owner/name/7`: the repository, and the number of the run; both empty where it is a directory. */
function splitRun(text: string): readonly [repository: string, runId: string] {
  const at = text.lastIndexOf('/');
  return [text.slice(0, Math.max(0, at)), text.slice(at + 1)];
}

/** For a terminal, and wherever text stands as it is. */
export function byHandLines({ bundle, steps, more, notes }: ByHand): readonly string[] {
  return [
    bundle,
    ...steps.map(({ object, command }) => `${command}  # ${object}`),
    ...(more > 0 ? [`# … and ${more} more objects: see the mode plan with this bundle`] : []),
    ...notes,
  ];
}
