import { isIPv4 } from 'node:net';
import type { KubernetesObject } from '../../src/ports/cluster-client.js';
import { calicoObject } from '../ready-made/calico-objects.js';
import {
  asFields,
  type Fields,
  fieldsAt,
  isSame,
  listAt,
  makeFieldsAt,
  numberAt,
  textAt,
} from '../ready-made/fields.js';
import type { OperatorRelease } from './releases.js';

/*
 * The operator's IP pools from v1.34 on: tigera/operator v1.34.5 pkg/controller/ippool/pool_controller.go and
 * defaults.go, api/v1/installation_types.go (ToProjectCalicoV1, FromProjectCalicoV1).
 */

/** The label of pools that the operator owns. */
const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'tigera-operator' } as const;

const ENCAPSULATIONS: Readonly<Record<string, readonly [ipip: string, vxlan: string]>> = {
  IPIP: ['Always', 'Never'],
  IPIPCrossSubnet: ['CrossSubnet', 'Never'],
  VXLAN: ['Never', 'Always'],
  VXLANCrossSubnet: ['Never', 'CrossSubnet'],
};

/** What there is to do about pools. */
export interface PoolPlan {
  /** Pools to create or to overwrite. */
  readonly writes: readonly KubernetesObject[];
  /** Names of pools to delete. */
  readonly deletions: readonly string[];
  /** CIDRs that are wanted and belong to pools of somebody else: the operator logs an error and leaves them. */
  readonly foreign: readonly string[];
  /** Why nothing can be done now, with which the operator reports Degraded; null where all can. */
  readonly problem: { readonly reason: string; readonly message: string } | null;
}

/** What the pools of a plan are made from. */
export interface PoolState {
  readonly spec: Fields;
  readonly current: readonly KubernetesObject[];
  /** Whether the API server of Calico answers: pools that are there are changed only through it. */
  readonly isApiAvailable: boolean;
}

/** A copy of a spec with the defaults of its pools, in a cluster with these pools and, maybe, kubeadm's pod network. */
export function withPoolDefaults(
  spec: Fields,
  current: readonly KubernetesObject[],
  podSubnet: string | null,
  { canStopPools }: Pick<OperatorRelease, 'canStopPools'> = { canStopPools: true },
): Fields {
  const filled = structuredClone(spec);
  const network = makeFieldsAt(filled, 'calicoNetwork');
  if (!Array.isArray(network['ipPools'])) {
    const cidr = podSubnet ?? '192.168.0.0/16';
    network['ipPools'] = current.length > 0 ? [] : cidr.split(',').map((one) => ({ cidr: one }));
  }
  const pools = listAt(network, 'ipPools');
  for (const pool of pools) {
    fillPool(pool, current, pools.length);
    if (canStopPools) pool['disableNewAllocations'] ??= false;
  }
  return filled;
}

function fillPool(pool: Fields, current: readonly KubernetesObject[], count: number): void {
  const isV4 = isIPv4(textAt(pool, 'cidr').split('/')[0] ?? '');
  pool['allowedUses'] ??= ['Workload', 'Tunnel'];
  pool['encapsulation'] ??= isV4 ? 'IPIP' : 'None';
  pool['natOutgoing'] ??= isV4 ? 'Enabled' : 'Disabled';
  pool['nodeSelector'] ??= 'all()';
  pool['blockSize'] ??= isV4 ? 26 : 122;
  const sameCidr = current.find((one) => textAt(one, 'spec', 'cidr') === pool['cidr']);
  const standard = isV4 ? 'default-ipv4-ippool' : 'default-ipv6-ippool';
  pool['name'] ??=
    sameCidr?.metadata.name ?? (count <= 2 ? standard : textAt(pool, 'cidr').replace('/', '-'));
}

/**
 * Why the pools of an Installation do not fit kubeadm's pod network; null where they do, or where pools are there
 * already (`updateInstallationForKubeadm`).
 */
export function podNetworkProblem(
  spec: Fields,
  current: readonly KubernetesObject[],
  podSubnet: string | null,
): string | null {
  if (current.length > 0 || podSubnet === null) return null;
  const networks = podSubnet.split(',');
  const outside = listAt(spec, 'calicoNetwork', 'ipPools').find(
    (pool) => !networks.some((network) => isWithin(textAt(pool, 'cidr'), network)),
  );
  if (!outside) return null;
  return `Could not resolve CalicoNetwork IPPool and kubeadm configuration: IPPool ${textAt(outside, 'cidr')} is not within the platform's configured pod network CIDR(s) [${networks.join(' ')}]`;
}

/** Decides what to do about pools; the spec has its defaults. */
export function planPools({ spec, current, isApiAvailable }: PoolState): PoolPlan {
  const wanted = listAt(spec, 'calicoNetwork', 'ipPools');
  const owned = current.filter((pool) => isOwned(pool, wanted));
  const foreign = new Set(
    current.filter((pool) => !owned.includes(pool)).map((pool) => textAt(pool, 'spec', 'cidr')),
  );
  const writes: KubernetesObject[] = [];
  for (const pool of wanted) {
    const cidr = textAt(pool, 'cidr');
    const live = owned.find((one) => textAt(one, 'spec', 'cidr') === cidr);
    const object = toCalico(pool);
    // SetDegraded is called for these and taken back at the end of the same pass, so that the log alone shows it
    if (foreign.has(cidr)) continue;
    if (!live || !isSame(comparable(live), comparable(object)) || !hasLabel(live)) {
      if (current.length > 0 && !isApiAvailable)
        return waiting('Unable to modify IP pools while Calico API server is unavailable');
      writes.push(object);
    }
  }
  const gone = owned.filter((pool) => !wanted.some((one) => one['cidr'] === textAt(pool, 'spec', 'cidr')));
  if (gone.length > 0 && !isApiAvailable)
    return waiting('Unable to delete IP pools while Calico API server is unavailable');
  const ignored = wanted.map((pool) => textAt(pool, 'cidr')).filter((cidr) => foreign.has(cidr));
  return { writes, deletions: gone.map((pool) => pool.metadata.name), foreign: ignored, problem: null };
}

function waiting(message: string): PoolPlan {
  return { writes: [], deletions: [], foreign: [], problem: { reason: 'ResourceNotReady', message } };
}

function hasLabel(pool: KubernetesObject): boolean {
  return (
    pool.metadata.labels?.['app.kubernetes.io/managed-by'] === MANAGED_BY['app.kubernetes.io/managed-by']
  );
}

/** A pool is the operator's by its label, or where it is just what the Installation says. */
function isOwned(pool: KubernetesObject, wanted: readonly Fields[]): boolean {
  return hasLabel(pool) || wanted.some((one) => isSame(comparable(toCalico(one)), comparable(pool)));
}

/** A pool of an Installation as Calico keeps it. */
function toCalico(pool: Fields): KubernetesObject {
  const [ipipMode, vxlanMode] = ENCAPSULATIONS[textAt(pool, 'encapsulation')] ?? ['Never', 'Never'];
  const spec = {
    allowedUses: pool['allowedUses'],
    blockSize: numberAt(pool, 'blockSize'),
    cidr: textAt(pool, 'cidr'),
    ...(pool['disableBGPExport'] === true ? { disableBGPExport: true } : {}),
    ...(pool['disableNewAllocations'] === true ? { disabled: true } : {}),
    ipipMode,
    ...(pool['natOutgoing'] === 'Enabled' ? { natOutgoing: true } : {}),
    nodeSelector: textAt(pool, 'nodeSelector'),
    vxlanMode,
  };
  return calicoObject('IPPool', textAt(pool, 'name'), spec, { labels: MANAGED_BY });
}

/** Name and settings, without what stands for the default. */
function comparable(pool: KubernetesObject): Fields {
  const spec = Object.entries(fieldsAt(pool, 'spec') ?? {}).filter(
    ([, value]) => value !== false && value !== 'Never',
  );
  return { name: pool.metadata.name, ...asFields(Object.fromEntries(spec)) };
}

function isWithin(cidr: string, network: string): boolean {
  const [inner, outer] = [parseCidr(cidr), parseCidr(network)];
  if (!inner || !outer) return cidr === network;
  const size = 2 ** (32 - outer.bits);
  return inner.bits >= outer.bits && Math.floor(inner.address / size) === Math.floor(outer.address / size);
}

function parseCidr(cidr: string): { readonly address: number; readonly bits: number } | null {
  const [address = '', bits] = cidr.split('/');
  if (!isIPv4(address)) return null;
  return {
    address: address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0),
    bits: Number(bits ?? 32),
  };
}
