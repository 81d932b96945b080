import type { ClusterClient, KubernetesObject } from '../../src/ports/cluster-client.js';
import { CALICO_API, calicoObject, throughCalicoApi } from './calico-objects.js';
import { type Installed, installObjects } from './install-objects.js';

export interface CalicoDataOptions {
  /** Namespace of the namespaced policies; made where it is not there. Default: `shop`. */
  readonly namespace?: string;
  /** Nodes that host endpoints and BGP peers are of. Default: none. */
  readonly nodes?: readonly string[];
  /** Default: 10.244.0.0/16. */
  readonly poolCidr?: string;
}

/**
 * What the owner of a cluster may have configured, in kinds that the release has (others are left out): policies of
 * every sort, pools, BGP, host endpoints, tiers and staged policies.
 */
export async function installCalicoData(
  client: ClusterClient,
  options: CalicoDataOptions = {},
): Promise<Installed> {
  const { kinds } = await client.discover();
  const served = new Set(kinds.filter((kind) => kind.apiVersion === CALICO_API).map((kind) => kind.kind));
  const objects = calicoData(options).filter(
    ({ apiVersion, kind }) => apiVersion !== CALICO_API || served.has(kind),
  );
  const { namespace = 'shop' } = options;
  const isThere =
    (await client.get({ apiVersion: 'v1', kind: 'Namespace', namespace: null, name: namespace })) !== null;
  const wanted = isThere ? objects.filter(({ kind }) => kind !== 'Namespace') : objects;
  return installObjects(client, wanted, { command: 'create', fieldManager: 'calicoctl' });
}

/** The objects, whatever kinds a release has. */
export function calicoData(options: CalicoDataOptions = {}): KubernetesObject[] {
  const { namespace = 'shop', nodes = [], poolCidr = '10.244.0.0/16' } = options;
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    ...[...network(poolCidr), ...policies(namespace), ...tiered(namespace), ...hosts(nodes)].map(
      throughCalicoApi,
    ),
    kubernetesPolicy(namespace),
  ];
}

function network(poolCidr: string): KubernetesObject[] {
  return [
    calicoObject('IPPool', 'default-ipv4-ippool', {
      allowedUses: ['Workload', 'Tunnel'],
      blockSize: 26,
      cidr: poolCidr,
      ipipMode: 'Always',
      natOutgoing: true,
      nodeSelector: 'all()',
      vxlanMode: 'Never',
    }),
    calicoObject('IPReservation', 'gateways', { reservedCIDRs: ['10.244.255.0/30'] }),
    calicoObject('BGPConfiguration', 'default', { asNumber: 64_512, nodeToNodeMeshEnabled: true }),
    calicoObject('BGPPeer', 'rack-1', { peerIP: '192.0.2.1', asNumber: 64_513, nodeSelector: 'rack == "1"' }),
    calicoObject('BGPFilter', 'no-default', {
      exportV4: [{ action: 'Reject', matchOperator: 'Equal', cidr: '0.0.0.0/0' }],
    }),
  ];
}

function policies(namespace: string): KubernetesObject[] {
  const allowDns = { action: 'Allow', protocol: 'UDP', destination: { ports: [53] } };
  return [
    calicoObject('GlobalNetworkPolicy', 'default.allow-dns', {
      egress: [allowDns],
      order: 100,
      selector: 'all()',
      types: ['Egress'],
    }),
    calicoObject(
      'NetworkPolicy',
      'default.allow-web',
      {
        ingress: [
          {
            action: 'Allow',
            protocol: 'TCP',
            source: { selector: "role == 'web'" },
            destination: { ports: [8080] },
          },
        ],
        order: 200,
        selector: "app == 'shop'",
        types: ['Ingress'],
      },
      { namespace },
    ),
    calicoObject(
      'GlobalNetworkSet',
      'offices',
      { nets: ['198.51.100.0/24'] },
      { labels: { place: 'office' } },
    ),
    calicoObject(
      'NetworkSet',
      'suppliers',
      { nets: ['203.0.113.0/24'] },
      { namespace, labels: { role: 'supplier' } },
    ),
  ];
}

/** Tiers (v3.29) and staged policies (v3.30). */
function tiered(namespace: string): KubernetesObject[] {
  const deny = { action: 'Deny' };
  return [
    calicoObject('Tier', 'security', { order: 50, defaultAction: 'Pass' }),
    calicoObject('StagedGlobalNetworkPolicy', 'default.deny-all', {
      ingress: [deny],
      selector: 'all()',
      stagedAction: 'Set',
      types: ['Ingress'],
    }),
    calicoObject(
      'StagedNetworkPolicy',
      'default.deny-shop',
      { ingress: [deny], selector: 'all()', stagedAction: 'Set', types: ['Ingress'] },
      { namespace },
    ),
    calicoObject(
      'StagedKubernetesNetworkPolicy',
      'deny-all',
      { podSelector: {}, policyTypes: ['Ingress'], stagedAction: 'Set' },
      { namespace },
    ),
  ];
}

/** One endpoint that a person made for each node, as against those that kube-controllers make. */
function hosts(nodes: readonly string[]): KubernetesObject[] {
  return nodes.map((node) =>
    calicoObject(
      'HostEndpoint',
      `${node}-eth0`,
      { node, interfaceName: 'eth0', expectedIPs: ['192.0.2.10'] },
      { labels: { role: 'node' } },
    ),
  );
}

function kubernetesPolicy(namespace: string): KubernetesObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'deny-ingress', namespace },
    spec: { podSelector: {}, policyTypes: ['Ingress'] },
  };
}
