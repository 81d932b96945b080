import { createClusterClient } from '../../src/adapters/kubernetes/cluster-client.js';
import { ActionError } from '../../src/errors.js';
import { startCalicoNodeWrites } from '../ready-made/calico-node-writes.js';
import { listenInFabric } from '../real-nodes/fabric.js';
import { serveCalicoApi } from './calico-api.js';
import { startStandInOperator } from './stand-in.js';

/**
 * What plays Calico's own programs in a cluster, as a process of its own: `main.ts KUBECONFIG [--serve-api [DIRECTORY]]`, a
 * path or the text itself. It plays the operator where there is one, writes what calico-node writes, and serves Calico's
 * API where the API server is on this machine's loopback, or in the network of the real nodes of the cluster in DIRECTORY.
 * It works until SIGINT or SIGTERM; faults are told by the ConfigMap tigera-operator/stand-in-faults.
 */
async function main(kubeconfig?: string, flag?: string, directory?: string): Promise<void> {
  if (!kubeconfig) {
    console.error('usage: main.ts KUBECONFIG [--serve-api [DIRECTORY]]');
    process.exitCode = 2;
    return;
  }
  const client = await createClusterClient(kubeconfig, null);
  const onLog = (text: string): void => console.log(text);
  const listener = directory === undefined ? null : await listenInFabric(directory);
  const api = flag === '--serve-api' ? await serveCalicoApi(client, listener) : null;
  const writes = startCalicoNodeWrites(client, { onLog });
  const operator = startStandInOperator(client, { ...(api ? { endpoint: api.endpoint } : {}), onLog });
  console.log(`playing Calico’s programs on ${client.server}`);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  await operator.stop();
  await writes.stop();
  await api?.stop();
}

main(...process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof ActionError)) throw error;
  console.error(`${error.message} ${error.remedy}`);
  process.exitCode = 1;
});
