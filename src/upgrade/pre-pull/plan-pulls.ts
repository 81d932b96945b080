import type { NodeState } from '../../cluster/node-state.js';
import { fullName } from '../preflight/images.js';
import type { PlannedImage } from '../preflight/preflight.js';
import { classOf, leaveOut, type WavePlan, widthOf } from '../waves/plan-waves.js';

/** An image, and the workloads that run it: `DaemonSet calico-node`. */
export type PrePullImage = Pick<PlannedImage, 'image' | 'usedBy'>;

/** What a node lacks. */
export interface Pull {
  readonly node: string;
  readonly images: readonly string[];
}

export interface PullPlan {
  /** Nodes that lack images, control-plane nodes last; sorted by name. */
  readonly pulls: readonly Pull[];
  /** Nodes that hold all that they are to hold. */
  readonly held: readonly string[];
  readonly leftOut: WavePlan['leftOut'];
}

/** Up to so many nodes every one gets the images of Deployments too; beyond, that is more traffic than it is worth. */
const MOST_EVERYWHERE = 100;
const MOST_AT_ONCE = 50;

/** How many nodes pull at a time where nobody says otherwise: a tenth, at least 1, at most 50. */
export function prePullWidth(nodes: number): number {
  return Math.min(MOST_AT_ONCE, widthOf({ percent: 10 }, nodes));
}

/**
 * Which node is to pull what. Images of DaemonSets are wanted on every node that takes part. Nobody knows where pods of
 * Deployments will land: theirs are wanted everywhere too, or, on more than 100 nodes, on control-plane nodes and on one
 * node of each class, which shows that they can be had. What a node says that it holds is not pulled. Pure.
 */
export function planPulls(images: readonly PrePullImage[], nodes: readonly NodeState[]): PullPlan {
  const leftOut = leaveOut(nodes);
  const names = new Set(leftOut.map(({ node }) => node));
  const taking = nodes.filter(({ name }) => !names.has(name)).sort(byPreference);
  const places = placesOfDeployments(taking);
  const onLinux = images.filter(({ usedBy }) => usedBy.length === 0 || !usedBy.every(isWindows));
  const everywhere = onLinux.filter(isEverywhere);
  const pulls = taking.map((node) => ({
    node: node.name,
    images: lacking(node, places.has(node.name) ? onLinux : everywhere),
  }));
  return {
    pulls: pulls.filter((pull) => pull.images.length > 0),
    held: pulls.filter((pull) => pull.images.length === 0).map(({ node }) => node),
    leftOut,
  };
}

function lacking({ images: held }: NodeState, wanted: readonly PrePullImage[]): readonly string[] {
  const there = new Set(held.map(fullName));
  return [...new Set(wanted.map(({ image }) => image))].filter((image) => !there.has(fullName(image)));
}

function placesOfDeployments(nodes: readonly NodeState[]): ReadonlySet<string> {
  if (nodes.length <= MOST_EVERYWHERE) return new Set(nodes.map(({ name }) => name));
  const ofEachClass = new Map(nodes.map((node) => [classOf(node), node.name])).values();
  const controlPlane = nodes.filter(({ isControlPlane }) => isControlPlane).map(({ name }) => name);
  return new Set([...ofEachClass, ...controlPlane]);
}

/** Whether an image is not known to be of Deployments alone. */
function isEverywhere({ usedBy }: PrePullImage): boolean {
  return !usedBy.every((workload) => workload.startsWith('Deployment ')) || usedBy.length === 0;
}

function isWindows(workload: string): boolean {
  return workload.endsWith('-windows');
}

function byPreference(a: NodeState, b: NodeState): number {
  return Number(a.isControlPlane) - Number(b.isControlPlane) || (a.name < b.name ? -1 : 1);
}
