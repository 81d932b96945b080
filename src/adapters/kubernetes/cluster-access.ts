/** Bytes that a kubeconfig holds (base64 of PEM) or names (a path). */
export type Material = { readonly data: string } | { readonly file: string };

/** Where the API server of a context is, and how to know it. */
export interface ClusterAccess {
  readonly server: URL;
  readonly authority: Material | null;
  readonly isInsecure: boolean;
  readonly tlsServerName: string | null;
  readonly proxyUrl: string | null;
}

/** A program that gives credentials. */
export interface ExecPlugin {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly apiVersion: string;
  readonly installHint: string;
  readonly provideClusterInfo: boolean;
}

/** Whom another user is to be taken for. */
export interface Impersonation {
  readonly user: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** Who the user of a context is. */
export interface UserAccess {
  readonly name: string;
  readonly token: string | null;
  readonly tokenFile: string | null;
  readonly certificate: Material | null;
  readonly key: Material | null;
  readonly basic: { readonly username: string; readonly password: string } | null;
  readonly exec: ExecPlugin | null;
  /** The settings of the auth-provider `oidc`. */
  readonly oidc: Readonly<Record<string, unknown>> | null;
  readonly impersonation: Impersonation | null;
}

/** One context of a kubeconfig, with its cluster and its user. */
export interface Kubeconfig {
  readonly context: string;
  /** What the kubeconfig calls the cluster of the context. */
  readonly clusterName: string;
  readonly cluster: ClusterAccess;
  readonly user: UserAccess;
}
