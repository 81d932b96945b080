import type { ClusterAccess } from './cluster-access.js';
import { type Entry, materialField, refuseKubeconfig, textField } from './kubeconfig-fields.js';

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** @throws InputError for what cannot be used */
export function parseCluster(entry: Entry): ClusterAccess {
  const isInsecure = entry.value['insecure-skip-tls-verify'] === true;
  const authority = materialField(entry, 'certificate-authority');
  if (isInsecure && authority !== null)
    throw refuseKubeconfig(
      `has both a certificate-authority and insecure-skip-tls-verify in the cluster “${entry.name}”`,
      'Leave insecure-skip-tls-verify out.',
    );
  return {
    server: parseServer(entry, isInsecure),
    authority,
    isInsecure,
    tlsServerName: textField(entry.value, 'tls-server-name') || null,
    proxyUrl: parseProxy(entry),
  };
}

function parseServer(entry: Entry, isInsecure: boolean): URL {
  const text = textField(entry.value, 'server');
  if (text === '')
    throw refuseKubeconfig(
      `has a cluster “${entry.name}” without a server`,
      'Write its server, as https://HOST:PORT.',
    );
  const server = parseUrl(text, ['https:', 'http:']);
  if (server === null)
    throw refuseKubeconfig(
      `has a cluster “${entry.name}” whose server is no URL`,
      'Write the server as https://HOST:PORT.',
    );
  if (server.protocol === 'http:' && !isInsecure && !LOOPBACK.test(server.hostname))
    throw refuseKubeconfig(
      `has a cluster “${entry.name}” whose server is plain HTTP, which would show the credentials to everyone on the way`,
      'Write the server as https://HOST:PORT.',
    );
  return server;
}

function parseProxy(entry: Entry): string | null {
  const text = textField(entry.value, 'proxy-url');
  if (text === '') return null;
  if (parseUrl(text, ['http:', 'https:', 'socks5:']) === null)
    throw refuseKubeconfig(
      `has a proxy-url in the cluster “${entry.name}” that is no URL of an http, https or socks5 proxy`,
      'Write it as http://HOST:PORT.',
    );
  return text;
}

function parseUrl(text: string, protocols: readonly string[]): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && protocols.includes(url.protocol) && url.hostname !== '' ? url : null;
}
