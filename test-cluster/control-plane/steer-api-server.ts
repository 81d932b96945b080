import { EnvironmentError } from '../../src/errors.js';
import { type ApiClient } from '../api-client.js';
import { recordedProcesses } from '../cluster-directory.js';
import { killProcesses } from '../processes.js';
import { startProcess } from '../start-process.js';
import { waitUntilReady } from './api-server.js';

/** How the API server of a cluster is taken away and brought back; etcd, controllers and light nodes run on meanwhile. */
export interface ApiServerSteering {
  /** Killed at once, as by a crash: open connections break, and new ones are refused. */
  readonly kill: () => Promise<void>;
  /** Started again, with the same flags, port and etcd; done once it is ready. */
  readonly start: () => Promise<void>;
}

const NAME = 'kube-apiserver';

export function steerApiServer(directory: string, api: ApiClient): ApiServerSteering {
  const last = () => {
    const found = recordedProcesses(directory).findLast(({ name }) => name === NAME);
    if (found === undefined)
      throw new EnvironmentError(`${directory} has no ${NAME}`, 'Start the cluster first.');
    return found;
  };
  return {
    kill: async () => {
      await killProcesses(() => [last()]);
    },
    start: async () => {
      const [program = '', ...args] = last().command;
      await waitUntilReady(api, [await startProcess(directory, { name: NAME, program, args })]);
    },
  };
}
