import type { ClusterClient } from '../ports/cluster-client.js';
import { staffLayer7, type StaffLayer7Options } from './layer7/staff-layer7.js';
import { type NodeAt, type PodsThere, type Staffing, staffNodes, type StaffOptions } from './staff-nodes.js';
import { staffPorts } from './staff-ports.js';

export interface StaffAllOptions extends StaffOptions, StaffLayer7Options {
  /** Whether a pod is given a port of its node. */
  readonly hasPorts: boolean;
}

/** Gives nodes all the pods that they are to have. @returns what became of each node, by name */
export async function staffAll(
  client: ClusterClient,
  nodes: readonly NodeAt[],
  before: ReadonlyMap<string, PodsThere>,
  options: StaffAllOptions,
): Promise<ReadonlyMap<string, Staffing>> {
  const pods = await staffNodes(client, nodes, before, options);
  const all = options.hasPorts ? await staffPorts(client, pods, before, options) : pods;
  return options.layer7.whyNot === null ? staffLayer7(client, all, before, options) : all;
}
