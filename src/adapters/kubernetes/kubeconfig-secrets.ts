import { load } from 'js-yaml';
import { asRecord, entriesOf } from './kubeconfig-fields.js';

/** Fields of a user whose values nobody else may see. */
const SECRET_FIELDS = ['token', 'password', 'client-key-data', 'client-certificate-data'];
/** In a file that is no YAML: what stands behind such a key. */
const SECRET_LINE =
  /(?:token|password|client-key-data|client-certificate-data|secret|value)["']?\s*:\s*["']?([^\s"',}]+)/gi;
/** Settings of exec plugins that are no secrets, and words that occur in any log. */
const OPEN_VARIABLE = /(REGION|PROFILE|ENDPOINTS?|CLUSTER_NAME|PROJECT|ENVIRONMENT)$/i;
const SECRET_ARGUMENT = /^--?[\w-]*(secret|token|password|key)[\w-]*$/i;

/** Every secret in a kubeconfig, of all its users, to be masked before anything is logged. Never throws. */
export function kubeconfigSecrets(text: string): readonly string[] {
  const config = parse(text);
  const found =
    config === null
      ? [...text.matchAll(SECRET_LINE)].map((match) => match[1] ?? '')
      : [...entries(config, 'users', 'user').flatMap(userSecrets), ...urlSecrets(config)];
  return [...new Set(found.filter((secret) => secret.trim() !== ''))];
}

function parse(text: string): Readonly<Record<string, unknown>> | null {
  try {
    return asRecord(load(text));
  } catch {
    return null;
  }
}

function entries(
  config: Readonly<Record<string, unknown>>,
  list: string,
  field: string,
): readonly Readonly<Record<string, unknown>>[] {
  try {
    return entriesOf(config, list, field).map((entry) => entry.value);
  } catch {
    return [];
  }
}

function userSecrets(user: Readonly<Record<string, unknown>>): readonly string[] {
  const fields = SECRET_FIELDS.map((field) => textOf(user[field]));
  const settings = asRecord(asRecord(user['auth-provider'])?.['config']);
  return [
    ...fields,
    ...fields.filter((_, index) => SECRET_FIELDS[index]?.endsWith('-data')).map(decode),
    ...Object.entries(settings ?? {})
      .filter(([name]) => /token|secret|key/i.test(name))
      .map(([, value]) => textOf(value)),
    ...execSecrets(asRecord(user['exec'])),
  ];
}

function execSecrets(exec: Readonly<Record<string, unknown>> | null): readonly string[] {
  const variables = listOf(exec?.['env']).map((item) => asRecord(item) ?? {});
  const args = listOf(exec?.['args']).map(String);
  return [
    ...variables
      .filter((variable) => !OPEN_VARIABLE.test(textOf(variable['name'])))
      .map((variable) => textOf(variable['value'])),
    ...args.filter((_, index) => SECRET_ARGUMENT.test(args[index - 1] ?? '')),
    ...args.flatMap((arg) => {
      const [name = '', value = ''] = arg.split(/=(.*)/s);
      return SECRET_ARGUMENT.test(name) ? [value] : [];
    }),
  ];
}

/** Passwords in the addresses of servers and proxies. */
function urlSecrets(config: Readonly<Record<string, unknown>>): readonly string[] {
  return entries(config, 'clusters', 'cluster')
    .flatMap((cluster) => [textOf(cluster['proxy-url']), textOf(cluster['server'])])
    .flatMap((text) => (URL.canParse(text) ? [new URL(text).password] : []))
    .flatMap((password) => [password, decodeURIComponent(password)]);
}

function decode(data: string): string {
  return Buffer.from(data, 'base64').toString('utf8');
}

/** A token that looks like a number is one all the same. */
function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
