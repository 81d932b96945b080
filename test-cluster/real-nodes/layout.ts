import { basename, join } from 'node:path';

/**
 * Addresses of real nodes. Every cluster uses the same ones: its network is a namespace that nothing leads out of.
 * Pods have addresses of the pool that Calico makes by default.
 */
export const FABRIC_ADDRESS = '172.18.0.1';
export const POD_NETWORK = '192.168.0.0/16';
const PREFIX_LENGTH = 24;
const FIRST_NODE = 10;
/** As many as the addresses allow; two or three are what a small machine bears. */
export const MAX_REAL_NODES = 200;

/** Where a real node is, on the network and among the files. */
export interface NodeLayout {
  readonly name: string;
  readonly address: string;
  /** `172.18.0.11/24`. */
  readonly addressWithPrefix: string;
  /** The addresses of its pods: `192.168.1.0/24`. */
  readonly podNetwork: string;
  readonly directory: string;
  /** What the node sees as `/`. */
  readonly root: string;
  /** Its place below every cgroup hierarchy of the machine. */
  readonly cgroup: string;
}

/**
 * The names of that many nodes: `real-1`, `real-2`, …
 *
 * @throws RangeError where there are not that many addresses.
 */
export function realNodeNames(count: number): readonly string[] {
  if (count > MAX_REAL_NODES) throw new RangeError(`At most ${MAX_REAL_NODES} real nodes, not ${count}`);
  return Array.from({ length: count }, (_, index) => `real-${index + 1}`);
}

/** Where the nodes of this cluster are. */
export function layOutNodes(clusterDirectory: string, names: readonly string[]): readonly NodeLayout[] {
  return names.map((name, index) => {
    const address = `172.18.0.${FIRST_NODE + index + 1}`;
    const directory = nodeDirectory(clusterDirectory, name);
    return {
      name,
      address,
      addressWithPrefix: `${address}/${PREFIX_LENGTH}`,
      podNetwork: `192.168.${index + 1}.0/${PREFIX_LENGTH}`,
      directory,
      root: join(directory, 'root'),
      cgroup: `${clusterCgroup(clusterDirectory)}/${name}`,
    };
  });
}

export const FABRIC_ADDRESS_WITH_PREFIX = `${FABRIC_ADDRESS}/${PREFIX_LENGTH}`;

export function fabricDirectory(clusterDirectory: string): string {
  return join(clusterDirectory, 'fabric');
}

export function realNodesDirectory(clusterDirectory: string): string {
  return join(clusterDirectory, 'real-nodes');
}

export function nodeDirectory(clusterDirectory: string, name: string): string {
  return join(realNodesDirectory(clusterDirectory), name);
}

export function clusterCgroup(clusterDirectory: string): string {
  return basename(clusterDirectory);
}
