import { X509Certificate } from 'node:crypto';
import { homedir } from 'node:os';
import type * as library from '@kubernetes/client-node';
import { EnvironmentError } from '../../errors.js';
import type { ClusterClient } from '../../ports/cluster-client.js';
import { createSecrets } from '../report-secrets.js';
import { DEFAULT_PATIENCE, type Patience } from './backoff.js';
import { buildClient } from './build-client.js';
import type { Kubeconfig } from './cluster-access.js';
import { createConnection } from './connection.js';
import { createCredentialSource, resolveFiles } from './credentials.js';
import { execOnce } from './exec.js';
import { createErrorWriter } from './explain.js';
import { parseKubeconfig } from './kubeconfig.js';
import { kubeconfigSecrets } from './kubeconfig-secrets.js';
import { readKubeconfig } from './kubeconfig-source.js';
import { proxyFromEnvironment } from './proxy-environment.js';
import { createRequests } from './requests.js';
import { type ClusterTiming, REAL_TIMING } from './timing.js';
import { createTransport, withFreshCredentials } from './transport.js';

/** How a client is made; everything has a default. */
export interface ClusterClientOptions {
  /** Learns every secret of the kubeconfig before anything else happens: the reporter's. */
  readonly mask?: (secret: string) => void;
  /** Directory that a path is relative to. */
  readonly directory?: string;
  readonly variables?: Readonly<Record<string, string | undefined>>;
  readonly timing?: ClusterTiming;
  readonly patience?: Partial<Patience>;
  /** Longest silence of the server on one request, in milliseconds. */
  readonly silenceMs?: number;
  /** How long an exec plugin may take, in milliseconds. */
  readonly execTimeoutMs?: number;
}

const SILENCE_MS = 30_000;
const EXEC_TIMEOUT_MS = 60_000;

/**
 * A client of the cluster that a kubeconfig names: its text, base64 of it, or a path. Reaches the server with the first
 * call only.
 *
 * @param context - the current one where it is null
 * @throws InputError for `kubeconfig` and `context`; EnvironmentError where Node.js is too old
 */
export async function createClusterClient(
  kubeconfig: string,
  context: string | null,
  options: ClusterClientOptions = {},
): Promise<ClusterClient> {
  const variables = options.variables ?? process.env;
  const directory = options.directory ?? process.cwd();
  const secrets = createSecrets();
  const mask = (secret: string): void => {
    secrets.add(secret);
    options.mask?.(secret);
  };
  const source = readKubeconfig(kubeconfig, { directory, home: variables['HOME'] ?? homedir() });
  kubeconfigSecrets(source.text).forEach(mask);
  const access = withProxy(resolveFiles(parseKubeconfig(source.text, context), source.directory), variables);
  const clientNode = await loadLibrary();
  const timing = options.timing ?? REAL_TIMING;
  const credentials = createCredentialSource(access, {
    variables,
    now: timing.now,
    mask,
    execTimeoutMs: options.execTimeoutMs ?? EXEC_TIMEOUT_MS,
  });
  const connection = createConnection(access, credentials, clientNode);
  const silenceMs = options.silenceMs ?? SILENCE_MS;
  const transport = createTransport(connection, silenceMs);
  const requests = createRequests(transport, timing, { ...DEFAULT_PATIENCE, ...options.patience });
  const server = access.cluster.server.origin;
  const errors = createErrorWriter({
    server,
    hide: secrets.hide,
    expiredCertificate: () => expiryOf(access, timing.now()),
  });
  return buildClient({
    server,
    requests,
    errors,
    silenceMs,
    exec: (asked) => withFreshCredentials(connection, () => execOnce(connection, clientNode, asked)),
  });
}

/** client-node is loaded here and nowhere else: it is large, and an older Node cannot even import it. */
async function loadLibrary(): Promise<typeof library> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 22 || (major === 22 && minor < 19))
    throw new EnvironmentError(
      `A run that needs a cluster needs Node.js 22.19 or later; this is ${process.version}.`,
      'Run it as an action (which brings Node.js 24), or install Node.js 24.',
    );
  return import('@kubernetes/client-node');
}

function withProxy(access: Kubeconfig, variables: Readonly<Record<string, string | undefined>>): Kubeconfig {
  const { cluster } = access;
  const proxyUrl = cluster.proxyUrl ?? proxyFromEnvironment(cluster.server, variables);
  return { ...access, cluster: { ...cluster, proxyUrl } };
}

function expiryOf({ user: { certificate } }: Kubeconfig, now: number): string | null {
  if (certificate === null || !('data' in certificate)) return null;
  try {
    const { validTo } = new X509Certificate(Buffer.from(certificate.data, 'base64'));
    return Date.parse(validTo) < now ? new Date(validTo).toISOString().slice(0, 10) : null;
  } catch {
    return null;
  }
}
