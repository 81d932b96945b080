import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Authority,
  createAuthority,
  createTokenKey,
  type KeyAndCertificate,
  loadAuthority,
  type Subject,
} from '../certificates/certificate.js';
import { clusterFiles } from '../cluster-directory.js';

/** Paths of what the control plane is given to prove who it is, and to tell who calls. */
export interface CredentialFiles {
  readonly authority: { readonly certificate: string; readonly key: string };
  readonly serving: { readonly certificate: string; readonly key: string };
  /** The API server as a client of kubelets. */
  readonly kubelet: { readonly certificate: string; readonly key: string };
  readonly frontProxyAuthority: string;
  readonly frontProxy: { readonly certificate: string; readonly key: string };
  readonly serviceAccount: { readonly publicKey: string; readonly privateKey: string };
  /** Lines `token,user,uid,"groups"`. */
  readonly tokens: string;
}

const AUTHORITY_NAME = 'calico-test-cluster';
export const ADMINISTRATOR: Subject = { commonName: 'admin', organizations: ['system:masters'] };

/** The files that {@link createCredentials} makes. */
export function credentialFiles(directory: string): CredentialFiles {
  const at = (name: string): string => join(clusterFiles.pki(directory), name);
  const pair = (name: string): KeyAndCertificate => ({
    certificate: at(`${name}.crt`),
    key: at(`${name}.key`),
  });
  return {
    authority: pair('ca'),
    serving: pair('apiserver'),
    kubelet: pair('kubelet-client'),
    frontProxyAuthority: at('front-proxy-ca.crt'),
    frontProxy: pair('front-proxy'),
    serviceAccount: { publicKey: at('sa.pub'), privateKey: at('sa.key') },
    tokens: at('tokens.csv'),
  };
}

/** Makes all certificates and keys of a control plane that is reached under these names. */
export function createCredentials(directory: string, servingNames: readonly string[]): Authority {
  const files = credentialFiles(directory);
  const authority = createAuthority(AUTHORITY_NAME);
  const frontProxyAuthority = createAuthority('calico-test-cluster-front-proxy');
  const tokenKey = createTokenKey();
  writePair(files.authority, authority);
  writePair(
    files.serving,
    authority.issue({ commonName: 'kube-apiserver', usages: ['server'], names: servingNames }),
  );
  writePair(
    files.kubelet,
    authority.issue({
      commonName: 'kube-apiserver-kubelet-client',
      organizations: ['system:masters'],
      usages: ['client'],
    }),
  );
  writePrivate(files.frontProxyAuthority, frontProxyAuthority.certificate);
  writePair(
    files.frontProxy,
    frontProxyAuthority.issue({ commonName: 'front-proxy-client', usages: ['client'] }),
  );
  writePrivate(files.serviceAccount.publicKey, tokenKey.publicKey);
  writePrivate(files.serviceAccount.privateKey, tokenKey.privateKey);
  writePrivate(files.tokens, `${randomBytes(16).toString('hex')},token-admin,token-admin,"system:masters"\n`);
  return authority;
}

/** The authority of a cluster that was made earlier. */
export function readAuthority(directory: string): Authority {
  const { certificate, key } = credentialFiles(directory).authority;
  return loadAuthority(AUTHORITY_NAME, {
    certificate: readFileSync(certificate, 'utf8'),
    key: readFileSync(key, 'utf8'),
  });
}

/** The bearer token of an administrator. */
export function readAdministratorToken(directory: string): string {
  const [token = ''] = readFileSync(credentialFiles(directory).tokens, 'utf8').split(',');
  return token;
}

function writePair(paths: KeyAndCertificate, content: KeyAndCertificate): void {
  writePrivate(paths.certificate, content.certificate);
  writePrivate(paths.key, content.key);
}

function writePrivate(path: string, content: string): void {
  writeFileSync(path, content, { mode: 0o600 });
}
