import ipaddr from 'ipaddr.js';
import { asList, fieldsAt, isFields, listAt, textAt } from '../../cluster/fields.js';
import { groupOf } from '../../cluster/object-name.js';
import type { ClusterClient, KubernetesObject, ServedKind } from '../../ports/cluster-client.js';
import type { Waiting } from '../gates/wait-for.js';
import { inBatches } from '../plan/in-batches.js';
import { failure, NOTHING, together, type Verdict, warning } from './verdict.js';

/** A pod that has an address, as IPAM says. */
export interface Holder {
  readonly handle: string;
  readonly namespace: string;
  readonly pod: string;
}

/** Who has which address: `10.244.0.1`. */
export type Allocations = ReadonlyMap<string, Holder>;

/** So many pods are looked at; where more gave their addresses back, that many came and went. */
const MOST_PODS = 500;
const MOST_NAMED = 20;
/** A pod that is just being made anew has another address by then, or IPAM knows of it. */
const AGAIN_MS = 20_000;

/** Addresses that Calico's IPAM gave to pods; none where another IPAM does it. */
export async function readAllocations(
  client: ClusterClient,
  kinds: readonly ServedKind[],
  group: string,
): Promise<Allocations> {
  const block = kinds.find(({ kind, apiVersion }) => kind === 'IPAMBlock' && groupOf(apiVersion) === group);
  let found = new Map<string, Holder>();
  if (!block) return found;
  for await (const { items, isRestart } of client.list(block)) {
    if (isRestart) found = new Map();
    for (const item of items) for (const [address, holder] of allocationsOf(item)) found.set(address, holder);
  }
  return found;
}

/** @see https://github.com/projectcalico/calico/blob/v3.31.0/libcalico-go/lib/backend/model/block.go */
function allocationsOf(block: KubernetesObject): readonly (readonly [string, Holder])[] {
  const holders = listAt(block, 'spec', 'attributes').map((attribute) => ({
    handle: textAt(attribute, 'handle_id'),
    namespace: textAt(fieldsAt(attribute, 'secondary'), 'namespace'),
    pod: textAt(fieldsAt(attribute, 'secondary'), 'pod'),
  }));
  const cidr = textAt(block, 'spec', 'cidr');
  if (!ipaddr.isValidCIDR(cidr)) return [];
  const [first] = ipaddr.parseCIDR(cidr);
  return (asList(fieldsAt(block, 'spec')['allocations']) ?? []).flatMap((index, ordinal) => {
    const holder = typeof index === 'number' ? holders[index] : undefined;
    // Tunnels and the like belong to no pod
    return holder && holder.pod !== '' ? [[addressAt(first, ordinal), holder] as const] : [];
  });
}

function addressAt(first: ipaddr.IPv4 | ipaddr.IPv6, ordinal: number): string {
  const bytes = first.toByteArray();
  let carry = ordinal;
  for (let at = bytes.length - 1; at >= 0 && carry > 0; at -= 1) {
    carry += bytes[at] ?? 0;
    bytes[at] = carry % 256;
    carry = Math.floor(carry / 256);
  }
  return ipaddr.fromByteArray(bytes).toString();
}

/** Who had which address, and who has it since. */
interface Comparison {
  readonly before: Allocations;
  readonly after: Allocations;
  /** As IPAM says by now. */
  readonly readAgain: () => Promise<Allocations>;
}

/**
 * Looks for pods that still have an address which IPAM no longer knows to be theirs: it would give it to another pod. Pods
 * that came and went, or were made anew, are no fault: what is missing is looked at once more a while later.
 */
export async function checkAllocations(
  client: ClusterClient,
  { before, after, readAgain }: Comparison,
  { sleep, signal }: Pick<Waiting, 'sleep' | 'signal'>,
): Promise<Verdict> {
  const freed = notIn(after, [...before]);
  const missing = await stillHeld(client, freed.slice(0, MOST_PODS));
  if (missing.length > 0) await sleep(AGAIN_MS, signal);
  const lost = missing.length > 0 ? await stillHeld(client, notIn(await readAgain(), missing)) : [];
  const names = lost.map(([address, { namespace, pod }]) => `${namespace}/${pod} (${address})`);
  const unseen = freed.length - MOST_PODS;
  return together([
    names.length === 0
      ? NOTHING
      : failure(
          `IPAM no longer knows of the addresses of ${names.length} pods that have them: ${names.slice(0, MOST_NAMED).join(', ')}. It would give them to others.`,
        ),
    unseen > 0
      ? warning(`${unseen} more addresses were given back meanwhile, and were not looked at.`)
      : NOTHING,
  ]);
}

type Allocation = readonly [address: string, holder: Holder];

/** Those that IPAM does not have as they were. A pod that is made anew has another handle, and may have its address again. */
function notIn(now: Allocations, allocations: readonly Allocation[]): readonly Allocation[] {
  return allocations.filter(([address, { handle, namespace, pod }]) => {
    const holder = now.get(address);
    return holder?.handle !== handle && !(holder?.namespace === namespace && holder.pod === pod);
  });
}

async function stillHeld(
  client: ClusterClient,
  allocations: readonly Allocation[],
): Promise<readonly Allocation[]> {
  const looked = await inBatches(allocations, async (allocation) => {
    const [address, holder] = allocation;
    return (await stillHas(client, holder, address)) ? [allocation] : [];
  });
  return looked.flat();
}

async function stillHas(
  client: ClusterClient,
  { namespace, pod }: Holder,
  address: string,
): Promise<boolean> {
  const live = await client.get({ apiVersion: 'v1', kind: 'Pod', namespace, name: pod });
  if (!live || ['Succeeded', 'Failed'].includes(textAt(live, 'status', 'phase'))) return false;
  const addresses = [
    textAt(live, 'status', 'podIP'),
    ...listAt(live, 'status', 'podIPs')
      .filter(isFields)
      .map((one) => textAt(one, 'ip')),
  ];
  return live.metadata.deletionTimestamp === undefined && addresses.includes(address);
}
