import type { KubernetesObject } from '../../../src/ports/cluster-client.js';

/** An object of crd.projectcalico.org in words, and what is wrong with it: fields and kinds of problems. */
export interface StoredCase {
  readonly title: string;
  readonly object: KubernetesObject;
  readonly problems: readonly (readonly [string, string])[];
}

type Spec = Readonly<Record<string, unknown>>;

function stored(kind: string, spec: Spec, metadata: Readonly<Record<string, string>> = {}): KubernetesObject {
  return { apiVersion: 'crd.projectcalico.org/v1', kind, metadata: { name: 'case', ...metadata }, spec };
}

const felix = (spec: Spec, name = 'default'): KubernetesObject =>
  stored('FelixConfiguration', spec, { name });
const pool = (spec: Spec): KubernetesObject => stored('IPPool', { cidr: '10.0.0.0/16', ...spec });
const policy = (spec: Spec): KubernetesObject => stored('GlobalNetworkPolicy', spec);
const peer = (spec: Spec): KubernetesObject => stored('BGPPeer', spec);
const invalid = (...fields: readonly string[]): [string, string][] =>
  fields.map((field) => [field, 'invalid']);
const unknown = (...fields: readonly string[]): [string, string][] =>
  fields.map((field) => [field, 'unknown']);

/** Objects as clusters store them, against the CRDs of v3.32.1. */
export const STORED_CASES: readonly StoredCase[] = [
  {
    title: 'a usual FelixConfiguration',
    object: felix({
      logSeverityScreen: 'Info',
      reportingInterval: '0s',
      vxlanPort: 4789,
      iptablesBackend: 'NFT',
    }),
    problems: [],
  },
  {
    title: 'bpfRedirectToPeer: L2Only',
    object: felix({ bpfRedirectToPeer: 'L2Only' }),
    problems: invalid('spec.bpfRedirectToPeer'),
  },
  { title: 'bpfRedirectToPeer: Enabled', object: felix({ bpfRedirectToPeer: 'Enabled' }), problems: [] },
  {
    title: 'a backend of iptables in lower case',
    object: felix({ iptablesBackend: 'legacy' }),
    problems: invalid('spec.iptablesBackend'),
  },
  {
    title: 'a backend of iptables as it has to be',
    object: felix({ iptablesBackend: 'Legacy' }),
    problems: [],
  },
  {
    title: 'fields of Felix that 3.32 removed',
    object: felix({
      bpfKubeProxyEndpointSlicesEnabled: true,
      iptablesLockFilePath: '/run/xtables.lock',
      iptablesLockTimeout: '0s',
    }),
    problems: unknown(
      'spec.bpfKubeProxyEndpointSlicesEnabled',
      'spec.iptablesLockFilePath',
      'spec.iptablesLockTimeout',
    ),
  },
  {
    title: 'a log level in any case, where any is allowed',
    object: felix({ bpfLogLevel: 'debug' }),
    problems: [],
  },
  {
    title: 'a log level that is none',
    object: felix({ bpfLogLevel: 'Loud' }),
    problems: invalid('spec.bpfLogLevel'),
  },
  { title: 'a duration with a unit', object: felix({ iptablesRefreshInterval: '1m30s' }), problems: [] },
  {
    title: 'a duration without a unit',
    object: felix({ iptablesRefreshInterval: '90' }),
    problems: invalid('spec.iptablesRefreshInterval'),
  },
  {
    title: 'text in place of a number',
    object: felix({ vxlanPort: '4789' }),
    problems: invalid('spec.vxlanPort'),
  },
  {
    title: 'a broken number in place of a whole one',
    object: felix({ vxlanPort: 1.5 }),
    problems: invalid('spec.vxlanPort'),
  },
  {
    title: 'null for a field that may not be, which is as if it were not there',
    object: felix({ vxlanPort: null }),
    problems: [],
  },
  {
    title: 'a port as a number or as text',
    object: felix({ kubeNodePortRanges: [30000, '30001:30002'] }),
    problems: [],
  },
  {
    title: 'a port that is neither',
    object: felix({ kubeNodePortRanges: [true] }),
    problems: invalid('spec.kubeNodePortRanges[0]'),
  },
  {
    title: 'both ranges of route tables',
    object: felix({ routeTableRange: { min: 1, max: 9 }, routeTableRanges: [{ min: 1, max: 9 }] }),
    problems: invalid('spec'),
  },
  {
    title: 'a node selector in the configuration of a node',
    object: felix({ nodeSelector: 'all()' }, 'node.a'),
    problems: invalid(''),
  },
  { title: 'a node selector elsewhere', object: felix({ nodeSelector: 'all()' }, 'mine'), problems: [] },
  {
    title: 'null for what is required',
    object: stored('IPPool', { cidr: null }),
    problems: invalid('spec.cidr'),
  },
  {
    title: 'null in a list',
    object: stored('GlobalNetworkSet', { nets: [null] }),
    problems: invalid('spec.nets[0]'),
  },
  {
    title: 'a usual pool',
    object: pool({
      blockSize: 26,
      ipipMode: 'Always',
      vxlanMode: 'Never',
      natOutgoing: true,
      nodeSelector: 'all()',
    }),
    problems: [],
  },
  {
    title: 'fields of pools that 3.32 removed',
    object: pool({ ipip: { enabled: true, mode: 'always' }, 'nat-outgoing': true }),
    problems: unknown('spec.ipip', 'spec.nat-outgoing'),
  },
  {
    title: 'a pool without a network',
    object: stored('IPPool', { natOutgoing: true }),
    problems: invalid('spec.cidr'),
  },
  {
    title: 'a pool with IPIP and VXLAN',
    object: pool({ ipipMode: 'Always', vxlanMode: 'Always' }),
    problems: invalid('spec'),
  },
  {
    title: 'a pool with IPIP for IPv6',
    object: stored('IPPool', { cidr: 'fd00::/48', ipipMode: 'Always' }),
    problems: invalid('spec'),
  },
  {
    title: 'a mode that is none',
    object: pool({ ipipMode: 'Sometimes' }),
    problems: invalid('spec.ipipMode'),
  },
  {
    title: 'a mode in lower case',
    object: pool({ vxlanMode: 'crosssubnet' }),
    problems: invalid('spec.vxlanMode'),
  },
  {
    title: 'a pool for load balancers with VXLAN',
    object: pool({ allowedUses: ['LoadBalancer'], vxlanMode: 'Always' }),
    problems: invalid('spec'),
  },
  {
    title: 'a usual policy',
    object: policy({
      order: 10,
      selector: 'all()',
      types: ['Ingress'],
      ingress: [{ action: 'Allow', protocol: 'TCP', destination: { ports: [80, '8080:8090', 'http'] } }],
    }),
    problems: [],
  },
  {
    title: 'a policy of a number for its protocol',
    object: policy({ ingress: [{ action: 'Allow', protocol: 6, http: { methods: ['GET'] } }] }),
    problems: [],
  },
  {
    title: 'HTTP over UDP',
    object: policy({ ingress: [{ action: 'Allow', protocol: 'UDP', http: { methods: ['GET'] } }] }),
    problems: invalid('spec.ingress[0]'),
  },
  {
    title: 'HTTP in a rule that denies',
    object: policy({ egress: [{ action: 'Deny', http: { methods: ['GET'] } }] }),
    problems: invalid('spec.egress[0]'),
  },
  {
    title: 'an action in lower case',
    object: policy({ ingress: [{ action: 'allow' }] }),
    problems: invalid('spec.ingress[0].action'),
  },
  {
    title: 'a rule without an action',
    object: policy({ ingress: [{ protocol: 'TCP' }] }),
    problems: invalid('spec.ingress[0].action'),
  },
  {
    title: 'before DNAT and with egress',
    object: policy({ preDNAT: true, applyOnForward: true, egress: [{ action: 'Allow' }] }),
    problems: invalid('spec'),
  },
  { title: 'before DNAT and not on forward', object: policy({ preDNAT: true }), problems: invalid('spec') },
  {
    title: 'a code of ICMP without its type',
    object: policy({ ingress: [{ action: 'Allow', protocol: 'ICMP', icmp: { code: 1 } }] }),
    problems: invalid('spec.ingress[0].icmp'),
  },
  {
    title: 'a type of ICMP that is too large',
    object: policy({ ingress: [{ action: 'Allow', protocol: 'ICMP', icmp: { type: 300 } }] }),
    problems: invalid('spec.ingress[0].icmp.type'),
  },
  {
    title: 'types of a policy that are none',
    object: policy({ types: ['Inbound'] }),
    problems: invalid('spec.types[0]'),
  },
  { title: 'a usual peer', object: peer({ peerIP: '10.0.0.1', asNumber: 64512 }), problems: [] },
  {
    title: 'a peer by address and by selector',
    object: peer({ peerIP: '10.0.0.1', peerSelector: 'all()' }),
    problems: invalid('spec'),
  },
  {
    title: 'a peer of a node and of a selector',
    object: peer({ node: 'a', nodeSelector: 'all()', peerIP: '10.0.0.1' }),
    problems: invalid('spec'),
  },
  {
    title: 'a number of an AS that is larger than its format says, which the server does not mind',
    object: peer({ peerIP: '10.0.0.1', asNumber: 2 ** 33 }),
    problems: [],
  },
  {
    title: 'a secret of a mesh without a mesh',
    object: stored('BGPConfiguration', { nodeToNodeMeshEnabled: false, nodeMeshMaxRestartTime: '10s' }),
    problems: invalid('spec'),
  },
  {
    title: 'a host endpoint of nothing',
    object: stored('HostEndpoint', { node: 'a' }),
    problems: invalid('spec'),
  },
  {
    title: 'a host endpoint without a node',
    object: stored('HostEndpoint', { interfaceName: 'eth0' }),
    problems: invalid('spec'),
  },
  {
    title: 'a usual host endpoint',
    object: stored('HostEndpoint', { node: 'a', interfaceName: '*' }),
    problems: [],
  },
  {
    title: 'a tier that must deny',
    object: stored('Tier', { order: 1, defaultAction: 'Pass' }, { name: 'default' }),
    problems: invalid(''),
  },
  {
    title: 'a tier of the user’s',
    object: stored('Tier', { order: 1, defaultAction: 'Pass' }, { name: 'mine' }),
    problems: [],
  },
  {
    title: 'a filter that compares with nothing',
    object: stored('BGPFilter', { exportV4: [{ action: 'Accept', matchOperator: 'In' }] }),
    problems: invalid('spec.exportV4[0]'),
  },
  {
    title: 'a filter with a network',
    object: stored('BGPFilter', {
      exportV4: [{ action: 'Accept', matchOperator: 'In', cidr: '10.0.0.0/8' }],
    }),
    problems: [],
  },
  {
    title: 'a filter with a network that is none',
    object: stored('BGPFilter', { exportV4: [{ action: 'Accept', matchOperator: 'In', cidr: '10.0.0.0' }] }),
    problems: invalid('spec.exportV4[0].cidr'),
  },
  {
    title: 'an object without a spec',
    object: { apiVersion: 'crd.projectcalico.org/v1', kind: 'GlobalNetworkSet', metadata: { name: 'case' } },
    problems: [],
  },
  {
    title: 'a field that was never there',
    object: stored('GlobalNetworkSet', { nets: ['10.0.0.0/8'], netts: [] }),
    problems: unknown('spec.netts'),
  },
  {
    title: 'a network set of text',
    object: stored('GlobalNetworkSet', { nets: '10.0.0.0/8' }),
    problems: invalid('spec.nets'),
  },
];
