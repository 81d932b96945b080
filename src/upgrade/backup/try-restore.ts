import { nameOf, referenceOf } from '../../cluster/object-name.js';
import { ClusterError } from '../../errors.js';
import type { BundleReader } from '../../ports/bundle.js';
import type { ClusterClient } from '../../ports/cluster-client.js';
import { refusalOf } from '../plan/refusal.js';
import { FIELD_MANAGER } from '../plan/try-changes.js';
import type { BundleKind } from './bundle-kinds.js';
import { eachInParallel } from './each-in-parallel.js';
import { type BundleObject, readObjects } from './verify-bundle.js';
import { writable } from './writable-object.js';

/** What the API server said when it was asked, without writing, to take the objects of a bundle back. */
export interface Trial {
  /** How many objects it was asked about. */
  readonly tried: number;
  /** Each in the server's own words, which name the object. Where there are very many the rest is not tried. */
  readonly refused: readonly string[];
  /** Of objects that are gone or changed on the cluster since: it may be for that, and no fault of the bundle. */
  readonly refusedSince: readonly string[];
  /** Names of objects that a webhook takes no dry run of. */
  readonly untried: readonly string[];
}

export interface TrialOptions {
  /** Whether an object is as it is on the cluster. */
  readonly isCurrent: (one: BundleObject) => boolean;
  /** Is told of each object before it is tried, and how many were before it. */
  readonly onObject: (one: BundleObject, before: number) => void;
}

/** Requests at a time: enough to keep the API server busy, few enough to leave it to others. */
const WIDTH = 8;
/** A webhook that does not answer costs half a minute an object. */
const MOST_REFUSALS = 24;
const NO_DRY_RUN = 'does not support dry run';

/** Whether a rollback writes objects of that kind: not run-time state, and no definitions. */
export function goesBack(kind: BundleKind): boolean {
  return kind.class !== 'state' && kind.kind !== 'CustomResourceDefinition';
}

/**
 * Tries all that a rollback would write back, object by object, without writing.
 *
 * @throws ClusterError where the server does not answer
 */
export async function tryRestore(
  client: ClusterClient,
  reader: BundleReader,
  { isCurrent, onObject }: TrialOptions,
): Promise<Trial> {
  const trial = { tried: 0, refused: [] as string[], refusedSince: [] as string[], untried: [] as string[] };
  const objects = readWhile(reader, () => trial.refused.length < MOST_REFUSALS);
  await eachInParallel(objects, WIDTH, async (one) => {
    onObject(one, trial.tried);
    trial.tried += 1;
    const refusal = await tryObject(client, one);
    if (refusal === null) return;
    if (refusal.includes(NO_DRY_RUN)) trial.untried.push(nameOf(referenceOf(one.object)));
    else (isCurrent(one) ? trial.refused : trial.refusedSince).push(refusal);
  });
  return trial;
}

async function* readWhile(reader: BundleReader, isWanted: () => boolean): AsyncGenerator<BundleObject> {
  for await (const one of readObjects(reader, goesBack)) {
    if (!isWanted()) return;
    yield one;
  }
}

/** Why the server would not take it, in its own words; null where it would. */
async function tryObject(client: ClusterClient, { object }: BundleObject): Promise<string | null> {
  try {
    await client.apply(writable(object), { fieldManager: FIELD_MANAGER, dryRun: true, force: true });
    return null;
  } catch (error) {
    if (!(error instanceof ClusterError) || refusalOf(error, []) === null) throw error;
    return error.message.replace(/\.$/, '');
  }
}
