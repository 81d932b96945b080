import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterFiles, recordUndo } from '../cluster-directory.js';
import { type ControlPlane } from '../control-plane/start-control-plane.js';
import { createBaseLayer, createProgramLayer } from '../images/layers.js';
import { writeImageArchive } from '../images/image.js';
import { nodeImages } from '../images/node-images.js';
import { type RunningProcess, startProcess, waitWhileRunning } from '../start-process.js';
import { recordCommonLayers } from './calico-stand-in.js';
import { dnsIsReady, installDns } from './dns.js';
import { type Fabric } from './fabric.js';
import { importImages } from './import-images.js';
import { clusterCgroup, layOutNodes, type NodeLayout, realNodeNames } from './layout.js';
import { writeNodeFiles } from './node-files.js';
import { openRealNode, type RealNode } from './real-node.js';

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
}

const START_TIMEOUT_MS = 120_000;

/**
 * Starts real nodes beside a control plane that runs in the fabric and, where it has controllers, the cluster's DNS.
 *
 * @returns the names of the nodes, all Ready.
 * @throws EnvironmentError with what a node lacks.
 */
export async function startRealNodes(options: RealNodesOptions): Promise<readonly string[]> {
  const { directory, count, fabric, controlPlane } = options;
  const nodes = layOutNodes(directory, realNodeNames(count));
  recordUndo(directory, removeCgroups(clusterCgroup(directory)));
  const processes = await Promise.all(nodes.map((node) => startNode(node, nodes, options)));
  const archive = createNodeArchive(directory, options.programs);
  await waitFor(processes, 'the namespaces of the real nodes', () =>
    Promise.resolve(missingOf(nodes.filter(({ directory: own }) => !existsSync(join(own, 'pid'))))),
  );
  const running = nodes.map(({ name }) => openRealNode(directory, name));
  const hasControllers = controlPlane.processes.some(({ name }) => name === 'kube-controller-manager');
  if (hasControllers) await installDns(controlPlane.api);
  await Promise.all(running.map((node) => provideImages(node, archive, processes)));
  await waitFor([...processes, fabric.process], 'the real nodes to be Ready', () =>
    notReady(controlPlane, nodes),
  );
  if (hasControllers) await waitFor(processes, "the cluster's DNS", () => dnsIsReady(controlPlane.api));
  return nodes.map(({ name }) => name);
}

export async function startNode(
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

export function createNodeArchive(directory: string, { agnhost, coredns }: RealNodePrograms): Buffer {
  const layers = {
    base: createBaseLayer(),
    agnhost: createProgramLayer('agnhost', agnhost),
    coredns: createProgramLayer('coredns', coredns),
  };
  recordCommonLayers(directory, layers);
  return writeImageArchive(nodeImages(layers));
}

export async function provideImages(
  node: RealNode,
  archive: Buffer,
  processes: readonly RunningProcess[],
): Promise<void> {
  await waitFor(processes, `containerd on ${node.name}`, async () => {
    const { status, stderr } = await node.run(['ctr', 'version']);
    return status === 0 ? null : stderr.trim();
  });
  await importImages(node, archive);
}

interface NodeList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly status: {
      readonly conditions?: readonly {
        readonly type: string;
        readonly status: string;
        readonly message?: string;
      }[];
    };
  }[];
}

async function notReady({ api }: ControlPlane, nodes: readonly NodeLayout[]): Promise<string | null> {
  const { items } = await api.call<NodeList>('GET', '/api/v1/nodes');
  const lacking = nodes.flatMap(({ name }) => {
    const conditions = items.find((item) => item.metadata.name === name)?.status.conditions;
    const ready = conditions?.find(({ type }) => type === 'Ready');
    if (ready?.status === 'True') return [];
    return `${name}: ${ready?.message ?? 'not registered'}`;
  });
  return lacking.length === 0 ? null : lacking.join('; ');
}

function missingOf(nodes: readonly NodeLayout[]): string | null {
  return nodes.length === 0 ? null : nodes.map(({ name }) => name).join(', ');
}

function waitFor(
  processes: readonly RunningProcess[],
  what: string,
  missing: () => Promise<string | null>,
): Promise<void> {
  return waitWhileRunning({ what, timeoutMs: START_TIMEOUT_MS, processes, missing });
}

/** The kernel lets go of a cgroup a moment after its last process, so this tries for a while. */
export function removeCgroups(name: string): readonly [string, ...string[]] {
  const find = `find /sys/fs/cgroup -type d -path '/sys/fs/cgroup/*/${name}*'`;
  const attempt = `${find} -delete 2>/dev/null; [ -z "$(${find} -print -quit 2>/dev/null)" ] && exit 0`;
  return ['sh', '-c', `for i in $(seq 100); do ${attempt}; sleep 0.1; done; exit 1`];
}
