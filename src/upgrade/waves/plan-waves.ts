import type { NodeState } from '../../cluster/node-state.js';
import { kernelVersion } from '../preflight/kernel.js';

/** Nodes that change together. No node of the next wave changes before these are well. */
export interface Wave {
  readonly kind: 'canary' | 'workers' | 'control-plane';
  /** Sorted by name. */
  readonly nodes: readonly string[];
}

export interface WaveOptions {
  /** How many nodes change first, at least; one of each class where that is more. */
  readonly canaryNodes: number;
  /** Width of the waves after the canary. */
  readonly maxUnavailable: Width;
}

/** A number of nodes, or a share of them in percent. */
export type Width = { readonly nodes: number } | { readonly percent: number };

export interface WavePlan {
  readonly waves: readonly Wave[];
  /** Nodes that take no part, and why. */
  readonly leftOut: readonly { readonly node: string; readonly reason: string }[];
  /** Those of them that would take part if they were Ready. */
  readonly unready: readonly string[];
  /** The classes that the canary stands for, and its nodes: each breaks in its own way. */
  readonly classes: readonly { readonly name: string; readonly canary: string; readonly nodes: number }[];
}

/**
 * The order in which nodes get the new calico-node: canaries first, one of each class of operating system, kernel
 * minor, architecture and runtime, workers before control-plane nodes; then the rest in waves, control-plane nodes last
 * and one by one. Nodes that are not Ready, virtual or run Windows are left out.
 */
export function planWaves(nodes: readonly NodeState[], options: WaveOptions): WavePlan {
  const leftOut = leaveOut(nodes);
  const names = new Set(leftOut.map(({ node }) => node));
  const taking = [...nodes].filter(({ name }) => !names.has(name)).sort(byPreference);
  const classes = groupByClass(taking);
  const canary = chooseCanary(taking, classes, options.canaryNodes);
  const rest = taking.filter(({ name }) => !canary.includes(name));
  const width = widthOf(options.maxUnavailable, taking.length);
  const workers = rest.filter(({ isControlPlane }) => !isControlPlane).map(({ name }) => name);
  const controlPlane = rest.filter(({ isControlPlane }) => isControlPlane).map(({ name }) => name);
  return {
    waves: [
      ...(canary.length > 0 ? [{ kind: 'canary' as const, nodes: [...canary].sort() }] : []),
      ...chunk(workers, width).map((chunked) => ({ kind: 'workers' as const, nodes: chunked })),
      ...chunk(controlPlane, 1).map((chunked) => ({ kind: 'control-plane' as const, nodes: chunked })),
    ],
    leftOut,
    unready: unreadyNodes(nodes),
    classes: [...classes].map(([name, members]) => ({
      name,
      canary: members.find((member) => canary.includes(member.name))?.name ?? '',
      nodes: members.length,
    })),
  };
}

/** Nodes of a wave: at least one, never more than there are. A share is rounded down: the smaller wave is the safer. */
export function widthOf(width: Width, nodes: number): number {
  const wanted = 'nodes' in width ? width.nodes : Math.floor((nodes * width.percent) / 100);
  return Math.max(1, Math.min(wanted, Math.max(1, nodes)));
}

/** What a node has in common with those that would break in the same way. */
export function classOf({ osImage, kernel, architecture, runtime }: NodeState): string {
  const version = kernelVersion(kernel);
  const minor = version ? `${version.major}.${version.minor}` : kernel;
  const engine = runtime.replace(/:\/\/(\d+\.\d+).*$/, ' $1');
  return `${osImage}, kernel ${minor}, ${architecture}, ${engine}`;
}

/** Nodes that take no part in an upgrade, and why. */
export function leaveOut(nodes: readonly NodeState[]): WavePlan['leftOut'] {
  return nodes.flatMap(whyLeftOut);
}

/** Nodes that calico-node runs on and that are not Ready: their pods change when they come back. */
export function unreadyNodes(nodes: readonly NodeState[]): readonly string[] {
  return nodes
    .filter(({ isVirtual, os, isReady }) => !isVirtual && os !== 'windows' && !isReady)
    .map(({ name }) => name);
}

function whyLeftOut({ name, isVirtual, os, isReady }: NodeState): { node: string; reason: string }[] {
  if (isVirtual) return [{ node: name, reason: 'calico-node does not run on virtual nodes' }];
  if (os === 'windows') return [{ node: name, reason: 'Windows nodes have a procedure of their own' }];
  if (!isReady) return [{ node: name, reason: 'not Ready: it gets the new calico-node when it comes back' }];
  return [];
}

/** Workers first, then by name: a canary should not be a control-plane node where it can be helped. */
function byPreference(a: NodeState, b: NodeState): number {
  return Number(a.isControlPlane) - Number(b.isControlPlane) || (a.name < b.name ? -1 : 1);
}

function groupByClass(nodes: readonly NodeState[]): ReadonlyMap<string, readonly NodeState[]> {
  const classes = new Map<string, NodeState[]>();
  for (const node of nodes) {
    const name = classOf(node);
    const members = classes.get(name);
    if (members) members.push(node);
    else classes.set(name, [node]);
  }
  return classes;
}

function chooseCanary(
  nodes: readonly NodeState[],
  classes: ReadonlyMap<string, readonly NodeState[]>,
  atLeast: number,
): readonly string[] {
  const firsts = [...classes.values()].flatMap(([first]) => (first ? [first.name] : []));
  const others = nodes.map(({ name }) => name).filter((name) => !firsts.includes(name));
  return [...firsts, ...others.slice(0, Math.max(0, atLeast - firsts.length))];
}

function chunk(names: readonly string[], size: number): readonly (readonly string[])[] {
  const sorted = [...names].sort();
  return Array.from({ length: Math.ceil(sorted.length / size) }, (_, index) =>
    sorted.slice(index * size, (index + 1) * size),
  );
}
