import { findKubernetes, findProgram } from './binaries.js';
import { clusterFiles, createClusterDirectory, updateRecord } from './cluster-directory.js';
import { ADMINISTRATOR } from './control-plane/credentials.js';
import { type ControlPlanePrograms } from './control-plane/options.js';
import { type ControlPlane, startControlPlane } from './control-plane/start-control-plane.js';
import { type LightNodeGroup } from './light-nodes/nodes.js';
import { startLightNodes } from './light-nodes/start-light-nodes.js';
import { openCluster } from './open-cluster.js';
import { identifyProcess, type ProcessIdentity } from './processes.js';
import { type Fabric, startFabric } from './real-nodes/fabric.js';
import { type RealNodePrograms, startRealNodes } from './real-nodes/start-nodes.js';
import { removeAbandonedClusters, removeCluster } from './remove-cluster.js';
import { type ClusterOptions, type KubernetesRelease, type TestCluster } from './types.js';

/** All programs of a cluster; null: it does without. */
interface Programs {
  readonly version: string;
  readonly controlPlane: ControlPlanePrograms;
  readonly kwok: string | null;
  readonly realNodes: RealNodePrograms | null;
}

/**
 * Starts a cluster that belongs to a process: when that is gone, the next start takes the cluster down.
 *
 * @param owner default: this process.
 * @throws EnvironmentError where a part of it cannot be had or does not start; nothing is left behind then.
 */
export async function startCluster(
  options: ClusterOptions = {},
  owner: ProcessIdentity | null = identifyProcess(process.pid),
): Promise<TestCluster> {
  const { audit = false, onProgress = () => undefined } = options;
  await removeAbandonedClusters();
  const programs = await findPrograms(options);
  const directory = createClusterDirectory({
    owner,
    kubernetes: programs.version,
    server: '',
    lightNodes: [],
    realNodes: [],
    hasAuditLog: audit,
  });
  try {
    await startParts(directory, options, programs);
  } catch (error) {
    await removeCluster(directory);
    throw error;
  }
  updateRecord(directory, { isReady: true });
  onProgress(`ready: ${clusterFiles.kubeconfig(directory)}`);
  return openCluster(directory);
}

async function startParts(directory: string, options: ClusterOptions, programs: Programs): Promise<void> {
  const { audit = false, realNodes = 0, controllerRate = 'raised', onProgress = () => undefined } = options;
  onProgress(`starting the control plane of Kubernetes ${programs.version}`);
  const fabric = programs.realNodes === null ? null : await startFabric(directory);
  const controlPlane = await startControlPlane({
    directory,
    programs: programs.controlPlane,
    audit,
    controllerRate,
    ...(fabric === null ? {} : { network: fabric }),
  });
  try {
    if (programs.kwok !== null)
      await addLightNodes(directory, options, { ...programs, kwok: programs.kwok }, { controlPlane, fabric });
    if (programs.realNodes !== null && fabric !== null) {
      onProgress(`starting ${realNodes} real nodes`);
      const parts = {
        directory,
        count: realNodes,
        fabric,
        controlPlane,
        programs: programs.realNodes,
        onProgress,
      };
      updateRecord(directory, { realNodes: await startRealNodes(parts) });
    }
  } finally {
    controlPlane.api.close();
  }
}

async function addLightNodes(
  directory: string,
  { lightNodes = 0, onProgress = () => undefined }: ClusterOptions,
  { kwok, version }: { readonly kwok: string; readonly version: string },
  { controlPlane, fabric }: { readonly controlPlane: ControlPlane; readonly fabric: Fabric | null },
): Promise<void> {
  const names = await startLightNodes({
    directory,
    api: controlPlane.api,
    kwok,
    kubeconfig: controlPlane.writeKubeconfig({ ...ADMINISTRATOR, commonName: 'kwok' }),
    prefix: fabric?.prefix ?? [],
    groups: groupsOf(lightNodes),
    version,
    onProgress,
  });
  updateRecord(directory, { lightNodes: names });
}

function groupsOf(lightNodes: number | readonly LightNodeGroup[]): readonly LightNodeGroup[] {
  if (typeof lightNodes !== 'number') return lightNodes;
  return lightNodes === 0 ? [] : [{ count: lightNodes }];
}

const CONTROLLERS = ['kube-controller-manager', 'kube-scheduler'] as const;

async function findPrograms(options: ClusterOptions): Promise<Programs> {
  const { controllers = true, lightNodes = 0, realNodes = 0, onProgress } = options;
  // What KUBEBUILDER_ASSETS has may be of any version; the programs of real nodes have to fit to it.
  const kubernetes = options.kubernetes ?? (realNodes > 0 ? 'v1.34.4' : undefined);
  const names = ['kube-apiserver', ...(controllers ? CONTROLLERS : [])] as const;
  const { version, paths } = await findKubernetes(names, kubernetes, onProgress);
  return {
    version,
    controlPlane: {
      etcd: await findProgram('etcd', kubernetes, onProgress),
      'kube-apiserver': paths.get('kube-apiserver') ?? '',
      'kube-controller-manager': paths.get('kube-controller-manager') ?? null,
      'kube-scheduler': paths.get('kube-scheduler') ?? null,
    },
    kwok: groupsOf(lightNodes).length > 0 ? await findProgram('kwok', kubernetes, onProgress) : null,
    realNodes: realNodes > 0 ? await findRealNodePrograms(kubernetes, onProgress) : null,
  };
}

async function findRealNodePrograms(
  kubernetes: KubernetesRelease | undefined,
  onProgress: ((text: string) => void) | undefined,
): Promise<RealNodePrograms> {
  const find = (name: keyof RealNodePrograms): Promise<string> => findProgram(name, kubernetes, onProgress);
  return {
    kubelet: await find('kubelet'),
    'kube-proxy': await find('kube-proxy'),
    agnhost: await find('agnhost'),
    coredns: await find('coredns'),
  };
}
