import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterFiles, recordUndo } from '../cluster-directory.js';
import { type ControlPlane } from '../control-plane/start-control-plane.js';
import { createStandInLayer } from '../images/calico-images.js';
import { createBaseLayer, createProgramLayer } from '../images/layers.js';
import { writeImageArchive } from '../images/image.js';
import { nodeImages } from '../images/node-images.js';
import { type RunningProcess, startProcess } from '../start-process.js';
import { recordLayers } from './calico-stand-in.js';
import { installDns } from './dns.js';
import { type Fabric } from './fabric.js';
import { importImages } from './import-images.js';
import { clusterCgroup, layOutNodes, type NodeLayout, realNodeNames } from './layout.js';
import { writeNodeFiles } from './node-files.js';
import { waitForContainerd, waitForDns, waitForReadyNodes } from './node-readiness.js';
import { openRealNodes } from './real-node.js';

/** Paths of the programs that real nodes run. */
export interface RealNodePrograms {
  readonly kubelet: string;
  readonly 'kube-proxy': string;
  readonly agnhost: string;
  readonly coredns: string;
}

export interface RealNodesOptions {
  readonly directory: string;
  readonly count: number;
  readonly fabric: Fabric;
  readonly controlPlane: ControlPlane;
  readonly programs: RealNodePrograms;
  readonly onProgress?: (text: string) => void;
}

/**
 * Starts real nodes beside a control plane that runs in the fabric and, where it has controllers, the cluster's DNS.
 *
 * @returns the names of the nodes, all Ready.
 * @throws EnvironmentError with what a node lacks.
 */
export async function startRealNodes(options: RealNodesOptions): Promise<readonly string[]> {
  const { directory, count, fabric, controlPlane, onProgress = () => undefined } = options;
  const nodes = layOutNodes(directory, realNodeNames(count));
  recordUndo(directory, removeCgroups(clusterCgroup(directory)));
  const processes = await Promise.all(nodes.map((node) => startNode(node, nodes, options)));
  const archive = createNodeArchive(directory, options.programs);
  const wait = { directory, nodes, processes: [...processes, fabric.process], api: controlPlane.api };
  await waitForContainerd(wait);
  onProgress('containerd runs: giving the nodes their images');
  await Promise.all(openRealNodes(directory).map((node) => importImages(node, archive)));
  onProgress('the nodes have their images: they have to become Ready');
  await waitForReadyNodes(wait);
  if (controlPlane.processes.some(({ name }) => name === 'kube-controller-manager')) {
    onProgress("the nodes are Ready: starting the cluster's DNS");
    await installDns(controlPlane.api); // not before its image is there: a kubelet waits 10 s before it looks again
    await waitForDns(wait);
  }
  return nodes.map(({ name }) => name);
}

async function startNode(
  node: NodeLayout,
  nodes: readonly NodeLayout[],
  { directory, fabric, controlPlane, programs }: RealNodesOptions,
): Promise<RunningProcess> {
  mkdirSync(node.root, { recursive: true });
  const { authority, writeKubeconfig } = controlPlane;
  const kubeconfigOf = (commonName: string, organizations: readonly string[]): string =>
    readFileSync(writeKubeconfig({ commonName, organizations }), 'utf8');
  writeNodeFiles({
    node,
    nodes,
    fabricAddress: fabric.address,
    logs: clusterFiles.logs(directory),
    programs,
    authority: authority.certificate,
    serving: authority.issue({
      commonName: `system:node:${node.name}`,
      organizations: ['system:nodes'],
      usages: ['server'],
      names: [node.name, node.address],
    }),
    kubeletKubeconfig: kubeconfigOf(`system:node:${node.name}`, ['system:nodes']),
    kubeProxyKubeconfig: kubeconfigOf('system:kube-proxy', []),
  });
  return startProcess(directory, {
    name: node.name,
    program: 'nsenter',
    args: [
      `--target=${fabric.pid}`,
      '--net',
      '--pid',
      'sh',
      join(import.meta.dirname, 'node.sh'),
      'enter',
      node.directory,
    ],
  });
}

function createNodeArchive(directory: string, { agnhost, coredns }: RealNodePrograms): Buffer {
  const layers = {
    base: createBaseLayer(),
    agnhost: createProgramLayer('agnhost', agnhost),
    coredns: createProgramLayer('coredns', coredns),
    standIn: createStandInLayer(),
  };
  recordLayers(directory, layers);
  return writeImageArchive(nodeImages(layers));
}

/** The kernel lets go of a cgroup a moment after its last process, so this tries for a while. */
function removeCgroups(name: string): readonly [string, ...string[]] {
  const find = `find /sys/fs/cgroup -type d -path '/sys/fs/cgroup/*/${name}*'`;
  const attempt = `${find} -delete 2>/dev/null; [ -z "$(${find} -print -quit 2>/dev/null)" ] && exit 0`;
  return ['sh', '-c', `for i in $(seq 100); do ${attempt}; sleep 0.1; done; exit 1`];
}
