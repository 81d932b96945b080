import { findProgram } from './binaries.js';
import { clusterFiles, createClusterDirectory, updateRecord } from './cluster-directory.js';
import { type ControlPlanePrograms } from './control-plane/options.js';
import { startControlPlane } from './control-plane/start-control-plane.js';
import { openCluster } from './open-cluster.js';
import { identifyProcess } from './processes.js';
import { removeAbandonedClusters, removeCluster } from './remove-cluster.js';
import { type ClusterOptions, type KubernetesRelease, type TestCluster } from './types.js';

/**
 * Starts a cluster that belongs to this process: when the process is gone, the next start takes the cluster down.
 *
 * @throws EnvironmentError where a part of it cannot be had or does not start; nothing is left behind then.
 */
export async function startCluster(options: ClusterOptions = {}): Promise<TestCluster> {
  const { kubernetes = 'v1.34.4', controllers = true, audit = false, onProgress = () => undefined } = options;
  await removeAbandonedClusters();
  const programs = await findPrograms(kubernetes, controllers);
  const directory = createClusterDirectory({
    owner: identifyProcess(process.pid),
    kubernetes,
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

async function findPrograms(
  kubernetes: KubernetesRelease,
  controllers: boolean,
): Promise<ControlPlanePrograms> {
  return {
    etcd: await findProgram('etcd', kubernetes),
    'kube-apiserver': await findProgram('kube-apiserver', kubernetes),
    'kube-controller-manager': controllers ? await findProgram('kube-controller-manager', kubernetes) : null,
    'kube-scheduler': controllers ? await findProgram('kube-scheduler', kubernetes) : null,
  };
}
