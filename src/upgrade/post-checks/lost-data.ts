import { textAt } from '../../cluster/fields.js';
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

/** What left the cluster meanwhile, by name: what belonged to it goes with it. */
export interface Gone {
  /** Those that are still going, too. */
  readonly namespaces: ReadonlySet<string>;
  readonly nodes: ReadonlySet<string>;
}

/**
 * What is not there any more. A deletion leaves no trace of who asked for it: what is of the whole cluster's is a failure,
 * and so is a kind of which nothing is left; single objects of kinds that come and go with workloads are named.
 */
export function lostData(before: Data, after: Data, gone: Gone): Verdict {
  const kinds = new Set([...before.values()].map(({ reference }) => reference.kind));
  return together([...kinds].map((kind) => lostOf(kind, before, after, gone)));
}

function lostOf(kind: string, before: Data, after: Data, gone: Gone): Verdict {
  const had = [...before.values()].filter(({ reference }) => reference.kind === kind);
  const lost = had.filter(
    (object) =>
      !after.has(nameOf(object.reference)) && !wentAlong(object, gone) && !isRenamed(object.reference, after),
  );
  const [first] = lost;
  if (!first) return NOTHING;
  const names = lost.slice(0, MOST_NAMED).map(({ reference }) => nameOf(reference));
  const more = lost.length > MOST_NAMED ? `, and ${lost.length - MOST_NAMED} more` : '';
  const text = `${lost.length} of ${had.length} ${kind} objects are gone: ${names.join(', ')}${more}.`;
  const isLeft = [...after.values()].some(({ reference }) => reference.kind === kind);
  const isAll = lost.length === had.length && lost.length > 1 && !isLeft;
  if (isAll || isConfiguration(first.reference) || NEVER_GO.has(kind)) return failure(text);
  return warning(`${text} Somebody deleted them meanwhile, or something that should not have.`);
}

/** @see https://github.com/projectcalico/calico/blob/v3.31.0/libcalico-go/lib/clientv3/node.go */
function wentAlong({ reference, spec }: KeptObject, { namespaces, nodes }: Gone): boolean {
  const { kind, namespace, name } = reference;
  if (namespaces.has(namespace ?? '')) return true;
  if (kind === 'BGPPeer') return nodes.has(textAt(spec, 'node'));
  const OF_NODE = 'node.';
  const isOfOne = ['FelixConfiguration', 'BGPConfiguration'].includes(kind) && name.startsWith(OF_NODE);
  return isOfOne && nodes.has(name.slice(OF_NODE.length));
}

/** From v3.32 on policies of the tier default are called without their prefix. */
function isRenamed({ name, ...place }: KeptObject['reference'], after: Data): boolean {
  const PREFIX = 'default.';
  return name.startsWith(PREFIX) && after.has(nameOf({ ...place, name: name.slice(PREFIX.length) }));
}
