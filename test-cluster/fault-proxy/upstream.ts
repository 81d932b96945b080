import https, { Agent } from 'node:https';
import type { ClientRequest, IncomingHttpHeaders, RequestOptions } from 'node:http';
import type { Material } from '../../src/adapters/kubernetes/cluster-access.js';
import { parseKubeconfig } from '../../src/adapters/kubernetes/kubeconfig.js';

/** The API server behind the proxy. */
export interface Upstream {
  /** Opens a request with the client's own headers; as the kubeconfig's user where the client brings no token. */
  readonly open: (request: {
    readonly method: string;
    readonly path: string;
    readonly headers: IncomingHttpHeaders;
  }) => ClientRequest;
  readonly token: string | null;
  readonly close: () => void;
}

/** @throws InputError where the kubeconfig cannot be used */
export function readUpstream(kubeconfig: string): Upstream {
  const { cluster, user } = parseKubeconfig(kubeconfig, null);
  const trust = { ca: pem(cluster.authority), rejectUnauthorized: !cluster.isInsecure, keepAlive: true };
  const anonymous = new Agent(trust);
  // A client certificate would win over a token.
  const identified = new Agent({ ...trust, cert: pem(user.certificate), key: pem(user.key) });
  return {
    token: user.token,
    open({ method, path, headers }) {
      const isIdentified = headers.authorization !== undefined;
      const options: RequestOptions = {
        agent: isIdentified ? anonymous : identified,
        hostname: cluster.server.hostname,
        port: cluster.server.port,
        method,
        path,
        headers: { ...headers, host: cluster.server.host },
      };
      return https.request(options);
    },
    close() {
      anonymous.destroy();
      identified.destroy();
    },
  };
}

/** The kubeconfig that leads to the proxy: with the same token, or with nothing, where the proxy identifies the user. */
export function renderProxyKubeconfig(upstream: Upstream, server: string, authority: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'fault-proxy',
    clusters: [
      {
        name: 'fault-proxy',
        cluster: { server, 'certificate-authority-data': Buffer.from(authority).toString('base64') },
      },
    ],
    users: [{ name: 'user', user: upstream.token === null ? {} : { token: upstream.token } }],
    contexts: [{ name: 'fault-proxy', context: { cluster: 'fault-proxy', user: 'user' } }],
  });
}

function pem(material: Material | null): Buffer | string | undefined {
  if (material === null) return undefined;
  if ('file' in material) throw new TypeError('The fault proxy needs a kubeconfig that names no files.');
  return Buffer.from(material.data, 'base64');
}
