import type { ExecPlugin, Impersonation, UserAccess } from './cluster-access.js';
import { asRecord, type Entry, materialField, refuseKubeconfig, textField } from './kubeconfig-fields.js';

const EXEC_VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];

/** @throws InputError for what cannot be used */
export function parseUser(entry: Entry): UserAccess {
  const { name, value } = entry;
  const token = textField(value, 'token');
  const tokenFile = textField(value, 'tokenFile');
  if (token !== '' && tokenFile !== '')
    throw refuseKubeconfig(`has both token and tokenFile in the user “${name}”`, 'Leave one of them.');
  if (token === 'REDACTED')
    throw refuseKubeconfig(
      `has a token in the user “${name}” that was left out (REDACTED)`,
      'Make it with `kubectl config view --raw --minify --flatten`.',
    );
  const certificate = materialField(entry, 'client-certificate');
  const key = materialField(entry, 'client-key');
  if ((certificate === null) !== (key === null))
    throw refuseKubeconfig(
      `has ${certificate === null ? 'a client-key without a client-certificate' : 'a client-certificate without a client-key'} in the user “${name}”`,
      'Give both, or neither.',
    );
  const username = textField(value, 'username');
  return {
    name,
    token: token || null,
    tokenFile: tokenFile || null,
    certificate,
    key,
    basic: username === '' ? null : { username, password: textField(value, 'password') },
    exec: parseExec(entry),
    oidc: parseAuthProvider(entry),
    impersonation: parseImpersonation(value),
  };
}

function parseExec({ name, value }: Entry): ExecPlugin | null {
  const exec = asRecord(value['exec']);
  if (exec === null) return null;
  const command = textField(exec, 'command');
  const apiVersion = textField(exec, 'apiVersion');
  if (command === '')
    throw refuseKubeconfig(
      `has an exec plugin without a command in the user “${name}”`,
      'Write its command.',
    );
  if (!EXEC_VERSIONS.includes(apiVersion))
    throw refuseKubeconfig(
      `has an exec plugin of an unknown apiVersion in the user “${name}”`,
      `Write its apiVersion as ${EXEC_VERSIONS.join(' or ')}; an older plugin has to be updated.`,
    );
  if (exec['interactiveMode'] === 'Always')
    throw refuseKubeconfig(
      `has an exec plugin in the user “${name}” that asks a person (interactiveMode: Always)`,
      'Use credentials that need no terminal: a token of a ServiceAccount, or another login mode of the plugin.',
    );
  return {
    command,
    args: listOf(exec['args']).map(String),
    env: listOf(exec['env']).flatMap((item) => {
      const variable = asRecord(item);
      return variable === null
        ? []
        : [{ name: textField(variable, 'name'), value: textField(variable, 'value') }];
    }),
    apiVersion,
    installHint: textField(exec, 'installHint'),
    provideClusterInfo: exec['provideClusterInfo'] === true,
  };
}

function parseAuthProvider({ name, value }: Entry): UserAccess['oidc'] {
  const provider = asRecord(value['auth-provider']);
  if (provider === null) return null;
  const kind = textField(provider, 'name');
  if (kind === 'oidc') return asRecord(provider['config']) ?? {};
  const plugin = { gcp: 'gke-gcloud-auth-plugin', azure: 'kubelogin' }[kind] ?? 'an exec plugin';
  throw refuseKubeconfig(
    `has the auth-provider “${kind}” in the user “${name}”, which Kubernetes has removed`,
    `Use ${plugin} or a token of a ServiceAccount.`,
  );
}

function parseImpersonation(value: Readonly<Record<string, unknown>>): Impersonation | null {
  const user = textField(value, 'as');
  const extra = Object.entries(asRecord(value['as-user-extra']) ?? {});
  const groups = listOf(value['as-groups']).map(String);
  if (user === '' && groups.length === 0) return null;
  return {
    user,
    uid: textField(value, 'as-uid'),
    groups,
    extra: Object.fromEntries(extra.map(([key, values]) => [key, listOf(values).map(String)])),
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
