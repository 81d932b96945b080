import { spawn } from 'node:child_process';
import type { ClusterAccess, ExecPlugin } from './cluster-access.js';
import { asRecord, refuseKubeconfig } from './kubeconfig-fields.js';

/** What an exec plugin gave. */
export interface ExecCredential {
  readonly token: string | null;
  /** PEM texts. */
  readonly certificate: string | null;
  readonly key: string | null;
  /** Milliseconds since the epoch; null where it does not end. */
  readonly expiresAt: number | null;
}

/** What a plugin is run with. */
export interface ExecPluginOptions {
  readonly plugin: ExecPlugin;
  readonly cluster: ClusterAccess;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
}

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
}

/**
 * Runs an exec plugin of a kubeconfig.
 *
 * @throws InputError for `kubeconfig` where it is not there, fails, takes too long, or gives no credential. What it
 *   writes is quoted nowhere: it may hold secrets.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 */
export async function runExecPlugin(options: ExecPluginOptions): Promise<ExecCredential> {
  const { plugin } = options;
  const ended = await run(options);
  if (ended.status !== 0)
    throw failed(plugin, `failed with exit status ${ended.status ?? 'unknown (it was ended)'}`);
  return parseCredential(ended.stdout, plugin);
}

function run({ plugin, cluster, variables, timeoutMs }: ExecPluginOptions): Promise<Ended> {
  const own = Object.fromEntries(plugin.env.map(({ name, value }) => [name, value]));
  const info = JSON.stringify(execInfo(plugin, cluster));
  const child = spawn(plugin.command, plugin.args, {
    env: { ...variables, ...own, KUBERNETES_EXEC_INFO: info },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return new Promise((resolve, reject) => {
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      child.stdout.destroy();
      reject(failed(plugin, `did not end within ${timeoutMs / 1000} s`));
    }, timeoutMs);
    child.on('error', (error: Error & { readonly code?: string }) => {
      clearTimeout(timer);
      reject(
        error.code === 'ENOENT'
          ? notFound(plugin)
          : failed(plugin, `cannot be run (${error.code ?? 'unknown'})`),
      );
    });
    child.on('close', (status) => {
      clearTimeout(timer);
      resolve({ status, stdout });
    });
  });
}

function execInfo(plugin: ExecPlugin, cluster: ClusterAccess): object {
  const authority = cluster.authority;
  const told = {
    server: cluster.server.href,
    ...(cluster.tlsServerName === null ? {} : { 'tls-server-name': cluster.tlsServerName }),
    ...(cluster.isInsecure ? { 'insecure-skip-tls-verify': true } : {}),
    ...(authority !== null && 'data' in authority ? { 'certificate-authority-data': authority.data } : {}),
  };
  return {
    apiVersion: plugin.apiVersion,
    kind: 'ExecCredential',
    spec: { interactive: false, ...(plugin.provideClusterInfo ? { cluster: told } : {}) },
  };
}

function parseCredential(text: string, plugin: ExecPlugin): ExecCredential {
  const credential = parseJson(text);
  if (credential?.['kind'] !== 'ExecCredential') throw failed(plugin, 'did not print an ExecCredential');
  if (credential['apiVersion'] !== plugin.apiVersion)
    throw failed(plugin, `printed a credential of another apiVersion than ${plugin.apiVersion}`);
  const status = asRecord(credential['status']);
  const expiry = textOf(status, 'expirationTimestamp');
  const found = {
    token: textOf(status, 'token'),
    certificate: textOf(status, 'clientCertificateData'),
    key: textOf(status, 'clientKeyData'),
    expiresAt: expiry === null ? null : Date.parse(expiry),
  };
  if (found.token === null && (found.certificate === null || found.key === null))
    throw failed(plugin, 'printed a credential without a token or certificate');
  return found;
}

function parseJson(text: string): Readonly<Record<string, unknown>> | null {
  try {
    return asRecord(JSON.parse(text));
  } catch {
    return null;
  }
}

function textOf(status: Readonly<Record<string, unknown>> | null, field: string): string | null {
  const value = status?.[field];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

function notFound(plugin: ExecPlugin): Error {
  const hint = plugin.installHint === '' ? '' : ` ${plugin.installHint.replace(/\s+/g, ' ').slice(0, 300)}`;
  return refuseKubeconfig(
    `needs the program “${plugin.command}” to log in, which is not on this machine`,
    `Install it before this step, or use a kubeconfig with the token of a ServiceAccount.${hint}`,
  );
}

function failed(plugin: ExecPlugin, problem: string): Error {
  return refuseKubeconfig(
    `needs the program “${plugin.command}” to log in, which ${problem}`,
    'Run it by hand with the same arguments and environment, or use a kubeconfig with the token of a ServiceAccount.',
  );
}
