import type { Agent } from 'node:http';
import type { RequestOptions } from 'node:https';
import type { Cluster, KubeConfig, User } from '@kubernetes/client-node';
import type { Kubeconfig } from './cluster-access.js';
import type { Credential, CredentialSource } from './credentials.js';

/** What `node:https` is to be called with. */
export interface ConnectionOptions {
  readonly agent: Agent;
  /** User and password, with a colon between. */
  readonly auth: string | null;
  readonly headers: Readonly<Record<string, string | string[]>>;
}

/** The API server of a kubeconfig, and how to talk to it. */
export interface Connection {
  readonly server: URL;
  /** What every request needs: agent and authentication. Throws InputError where credentials cannot be had. */
  readonly requestOptions: () => Promise<ConnectionOptions>;
  /** Forgets credentials that were refused; false where there is no way to get others. */
  readonly renew: () => boolean;
  /** The cluster as client-node knows it. */
  readonly cluster: () => Cluster;
}

/** As much of client-node as is needed here. */
export interface ClientLibrary {
  readonly KubeConfig: new () => KubeConfig;
}

const NAME = 'cluster';

/** Leaves authentication, TLS and proxies to client-node; credentials come from `source`. */
export function createConnection(
  kubeconfig: Kubeconfig,
  source: CredentialSource,
  library: ClientLibrary,
): Connection {
  const { cluster, user } = kubeconfig;
  const impersonation = impersonationHeaders(kubeconfig);
  let last: { readonly credential: Credential; readonly config: KubeConfig } | null = null;

  async function currentConfig(): Promise<KubeConfig> {
    const credential = await source.get();
    if (last?.credential === credential) return last.config;
    const config = new library.KubeConfig();
    config.loadFromOptions({
      clusters: [clusterOf(kubeconfig)],
      users: [userOf(kubeconfig, credential)],
      contexts: [{ name: NAME, cluster: NAME, user: user.name || NAME }],
      currentContext: NAME,
    });
    last = { credential, config };
    return config;
  }

  return {
    server: cluster.server,
    cluster: () => clusterOf(kubeconfig),
    renew: source.renew,
    async requestOptions() {
      const options: RequestOptions = {};
      await (await currentConfig()).applyToHTTPSOptions(options);
      const agent = options.agent as Agent;
      keepAlive(agent);
      return {
        agent,
        auth: options.auth ?? null,
        headers: { ...(options.headers as Record<string, string>), ...impersonation },
      };
    },
  };
}

/** One TLS handshake for many requests. client-node makes agents that end every connection. */
function keepAlive(agent: Agent): void {
  Object.assign(agent, { keepAlive: true });
}

function clusterOf({ cluster }: Kubeconfig): Cluster {
  return {
    name: NAME,
    server: cluster.server.href.replace(/\/$/, ''),
    // Plain HTTP was judged before; client-node allows it with this alone.
    skipTLSVerify: cluster.isInsecure || cluster.server.protocol === 'http:',
    ...(cluster.authority === null ? {} : materialFields(cluster.authority, 'ca')),
    ...(cluster.tlsServerName === null ? {} : { tlsServerName: cluster.tlsServerName }),
    ...(cluster.proxyUrl === null ? {} : { proxyUrl: cluster.proxyUrl }),
  };
}

function userOf({ user }: Kubeconfig, credential: Credential): User {
  return {
    name: user.name || NAME,
    ...(credential.certificate === null ? {} : materialFields(credential.certificate, 'cert')),
    ...(credential.key === null ? {} : materialFields(credential.key, 'key')),
    ...(credential.token === null ? {} : { token: credential.token }),
    ...(user.basic ?? {}),
    ...(user.oidc === null ? {} : { authProvider: { name: 'oidc', config: { ...user.oidc } } }),
  };
}

function materialFields(
  material: { readonly data: string } | { readonly file: string },
  prefix: 'ca' | 'cert' | 'key',
): object {
  return 'data' in material ? { [`${prefix}Data`]: material.data } : { [`${prefix}File`]: material.file };
}

function impersonationHeaders({ user: { impersonation } }: Kubeconfig): Record<string, string | string[]> {
  if (impersonation === null) return {};
  return {
    ...(impersonation.user === '' ? {} : { 'Impersonate-User': impersonation.user }),
    ...(impersonation.uid === '' ? {} : { 'Impersonate-Uid': impersonation.uid }),
    ...(impersonation.groups.length === 0 ? {} : { 'Impersonate-Group': [...impersonation.groups] }),
    ...Object.fromEntries(
      Object.entries(impersonation.extra).map(([key, values]) => [
        `Impersonate-Extra-${encodeURIComponent(key)}`,
        [...values],
      ]),
    ),
  };
}
