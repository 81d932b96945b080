import { readFileSync } from 'node:fs';
import type { Kubeconfig, Material } from './cluster-access.js';
import { type ExecPluginOptions, runExecPlugin } from './exec-plugin.js';
import { refuseKubeconfig } from './kubeconfig-fields.js';
import { absolutePath } from './kubeconfig-source.js';

/** What a user proves who it is with. */
export interface Credential {
  readonly token: string | null;
  readonly certificate: Material | null;
  readonly key: Material | null;
}

/** Where credentials come from. */
export interface CredentialSource {
  /** The same object until there are others. Throws InputError where there are none to be had. */
  readonly get: () => Promise<Credential>;
  /** Forgets what was refused; false where the next would be the same. */
  readonly renew: () => boolean;
}

/** What credentials are got with. */
export interface CredentialWorld {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly now: () => number;
  /** Learns every secret before it is used. */
  readonly mask: (secret: string) => void;
  readonly execTimeoutMs: number;
}

/** As client-go does: a projected token is replaced well before it ends. */
const TOKEN_FILE_MS = 60_000;
/** A token that ends so soon would end on the way. */
const EXPIRY_MARGIN_MS = 30_000;

/** Credentials of the user of a kubeconfig: as they stand in it, from a token file, or from an exec plugin. */
export function createCredentialSource(kubeconfig: Kubeconfig, world: CredentialWorld): CredentialSource {
  const { user } = kubeconfig;
  if (user.exec !== null) {
    const { variables, execTimeoutMs: timeoutMs } = world;
    return execSource({ plugin: user.exec, cluster: kubeconfig.cluster, variables, timeoutMs }, world);
  }
  const { token, certificate, key, tokenFile } = user;
  if (tokenFile !== null) return fileSource(tokenFile, { token, certificate, key }, world);
  const fixed = { token, certificate, key };
  return { get: () => Promise.resolve(fixed), renew: () => false };
}

function fileSource(path: string, base: Credential, world: CredentialWorld): CredentialSource {
  let known: { readonly credential: Credential; readonly readAt: number } | null = null;
  return {
    get() {
      if (known !== null && world.now() - known.readAt < TOKEN_FILE_MS)
        return Promise.resolve(known.credential);
      const token = readToken(path);
      world.mask(token);
      const credential = known?.credential.token === token ? known.credential : { ...base, token };
      known = { credential, readAt: world.now() };
      return Promise.resolve(credential);
    },
    renew() {
      known = null;
      return true;
    },
  };
}

function readToken(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    throw refuseKubeconfig(
      `names a tokenFile that cannot be read: ${path}`,
      'Name a file that is there, or give a token.',
    );
  }
}

function execSource(options: ExecPluginOptions, world: CredentialWorld): CredentialSource {
  interface Known {
    readonly credential: Credential;
    readonly expiresAt: number | null;
  }
  // A promise, so that requests at the same time run the plugin once.
  let known: Promise<Known> | null = null;
  const forget = (asked: Promise<Known>): void => {
    if (known === asked) known = null;
  };
  const load = async (): Promise<Known> => {
    const { token, certificate, key, expiresAt } = await runExecPlugin(options);
    for (const secret of [token, certificate, key]) if (secret !== null) world.mask(secret);
    return { credential: { token, certificate: toMaterial(certificate), key: toMaterial(key) }, expiresAt };
  };
  return {
    async get() {
      const asked = (known ??= load());
      try {
        const { credential, expiresAt } = await asked;
        // A credential that ends sooner than the margin is used once: the next would end as soon.
        if (expiresAt !== null && expiresAt - EXPIRY_MARGIN_MS < world.now()) forget(asked);
        return credential;
      } catch (error) {
        forget(asked);
        throw error;
      }
    },
    renew() {
      known = null;
      return true;
    },
  };
}

function toMaterial(pem: string | null): Material | null {
  return pem === null ? null : { data: Buffer.from(pem).toString('base64') };
}

/**
 * The kubeconfig with paths that can be opened.
 *
 * @throws InputError where a file that it names cannot be read
 */
export function resolveFiles(kubeconfig: Kubeconfig, directory: string): Kubeconfig {
  const { cluster, user } = kubeconfig;
  const command = user.exec?.command ?? '';
  return {
    ...kubeconfig,
    cluster: { ...cluster, authority: resolveFile(cluster.authority, 'certificate-authority', directory) },
    user: {
      ...user,
      tokenFile: user.tokenFile === null ? null : absolutePath(user.tokenFile, directory),
      certificate: resolveFile(user.certificate, 'client-certificate', directory),
      key: resolveFile(user.key, 'client-key', directory),
      // As kubectl does: a name is looked for in PATH, a relative path from the kubeconfig.
      exec:
        user.exec !== null && command.includes('/')
          ? { ...user.exec, command: absolutePath(command, directory) }
          : user.exec,
    },
  };
}

function resolveFile(material: Material | null, field: string, directory: string): Material | null {
  if (material === null || 'data' in material) return material;
  const file = absolutePath(material.file, directory);
  try {
    const bytes = readFileSync(file);
    if (bytes.includes('-----BEGIN ')) return { data: bytes.toString('base64') };
  } catch {
    throw refuseKubeconfig(
      `names a ${field} that cannot be read: ${file}`,
      'Put the file there, or embed it: `kubectl config view --raw --minify --flatten`.',
    );
  }
  throw refuseKubeconfig(`names a ${field} that is no PEM file: ${file}`, 'Name a PEM file.');
}
