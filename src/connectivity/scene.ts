import type { PodAt } from './probe.js';

/** The pods of the network test on one node. */
export interface NodePods {
  readonly node: string;
  /** The node's own address. */
  readonly address: string;
  readonly source: PodAt;
  readonly target: PodAt;
  /** In the host's network; null where it could not be run there. */
  readonly host: PodAt | null;
  /** Of the pod network, behind a port of the node; a text is why there is none. */
  readonly port: PodAt | string;
  /** With Istio's sidecar and Dikastes; a text is why there is none. */
  readonly layer7: PodAt | string;
}

/** What is there to be probed. */
export interface Scene {
  /** Sorted by name. */
  readonly nodes: readonly NodePods[];
  /** From which node to which: {@link meshOf}. */
  readonly mesh: readonly (readonly [NodePods, NodePods])[];
  readonly services: ServiceAddresses;
  /** The API server as pods reach it; null where the Service `kubernetes` cannot be read. */
  readonly apiServer: { readonly host: string; readonly port: number } | null;
  readonly calico: CalicoPolicies;
  readonly layer7: Layer7;
  /** `host:port` outside of the cluster, by which the way out is tested. */
  readonly outside: readonly { readonly host: string; readonly port: number }[];
  /** Whose address these see; null where nobody says. */
  readonly outsideSees: 'node' | 'pod' | null;
}

/** Whether Calico's own policies can be written. */
export interface CalicoPolicies {
  /** `crd.projectcalico.org/v1`; empty where none can. */
  readonly apiVersion: string;
  /** Why NetworkPolicies and GlobalNetworkPolicies cannot be tried; null where they can. */
  readonly whyNoPolicies: string | null;
  /** The same of tiers. */
  readonly whyNoTiers: string | null;
}

/** Whether an L7 rule can be tried. */
export interface Layer7 {
  /** Why not; null where it can. */
  readonly whyNot: string | null;
  /** By which a pod of the test's namespace gets Istio's sidecar with Dikastes. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Whether the namespace of such pods may be there. */
  readonly isMade: boolean;
}

/** Services of the network test. */
export interface ServiceAddresses {
  /** In front of all target pods: its cluster address, and the ports that it has on every node. */
  readonly targets: { readonly address: string; readonly nodePort: number; readonly nodeUdpPort: number };
  /** In front of the source pods, and from each node only to the one that is there (internalTrafficPolicy). */
  readonly local: { readonly address: string };
  /** In front of whichever pod it is pointed at. */
  readonly moving: { readonly address: string };
  /** Names: one that has an address, one whose address is that of a pod. */
  readonly names: { readonly service: string; readonly headless: string };
}

/**
 * Pairs of nodes, so that each is as often source as it is target: every node sends to as many others as the degree says,
 * its neighbour and ones as far apart as can be, so that most pairs join nodes that do not change at once.
 */
export function meshOf<Node>(nodes: readonly Node[], degree: number): readonly (readonly [Node, Node])[] {
  const all = nodes.length;
  const width = Math.min(degree, all - 1);
  const steps = Array.from({ length: width }, (_, index) => 1 + Math.floor((index * (all - 1)) / width));
  return nodes.flatMap((from, index) =>
    steps.flatMap((step) => {
      const to = nodes[(index + step) % all];
      return to === undefined ? [] : [[from, to] as const];
    }),
  );
}
