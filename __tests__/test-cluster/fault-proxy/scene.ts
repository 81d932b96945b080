import { type FaultProxy, startFaultProxy } from '../../../test-cluster/fault-proxy/fault-proxy.js';
import { type ApiStandIn, startApiStandIn } from '../../adapters/kubernetes/api-stand-in.js';
import { renderKubeconfig } from '../../adapters/kubernetes/render-kubeconfig.js';
import { createPlainClient, type PlainAnswer, type PlainClient } from './plain-client.js';

/** A client, a proxy, and a server that remembers what arrived. */
export interface Scene {
  readonly api: ApiStandIn;
  readonly proxy: FaultProxy;
  readonly client: PlainClient;
  /** What arrived at the server: `GET /version`. */
  readonly arrived: () => readonly string[];
  readonly stop: () => Promise<void>;
}

export const CONFIG_MAPS = '/api/v1/namespaces/n/configmaps';
export const EXEC = '/api/v1/namespaces/n/pods/p/exec?command=true';
/** What the server answers where nothing else was arranged. */
export const ANSWER = '{"gitVersion":"v1.34.4","platform":"linux/amd64"}';

export async function startScene({ seed = 1 }: { readonly seed?: number } = {}): Promise<Scene> {
  const api = await startApiStandIn();
  const kubeconfig = renderKubeconfig({
    server: api.server,
    authority: api.authority.certificate,
    token: 'abcdef',
  });
  const proxy = await startFaultProxy({ kubeconfig, seed });
  const client = createPlainClient(proxy.kubeconfig);
  return {
    api,
    proxy,
    client,
    arrived: () => api.seen.map(({ method, url }) => `${method} ${url}`),
    async stop() {
      client.close();
      await proxy.stop();
      await api.stop();
    },
  };
}

/** Makes an object of this name. */
export function create({ client }: Scene, name: string, silenceMs?: number): Promise<PlainAnswer> {
  const body = JSON.stringify({ metadata: { name } });
  const headers = { 'content-type': 'application/json' };
  return client.ask({ method: 'POST', path: CONFIG_MAPS, body, headers }, silenceMs);
}

/** Names of the objects that the server was asked to make. */
export function createdOn({ api }: Scene): readonly string[] {
  return api.seen
    .filter(({ method }) => method === 'POST')
    .map(({ body }) => (JSON.parse(body) as { metadata: { name: string } }).metadata.name);
}
