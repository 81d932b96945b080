import { canonicalText } from '../../cluster/fields.js';
import type { NodeAddresses, Snapshot } from './snapshot.js';
import { failure, few, NOTHING, together, type Verdict, warning } from './verdict.js';

/** By which the others reach a node: BGP's sessions and routes go there. */
const ADDRESS = /^projectcalico\.org\/IPv[46]Address$/;
/** Those of tunnels, and what BGP goes by; other annotations say nothing of the network. */
const OTHER = /^projectcalico\.org\/(?:\w+Addr|ASNumber|RouteReflectorClusterID)$/;

/** Holds the addresses of nodes that are still there to what they were: calico-node finds them anew when it starts. Says which left. Pure. */
export function compareNodes(before: Snapshot['nodes'], after: Snapshot['nodes']): Verdict {
  const verdicts = [...before].flatMap(([name, was]) => {
    const now = after.get(name);
    if (now) return compareNode(name, was, now);
    return [
      warning(`Node ${name} left the cluster meanwhile, and took no part in the upgrade from then on.`),
    ];
  });
  return few(together(verdicts));
}

function compareNode(name: string, before: NodeAddresses, after: NodeAddresses): readonly Verdict[] {
  const isNodesOwn = canonicalText(before.internal) !== canonicalText(after.internal);
  return Object.entries(before.calico).map(([field, was]) => {
    const now = after.calico[field];
    if (now === was || !(ADDRESS.test(field) || OTHER.test(field))) return NOTHING;
    const text = `Node ${name}: ${field} was ${was} and is ${now ?? 'not set'}.`;
    if (!ADDRESS.test(field)) return warning(text);
    if (isNodesOwn) return warning(`${text} The node itself has other addresses now.`);
    return failure(`${text} calico-node found another address for it: look at its address autodetection.`);
  });
}
