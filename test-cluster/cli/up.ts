import { createClusterClient } from '../../src/adapters/kubernetes/cluster-client.js';
import { EnvironmentError } from '../../src/errors.js';
import { clusterAvailability } from '../availability.js';
import { listClusterDirectories, readRecord, updateRecord } from '../cluster-directory.js';
import { startOperatorProcess } from '../operator-process/start.js';
import { waitForCalico } from './wait-for-calico.js';
import { installCalico } from '../ready-made/install-calico.js';
import { provideCalicoImages } from '../real-nodes/calico-stand-in.js';
import { removeCluster } from '../remove-cluster.js';
import { startCluster } from '../start-cluster.js';
import { type TestCluster } from '../types.js';
import { type UpOptions } from './arguments.js';

/**
 * Starts a cluster that is kept when this process ends, and gives its directory.
 *
 * @throws EnvironmentError where it cannot be had or does not start; InputError where there is no such Calico.
 */
export async function bringUp(options: UpOptions, onProgress: (text: string) => void): Promise<string> {
  const { realNodes, lightNodes, kubernetes, calico } = options;
  const asked = { realNodes, lightNodes, ...(kubernetes === undefined ? {} : { kubernetes }) };
  const availability = clusterAvailability(asked);
  if (!availability.isAvailable) {
    throw new EnvironmentError(
      `There cannot be such a cluster here: ${availability.reason}.`,
      'See docs/test-cluster.md.',
    );
  }
  const cluster = await startCluster({ ...asked, onProgress });
  try {
    if (calico !== null) await install(cluster, calico, onProgress);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  updateRecord(cluster.directory, { owner: null });
  cluster.api.close();
  return cluster.directory;
}

async function install(
  cluster: TestCluster,
  { version, method }: NonNullable<UpOptions['calico']>,
  onProgress: (text: string) => void,
): Promise<void> {
  onProgress(`installing Calico ${version} by ${method}`);
  const client = await createClusterClient(cluster.kubeconfigPath, null);
  await provideCalicoImages(cluster.directory, version);
  const { refused } = await installCalico(client, { version, method });
  for (const { object, reason } of refused) {
    onProgress(`refused: ${object.kind} ${object.name}: ${reason}`);
  }
  await startOperatorProcess(cluster);
  const missing = await waitForCalico(client, method);
  onProgress(missing === null ? `Calico ${version} is ready` : `Calico is not ready: ${missing}`);
  updateRecord(cluster.directory, { installed: `Calico ${version} (${method})` });
}

/** Takes down what this process has begun to start. */
export async function removeOwnClusters(): Promise<void> {
  const own = listClusterDirectories().filter(
    (directory) => readRecord(directory)?.owner?.pid === process.pid,
  );
  for (const directory of own) await removeCluster(directory);
}
