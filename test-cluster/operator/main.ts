import { createClusterClient } from '../../src/adapters/kubernetes/cluster-client.js';
import { ActionError } from '../../src/errors.js';
import { serveCalicoApi } from './calico-api.js';
import { startStandInOperator } from './stand-in.js';

/**
 * The stand-in as a process of its own: `tsx test-cluster/operator/main.ts KUBECONFIG`, a path or the text itself.
 * It works until SIGINT or SIGTERM; faults are told by the ConfigMap tigera-operator/stand-in-faults.
 */
async function main(kubeconfig: string | undefined): Promise<void> {
  if (!kubeconfig) {
    console.error('usage: main.ts KUBECONFIG');
    process.exitCode = 2;
    return;
  }
  const client = await createClusterClient(kubeconfig, null);
  const api = await serveCalicoApi(client);
  const operator = startStandInOperator(client, {
    endpoint: api.endpoint,
    onLog: (text) => console.log(text),
  });
  console.log(`the stand-in operator works on ${client.server}`);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  await operator.stop();
  await api.stop();
}

main(process.argv[2]).catch((error: unknown) => {
  if (!(error instanceof ActionError)) throw error;
  console.error(`${error.message} ${error.remedy}`);
  process.exitCode = 1;
});
