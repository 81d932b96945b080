import { dump } from 'js-yaml';
import { type KeyAndCertificate } from '../certificates/certificate.js';

/** What a kubeconfig of a client certificate says. */
export interface KubeconfigParts {
  readonly server: string;
  readonly authority: string;
  readonly user: string;
  readonly credentials: KeyAndCertificate;
}

/** A kubeconfig with one context that holds everything in itself. */
export function renderKubeconfig({ server, authority, user, credentials }: KubeconfigParts): string {
  return dump({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'test-cluster', cluster: { server, 'certificate-authority-data': base64(authority) } },
    ],
    users: [
      {
        name: user,
        user: {
          'client-certificate-data': base64(credentials.certificate),
          'client-key-data': base64(credentials.key),
        },
      },
    ],
    contexts: [{ name: 'test-cluster', context: { cluster: 'test-cluster', user } }],
    'current-context': 'test-cluster',
  });
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
