import { join } from 'node:path';
import { clusterFiles } from '../cluster-directory.js';
import { type ControllerRate } from './controller-rate.js';
import { type CredentialFiles } from './credentials.js';

/** The network of Services. Its first address is the API server's own Service. */
export const SERVICE_NETWORK = '10.96.0.0/16';
export const API_SERVICE_ADDRESS = '10.96.0.1';

/** The flags of a program, `--` left out. */
export type Flags = Readonly<Record<string, string | number | boolean>>;

export function toArguments(...flags: readonly Flags[]): readonly string[] {
  return Object.entries(Object.assign({}, ...flags) as Flags).map(([name, value]) => `--${name}=${value}`);
}

/** etcd is reached through a socket in the cluster's directory: no port, and no other user. */
export function etcdEndpoint(directory: string): string {
  return `unix://${join(directory, 'etcd.sock')}`;
}

const GIBIBYTE = 1024 ** 3;

export function etcdFlags(directory: string): Flags {
  // Nobody looks these up where there is one member and one client; etcd insists that they have a host and a port.
  const peer = 'http://127.0.0.1:2380';
  const client = 'http://127.0.0.1:2379';
  return {
    name: 'default',
    'data-dir': join(directory, 'etcd'),
    'listen-client-urls': etcdEndpoint(directory),
    'advertise-client-urls': client,
    'listen-peer-urls': `unix://${join(directory, 'etcd-peer.sock')}`,
    'initial-advertise-peer-urls': peer,
    'initial-cluster': `default=${peer}`,
    'unsafe-no-fsync': true,
    'quota-backend-bytes': 4 * GIBIBYTE,
    'log-level': 'warn',
  };
}

export interface ApiServerFlags {
  readonly directory: string;
  readonly address: string;
  readonly port: number;
  readonly files: CredentialFiles;
  readonly auditPolicy: string | null;
}

/** @see https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/ */
export function apiServerFlags({ directory, address, port, files, auditPolicy }: ApiServerFlags): Flags {
  return {
    'etcd-servers': etcdEndpoint(directory),
    'bind-address': address,
    'secure-port': port,
    'advertise-address': address,
    // A loopback address must not be an endpoint of the Service `kubernetes`.
    'endpoint-reconciler-type': address.startsWith('127.') ? 'none' : 'lease',
    'service-cluster-ip-range': SERVICE_NETWORK,
    'tls-cert-file': files.serving.certificate,
    'tls-private-key-file': files.serving.key,
    'client-ca-file': files.authority.certificate,
    'token-auth-file': files.tokens,
    'authorization-mode': 'Node,RBAC',
    'allow-privileged': true,
    'service-account-issuer': 'https://kubernetes.default.svc.cluster.local',
    'service-account-key-file': files.serviceAccount.publicKey,
    'service-account-signing-key-file': files.serviceAccount.privateKey,
    'kubelet-client-certificate': files.kubelet.certificate,
    'kubelet-client-key': files.kubelet.key,
    // Light nodes say `localhost` here, real nodes have no name.
    'kubelet-preferred-address-types': 'InternalDNS,InternalIP',
    'requestheader-client-ca-file': files.frontProxyAuthority,
    'requestheader-allowed-names': 'front-proxy-client',
    'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
    'requestheader-group-headers': 'X-Remote-Group',
    'requestheader-username-headers': 'X-Remote-User',
    'proxy-client-cert-file': files.frontProxy.certificate,
    'proxy-client-key-file': files.frontProxy.key,
    // Aggregated APIs and webhooks are reached at their endpoints: Service addresses lead nowhere from here. On loopback
    // endpoints lead nowhere either; what serves there is named by a Service of type ExternalName.
    'enable-aggregator-routing': !address.startsWith('127.'),
    // Faults come from the fault proxy, never from this server being busy.
    'enable-priority-and-fairness': false,
    'max-requests-inflight': 4000,
    'max-mutating-requests-inflight': 2000,
    ...(auditPolicy === null
      ? {}
      : {
          'audit-policy-file': auditPolicy,
          'audit-log-path': clusterFiles.auditLog(directory),
          'audit-log-mode': 'blocking',
        }),
  };
}

/** Every write, without its content, once it has been answered. */
export const AUDIT_POLICY = JSON.stringify({
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  omitManagedFields: true,
  rules: [
    { level: 'None', verbs: ['get', 'list', 'watch'] },
    { level: 'None', resources: [{ group: 'coordination.k8s.io', resources: ['leases'] }] },
    { level: 'Metadata' },
  ],
});

/** Controller manager and scheduler may ask the API server so often that no test has to wait for them. */
const RAISED_RATE = { 'kube-api-qps': 500, 'kube-api-burst': 1000 } as const;

function rateFlags(rate: ControllerRate): Flags {
  return rate === 'raised' ? RAISED_RATE : {};
}

export function controllerManagerFlags(
  kubeconfig: string,
  files: CredentialFiles,
  rate: ControllerRate,
): Flags {
  return {
    ...rateFlags(rate),
    kubeconfig,
    'secure-port': 0,
    'leader-elect': false,
    'use-service-account-credentials': true,
    'service-account-private-key-file': files.serviceAccount.privateKey,
    'root-ca-file': files.authority.certificate,
    'cluster-signing-cert-file': files.authority.certificate,
    'cluster-signing-key-file': files.authority.key,
  };
}

export function schedulerFlags(kubeconfig: string, rate: ControllerRate): Flags {
  return { ...rateFlags(rate), kubeconfig, 'secure-port': 0, 'leader-elect': false };
}
