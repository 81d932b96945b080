import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ApiClient } from '../api-client.js';
import { type Authority, type Subject } from '../certificates/certificate.js';
import { clusterFiles, updateRecord } from '../cluster-directory.js';
import { type RunningProcess, startProcess, waitWhileRunning } from '../start-process.js';
import { startApiServer } from './api-server.js';
import {
  API_SERVICE_ADDRESS,
  controllerManagerFlags,
  etcdFlags,
  schedulerFlags,
  toArguments,
} from './arguments.js';
import { ADMINISTRATOR, createCredentials, credentialFiles } from './credentials.js';
import { renderKubeconfig } from './kubeconfig.js';
import { type ControlPlaneOptions } from './options.js';

/** A control plane that answers. */
export interface ControlPlane {
  /** Where this process reaches the API server. */
  readonly server: string;
  readonly authority: Authority;
  readonly api: ApiClient;
  readonly processes: readonly RunningProcess[];
  /** Writes a kubeconfig of this user for a program beside the API server, and gives its path. */
  readonly writeKubeconfig: (subject: Subject) => string;
}

const SERVICE_NAMES = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc'] as const;

/**
 * Starts etcd and the API server and, where their programs are given, controller manager and scheduler; writes the
 * administrator's kubeconfig.
 *
 * @throws EnvironmentError with the end of the log of a program that ends, or what was waited for in vain.
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { directory, programs, network } = options;
  const address = network?.address ?? '127.0.0.1';
  const addresses = new Set([address, '127.0.0.1', API_SERVICE_ADDRESS]);
  const authority = createCredentials(directory, ['localhost', ...SERVICE_NAMES, ...addresses]);
  const etcd = await startProcess(directory, {
    name: 'etcd',
    program: programs.etcd,
    args: toArguments(etcdFlags(directory)),
    prefix: network?.prefix ?? [],
  });
  const { server, listensAt, api, running } = await startApiServer(options, authority, etcd);
  updateRecord(directory, { server });

  const render = (at: string, subject: Subject): string =>
    renderKubeconfig({
      server: at,
      authority: authority.certificate,
      user: subject.commonName,
      credentials: authority.issue({ ...subject, usages: ['client'] }),
    });
  const writeKubeconfig = (subject: Subject): string => {
    const path = join(clusterFiles.pki(directory), `${subject.commonName.replaceAll(':', '-')}.kubeconfig`);
    writeFileSync(path, render(listensAt, subject), { mode: 0o600 });
    return path;
  };
  writeFileSync(clusterFiles.kubeconfig(directory), render(server, ADMINISTRATOR), { mode: 0o600 });
  const controllers = await startControllers(options, writeKubeconfig);
  await waitForControllers(api, controllers);
  return { server, authority, api, processes: [etcd, running, ...controllers], writeKubeconfig };
}

async function startControllers(
  options: ControlPlaneOptions,
  writeKubeconfig: ControlPlane['writeKubeconfig'],
): Promise<readonly RunningProcess[]> {
  const { directory, programs, network, controllerRate = 'raised' } = options;
  const argumentsOf = {
    'kube-controller-manager': (kubeconfig: string): readonly string[] =>
      toArguments(
        controllerManagerFlags(kubeconfig, credentialFiles(directory), controllerRate),
        options.controllerManagerFlags ?? {},
      ),
    'kube-scheduler': (kubeconfig: string): readonly string[] =>
      toArguments(schedulerFlags(kubeconfig, controllerRate)),
  } as const;
  const running: RunningProcess[] = [];
  for (const name of ['kube-controller-manager', 'kube-scheduler'] as const) {
    const program = programs[name];
    if (program === null) continue;
    const args = argumentsOf[name](writeKubeconfig({ commonName: `system:${name}` }));
    running.push(await startProcess(directory, { name, program, args, prefix: network?.prefix ?? [] }));
  }
  return running;
}

const CONTROLLERS_TIMEOUT_MS = 180_000;

/** The controller manager works once namespaces get their ServiceAccount. */
async function waitForControllers(api: ApiClient, processes: readonly RunningProcess[]): Promise<void> {
  if (processes.length === 0) return;
  await waitWhileRunning({
    what: 'the controller manager to work',
    timeoutMs: CONTROLLERS_TIMEOUT_MS,
    processes,
    missing: async () => {
      const { status } = await api.ask('GET', '/api/v1/namespaces/default/serviceaccounts/default');
      return status === 200 ? null : `no ServiceAccount in the namespace default (${status})`;
    },
  });
}
