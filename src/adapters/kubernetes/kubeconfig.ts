import { load } from 'js-yaml';
import { InputError } from '../../errors.js';
import type { Kubeconfig, UserAccess } from './cluster-access.js';
import { parseCluster } from './kubeconfig-cluster.js';
import { asRecord, type Entry, entriesOf, refuseKubeconfig, textField } from './kubeconfig-fields.js';
import { parseUser } from './kubeconfig-user.js';

const ANONYMOUS: UserAccess = {
  name: '',
  token: null,
  tokenFile: null,
  certificate: null,
  key: null,
  basic: null,
  exec: null,
  oidc: null,
  impersonation: null,
};

/**
 * Reads one context of a kubeconfig, the current one where none is named. Reads no file.
 *
 * @throws InputError for `kubeconfig` or `context`; its message quotes no secret
 * @see https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
 */
export function parseKubeconfig(text: string, contextName: string | null): Kubeconfig {
  const config = parseDocument(text);
  const contexts = entriesOf(config, 'contexts', 'context');
  const context = pickContext(contexts, contextName ?? textField(config, 'current-context'), contextName);
  const clusterName = textField(context.value, 'cluster');
  const userName = textField(context.value, 'user');
  const cluster = find(entriesOf(config, 'clusters', 'cluster'), 'cluster', clusterName, context.name);
  return {
    context: context.name,
    clusterName,
    cluster: parseCluster(cluster),
    user:
      userName === ''
        ? ANONYMOUS
        : parseUser(find(entriesOf(config, 'users', 'user'), 'user', userName, context.name)),
  };
}

/** The text as what YAML makes of it. */
function parseDocument(text: string): Readonly<Record<string, unknown>> {
  if (text.trim() === '')
    throw refuseKubeconfig('is empty', 'Give it the text of a kubeconfig, base64 of it, or a path.');
  const config = asRecord(loadYaml(text));
  const kind = config?.['kind'];
  if (config === null || (config['clusters'] === undefined && config['contexts'] === undefined))
    throw refuseKubeconfig(
      'is no kubeconfig: it has neither clusters nor contexts',
      'Give it what `kubectl config view --raw --minify --flatten` prints.',
    );
  if (kind !== undefined && kind !== 'Config')
    throw refuseKubeconfig('is another kind of object, not a Config', 'Give it a kubeconfig.');
  return config;
}

function loadYaml(text: string): unknown {
  try {
    return load(text);
  } catch (error) {
    // The message of the parser quotes lines, and with them secrets.
    const line = (error as { mark?: { line?: number } }).mark?.line;
    throw refuseKubeconfig(
      `is not valid YAML${line === undefined ? '' : ` (line ${line + 1})`}`,
      'Give it what `kubectl config view --raw --minify --flatten` prints, line breaks and all.',
    );
  }
}

function pickContext(contexts: readonly Entry[], name: string, asked: string | null): Entry {
  const names = contexts.map((entry) => entry.name).join(', ');
  const remedy =
    names === '' ? 'Give a kubeconfig that has contexts.' : `Set the input context to one of: ${names}.`;
  if (name === '') throw new InputError('context', 'The kubeconfig has no current-context.', remedy);
  const found = contexts.find((entry) => entry.name === name);
  if (found) return found;
  const what = asked === null ? `The current-context of the kubeconfig, “${name}”,` : `The context “${name}”`;
  throw new InputError('context', `${what} is not in the kubeconfig.`, remedy);
}

function find(entries: readonly Entry[], kind: 'cluster' | 'user', name: string, context: string): Entry {
  if (name === '')
    throw refuseKubeconfig(`names no ${kind} in its context “${context}”`, `Add a ${kind} to the context.`);
  const found = entries.find((entry) => entry.name === name);
  if (found) return found;
  const known = entries.map((entry) => entry.name).join(', ');
  throw refuseKubeconfig(
    `has a context “${context}” whose ${kind} “${name}” is not there`,
    known === '' ? `Add the ${kind}.` : `Add the ${kind}, or name one that is there: ${known}.`,
  );
}
