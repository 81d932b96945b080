type Variables = Readonly<Record<string, string | undefined>>;

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/;

/**
 * The proxy that the environment asks for, as kubectl reads it: `HTTPS_PROXY` (`HTTP_PROXY` for plain HTTP) and
 * `NO_PROXY`, in upper or lower case. Null where there is none. Nothing on this machine goes through one.
 */
export function proxyFromEnvironment(server: URL, variables: Variables): string | null {
  const name = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const text = read(variables, name);
  if (text === '' || LOOPBACK.test(server.hostname) || isExempt(server, read(variables, 'NO_PROXY'))) {
    return null;
  }
  return text.includes('://') ? text : `http://${text}`;
}

function read(variables: Variables, name: string): string {
  return (variables[name] ?? variables[name.toLowerCase()] ?? '').trim();
}

function isExempt(server: URL, list: string): boolean {
  const host = server.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = server.port || (server.protocol === 'https:' ? '443' : '80');
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => matches(entry.toLowerCase(), host, port));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return isInNetwork(host, entry);
  const [, name = '', wantedPort] = /^\[?([^\]]*?)\]?(?::(\d+))?$/.exec(entry) ?? [];
  const bare = entry.split(':').length > 2 && !entry.startsWith('[') ? entry : name;
  if (wantedPort !== undefined && bare === name && wantedPort !== port) return false;
  if (bare.startsWith('.')) return host.endsWith(bare);
  return host === bare || host.endsWith(`.${bare}`);
}

/** Whether an IPv4 address is in a network such as `10.0.0.0/8`. */
function isInNetwork(host: string, network: string): boolean {
  const [base = '', bits = ''] = network.split('/');
  const [address, start] = [parseIpv4(host), parseIpv4(base)];
  if (address === null || start === null) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(address / size) === Math.floor(start / size);
}

function parseIpv4(text: string): number | null {
  const parts = text.split('.').map(Number);
  const isAddress = parts.length === 4 && parts.every((part) => part >= 0 && part <= 255);
  return isAddress ? parts.reduce((sum, part) => sum * 256 + part, 0) : null;
}
