/** The stand-in of the Tigera operator as a process: `main.ts KUBECONFIG`. Works until it is killed. */
import { createClusterClient } from '../../src/adapters/kubernetes/cluster-client.js';
import { startStandInOperator } from '../operator/stand-in.js';

const client = await createClusterClient(process.argv[2] ?? '', null);
startStandInOperator(client, { onLog: (text) => console.log(text) });
