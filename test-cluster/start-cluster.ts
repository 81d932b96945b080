import { findKubernetes, findProgram } from './binaries.js';
import { clusterFiles, createClusterDirectory, updateRecord } from './cluster-directory.js';
import { type ControlPlanePrograms } from './control-plane/options.js';
import { startControlPlane } from './control-plane/start-control-plane.js';
import { openCluster } from './open-cluster.js';
import { identifyProcess } from './processes.js';
import { removeAbandonedClusters, removeCluster } from './remove-cluster.js';
import { type ClusterOptions, type TestCluster } from './types.js';

const CONTROLLERS = ['kube-controller-manager', 'kube-scheduler'] as const;

/**
 * Starts a cluster that belongs to this process: when the process is gone, the next start takes the cluster down.
 *
 * @throws EnvironmentError where a part of it cannot be had or does not start; nothing is left behind then.
 */
export async function startCluster(options: ClusterOptions = {}): Promise<TestCluster> {
  const { audit = false, onProgress = () => undefined } = options;
  await removeAbandonedClusters();
  const { version, programs } = await findControlPlane(options);
  const directory = createClusterDirectory({
    owner: identifyProcess(process.pid),
    kubernetes: version,
    server: '',
    lightNodes: [],
    realNodes: [],
    hasAuditLog: audit,
  });
  try {
    onProgress('starting the control plane');
    const controlPlane = await startControlPlane({ directory, programs, audit });
    controlPlane.api.close();
    updateRecord(directory, { isReady: true });
    onProgress(`ready: ${clusterFiles.kubeconfig(directory)}`);
    return openCluster(directory);
  } catch (error) {
    await removeCluster(directory);
    throw error;
  }
}

async function findControlPlane({
  kubernetes,
  controllers = true,
  onProgress,
}: ClusterOptions): Promise<{ readonly version: string; readonly programs: ControlPlanePrograms }> {
  const names = ['kube-apiserver', ...(controllers ? CONTROLLERS : [])] as const;
  const { version, paths } = await findKubernetes(names, kubernetes, onProgress);
  const programs = {
    etcd: await findProgram('etcd', kubernetes, onProgress),
    'kube-apiserver': paths.get('kube-apiserver') ?? '',
    'kube-controller-manager': paths.get('kube-controller-manager') ?? null,
    'kube-scheduler': paths.get('kube-scheduler') ?? null,
  };
  return { version, programs };
}
