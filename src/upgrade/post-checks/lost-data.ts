import { nameOf } from '../../cluster/object-name.js';
import { isConfiguration, type KeptObject } from './user-data.js';
import { failure, NOTHING, together, type Verdict, warning } from './verdict.js';

type Data = ReadonlyMap<string, KeptObject>;

/** Of the whole cluster's, and changed by hand alone: that one goes in the middle of an upgrade is no everyday matter. */
const NEVER_GO: ReadonlySet<string> = new Set([
  'GlobalNetworkPolicy',
  'AdminNetworkPolicy',
  'BaselineAdminNetworkPolicy',
  'ClusterNetworkPolicy',
]);
const MOST_NAMED = 20;

/**
 * What is not there any more. A deletion leaves no trace of who asked for it: what is of the whole cluster's is a failure,
 * and so is a kind of which nothing is left; single objects of kinds that come and go with workloads are named.
 */
export function lostData(before: Data, after: Data, gone: ReadonlySet<string>): Verdict {
  const kinds = new Set([...before.values()].map(({ reference }) => reference.kind));
  return together([...kinds].map((kind) => lostOf(kind, before, after, gone)));
}

function lostOf(kind: string, before: Data, after: Data, gone: ReadonlySet<string>): Verdict {
  const had = [...before.values()].filter(({ reference }) => reference.kind === kind);
  const lost = had.filter(
    ({ reference }) =>
      !after.has(nameOf(reference)) && !gone.has(reference.namespace ?? '') && !isRenamed(reference, after),
  );
  const [first] = lost;
  if (!first) return NOTHING;
  const names = lost.slice(0, MOST_NAMED).map(({ reference }) => nameOf(reference));
  const more = lost.length > MOST_NAMED ? `, and ${lost.length - MOST_NAMED} more` : '';
  const text = `${lost.length} of ${had.length} ${kind} objects are gone: ${names.join(', ')}${more}.`;
  const isAll = lost.length === had.length && lost.length > 1;
  if (isAll || isConfiguration(first.reference) || NEVER_GO.has(kind)) return failure(text);
  return warning(`${text} Somebody deleted them meanwhile, or something that should not have.`);
}

/** From v3.32 on policies of the tier default are called without their prefix. */
function isRenamed({ name, ...place }: KeptObject['reference'], after: Data): boolean {
  const PREFIX = 'default.';
  return name.startsWith(PREFIX) && after.has(nameOf({ ...place, name: name.slice(PREFIX.length) }));
}
