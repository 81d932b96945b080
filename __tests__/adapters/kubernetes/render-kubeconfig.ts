/** What a kubeconfig of a test says; the rest of it is valid. */
export interface KubeconfigParts {
  readonly server?: string;
  readonly token?: string;
  /** PEM. */
  readonly authority?: string;
  /** More fields of the cluster. */
  readonly cluster?: Readonly<Record<string, unknown>>;
  /** More fields of the user. */
  readonly user?: Readonly<Record<string, unknown>>;
  /** Fields in the place of the file's own. */
  readonly file?: Readonly<Record<string, unknown>>;
}

/** A kubeconfig with one context, as JSON, which is YAML. */
export function renderKubeconfig(parts: KubeconfigParts = {}): string {
  const { server = 'https://127.0.0.1:6443', token, authority } = parts;
  const trust =
    authority === undefined
      ? {}
      : { 'certificate-authority-data': Buffer.from(authority).toString('base64') };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'one',
    clusters: [{ name: 'c', cluster: { server, ...trust, ...parts.cluster } }],
    users: [{ name: 'u', user: { ...(token === undefined ? {} : { token }), ...parts.user } }],
    contexts: [{ name: 'one', context: { cluster: 'c', user: 'u' } }],
    ...parts.file,
  });
}
