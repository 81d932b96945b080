import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ApiClient, createApiClient } from '../api-client.js';
import { type Authority } from '../certificates/certificate.js';
import { type RunningProcess, startProcess, waitWhileRunning } from '../start-process.js';
import { apiServerFlags, AUDIT_POLICY, toArguments } from './arguments.js';
import { ADMINISTRATOR, credentialFiles } from './credentials.js';
import { findFreePort } from './free-port.js';
import { type ControlPlaneOptions } from './options.js';

/** An API server that answers. */
export interface ApiServer {
  /** Where this process reaches it. */
  readonly server: string;
  /** Where it listens, for the programs beside it. */
  readonly listensAt: string;
  readonly api: ApiClient;
  readonly running: RunningProcess;
}

const START_TIMEOUT_MS = 180_000;
/** Somebody else can take the free port before the API server binds it. */
const ATTEMPTS = 3;

/**
 * Starts the API server and waits until it is ready.
 *
 * @throws EnvironmentError where it, or `etcd`, ends, or is not ready in time.
 */
export async function startApiServer(
  options: ControlPlaneOptions,
  authority: Authority,
  etcd: RunningProcess,
): Promise<ApiServer> {
  for (let attempt = 1; ; attempt += 1) {
    const apiServer = await launch(options, authority);
    try {
      await waitUntilReady(apiServer.api, [etcd, apiServer.running]);
      return apiServer;
    } catch (error) {
      apiServer.api.close();
      const isPortTaken = apiServer.running.death()?.includes('address already in use') === true;
      if (!isPortTaken || options.network !== undefined || attempt === ATTEMPTS) throw error;
    }
  }
}

async function launch(options: ControlPlaneOptions, authority: Authority): Promise<ApiServer> {
  const { directory, programs, network } = options;
  const auditPolicy = options.audit ? join(directory, 'audit-policy.json') : null;
  if (auditPolicy !== null) writeFileSync(auditPolicy, AUDIT_POLICY);
  const address = network?.address ?? '127.0.0.1';
  const port = network?.port ?? (await findFreePort());
  const flags = apiServerFlags({ directory, address, port, files: credentialFiles(directory), auditPolicy });
  const running = await startProcess(directory, {
    name: 'kube-apiserver',
    program: programs['kube-apiserver'],
    args: toArguments(flags, options.apiServerFlags ?? {}),
    prefix: network?.prefix ?? [],
  });
  const server = network?.server ?? `https://${address}:${port}`;
  const api = createApiClient({
    ...authority.issue({ ...ADMINISTRATOR, usages: ['client'] }),
    server,
    authority: authority.certificate,
  });
  return { server, listensAt: `https://${address}:${port}`, api, running };
}

/** @throws EnvironmentError where one of the processes ends, or it is not ready in time. */
export function waitUntilReady(api: ApiClient, processes: readonly RunningProcess[]): Promise<void> {
  return waitWhileRunning({
    what: 'the API server to be ready',
    timeoutMs: START_TIMEOUT_MS,
    processes,
    missing: async () => {
      try {
        const { status, body } = await api.ask('GET', '/readyz');
        return status === 200 ? null : `${status} ${typeof body === 'string' ? body : JSON.stringify(body)}`;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
  });
}
