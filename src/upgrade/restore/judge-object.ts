import { installObjects } from '../../catalog/queries.js';
import { groupOf, referenceOf } from '../../cluster/object-name.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { BundleKind } from '../backup/bundle-kinds.js';
import { sameContent } from '../engine/same-content.js';
import { fieldChanges } from '../plan/field-changes.js';
import type { StageName } from '../plan/stage-name.js';
import { stageOf } from '../plan/stages.js';
import { inPlaceOf } from '../engine/write-object.js';
import { isRendered, OPERATOR_GROUP, ownersOf } from './rendered.js';
import type { ConflictChoice, RestoreAction, RestoreItem } from './restore-item.js';
import { onlyCalicoWrote, whyOverwritten } from './writers-since.js';

/** What a judgement goes by. */
export interface JudgeContext {
  /** When the bundle was made. */
  readonly createdAt: string;
  /** Whether an operator renders the install, so that what it renders is its own to put right. */
  readonly hasOperator: boolean;
  readonly choice: ConflictChoice;
  /** The operator's resources that the bundle has, and those that go: `Installation default`. */
  readonly resources: ReadonlySet<string>;
}

/** What is to be done about an object of the bundle; null where nothing is: it is as it was, or is not ours to write. */
export function judgeSaved(
  kind: BundleKind,
  saved: KubernetesObject,
  live: KubernetesObject | null,
  context: JudgeContext,
): RestoreItem | null {
  if (kind.class === 'state' || isAutomatic(saved)) return null;
  if (context.hasOperator && isRendered(saved)) return null;
  const item = itemOf(kind, { saved, live }, context);
  if (live === null) {
    if (kind.class === 'install') return item('create', '');
    return choose(item, context, 'create', 'It was there when the backup was made and is not now.');
  }
  // Newer definitions stay: older components pass over what they do not know, older definitions drop it
  if (kind.kind === 'CustomResourceDefinition' || sameContent(live, saved)) return null;
  if (kind.class === 'install') return item('replace', whyOverwritten(saved, live, context.createdAt));
  if (onlyCalicoWrote(live, context.createdAt)) {
    return item('replace', 'Only Calico itself has written it since the backup.');
  }
  return choose(item, context, 'replace', 'It was changed since the backup.');
}

/** What is to be done about an object that the bundle does not have; null where nothing is. */
export function judgeLive(
  kind: BundleKind,
  live: KubernetesObject,
  context: JudgeContext,
): RestoreItem | null {
  if (kind.class === 'state' || isAutomatic(live) || live.metadata.deletionTimestamp !== undefined) {
    return null;
  }
  if (kind.kind === 'CustomResourceDefinition') return null;
  const item = itemOf(kind, { saved: null, live }, context);
  if (kind.class === 'user') return judgeMade(item, live, context);
  if (kind.kind === 'Namespace') return item('keep', 'Deleting a namespace deletes all that is in it.');
  if (context.hasOperator && isRendered(live)) return judgeRendered(item, live, context);
  if (isOfUpstream(live)) return item('delete', 'The newer release brought it.');
  return item('keep', 'It is not of upstream’s files, so it may be somebody’s own.');
}

/** What users write, and what goes with the newer release all the same: resources that it brought, and what is theirs. */
function judgeMade(item: MakeItem, live: KubernetesObject, context: JudgeContext): RestoreItem {
  const isOperators = context.hasOperator && groupOf(live.apiVersion) === OPERATOR_GROUP;
  if (isOperators && onlyCalicoWrote(live)) {
    return item('delete', 'The upgrade made it for the newer release, and nobody else has written it.');
  }
  if (context.hasOperator && ownersOf(live).length > 0) return judgeRendered(item, live, context);
  return item('keep', 'It was made since the backup.');
}

/** Only what the operator made for resources that it had before as well is of the newer release alone. */
function judgeRendered(item: MakeItem, live: KubernetesObject, { resources }: JudgeContext): RestoreItem {
  const owners = ownersOf(live);
  if (owners.length === 0) return item('keep', 'The operator does not own it, so it may be somebody’s own.');
  if (owners.some((owner) => resources.has(owner))) {
    return item('delete', 'The operator of the newer release made it; the older one does not know it.');
  }
  return item('keep', `It belongs to ${owners.join(', ')}, which was made since the backup.`);
}

type MakeItem = (action: RestoreAction, why: string) => RestoreItem;

function itemOf(
  kind: BundleKind,
  { saved, live }: Pick<RestoreItem, 'saved' | 'live'>,
  context: JudgeContext,
): MakeItem {
  const object = saved ?? live;
  if (object === null) throw new Error('neither saved nor live');
  return (action, why) => ({
    object: referenceOf(object),
    class: kind.class,
    action,
    stage: restoreStageOf(kind, object, context),
    why,
    fields: saved && live ? fieldChanges(live, inPlaceOf(saved, live)) : [],
    live,
    saved,
  });
}

function choose(item: MakeItem, { choice }: JudgeContext, action: RestoreAction, what: string): RestoreItem {
  if (choice === 'bundle') return item(action, what);
  if (choice === 'live') return item('keep', what);
  return item('conflict', what);
}

/** The stage of a rollback that writes an object. */
export function restoreStageOf(
  { class: of }: BundleKind,
  object: KubernetesObject,
  { hasOperator }: Pick<JudgeContext, 'hasOperator'>,
): StageName {
  const group = groupOf(object.apiVersion);
  if (group === OPERATOR_GROUP) return hasOperator ? 'operator' : 'data';
  if (of === 'user') return 'data';
  if (object.kind === 'Namespace') return 'rbac';
  // Where their server is not well, they keep everything from being written: they come after it
  if (group === 'admissionregistration.k8s.io') return 'apiserver';
  return stageOf(object);
}

/** Host endpoints that kube-controllers makes and deletes as nodes come and go. */
function isAutomatic({ kind, metadata }: KubernetesObject): boolean {
  return (
    kind === 'HostEndpoint' && metadata.labels?.['projectcalico.org/created-by'] === 'calico-kube-controllers'
  );
}

const OF_UPSTREAM: ReadonlySet<string> = new Set(installObjects().map(({ kind, name }) => `${kind} ${name}`));

function isOfUpstream({ kind, metadata }: KubernetesObject): boolean {
  return OF_UPSTREAM.has(`${kind} ${metadata.name}`);
}
