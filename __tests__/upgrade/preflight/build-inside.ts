import type { BackendRules, NodeState } from '../../../src/cluster/node-state.js';
import { buildInside, buildNode, buildRules } from '../../cluster/build-state.js';

/** A node with these files of CNI configuration, and the types in them. */
export function nodeWithFiles(
  files: Readonly<Record<string, readonly string[]>>,
  name = 'worker-1',
): NodeState {
  const cniFiles = Object.entries(files).map(([file, types]) => ({ name: file, types }));
  return buildNode(name, { inside: buildInside({ cniFiles }) });
}

/** A node with these rules; none in a backend of which nothing is said. */
export function nodeWithRules(
  {
    legacy = {},
    nft = {},
  }: { readonly legacy?: Partial<BackendRules>; readonly nft?: Partial<BackendRules> },
  name = 'worker-1',
): NodeState {
  const iptables = { legacy: buildRules(legacy), nft: buildRules(nft) };
  return buildNode(name, { inside: buildInside({ iptables }) });
}
