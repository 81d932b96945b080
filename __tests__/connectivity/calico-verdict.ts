import { listAt, numberAt, textAt } from '../../src/cluster/fields.js';
import type { KubernetesObject } from '../../src/ports/cluster-client.js';

/** A packet as policies see it. */
export interface Packet {
  readonly from: KubernetesObject;
  readonly to: KubernetesObject;
  readonly protocol: 'TCP' | 'UDP';
  readonly port: number;
}

export interface CalicoObjects {
  /** NetworkPolicies and GlobalNetworkPolicies of Calico's. */
  readonly policies: readonly KubernetesObject[];
  readonly tiers: readonly KubernetesObject[];
  /** Somebody who knows nothing of tiers: all but the last are left out. */
  readonly ignoresTiers?: boolean;
}

const LAST = 1_000_000;

/**
 * Whether Calico's own policies let in what a pod is sent: tiers by their order, policies by theirs, the first rule that
 * matches; where none does in a tier that selects the pod, it is denied. As much of it as the test uses.
 *
 * @see https://docs.tigera.io/calico/latest/reference/resources/tier
 */
export function letsIn(packet: Packet, { policies, tiers, ignoresTiers = false }: CalicoObjects): boolean {
  const orderOf = (name: string): number =>
    numberAt(
      tiers.find(({ metadata }) => metadata.name === name),
      'spec',
      'order',
    ) ?? LAST;
  const mine = policies.filter((policy) => selects(policy, packet.to));
  const names = [...new Set(mine.map(tierOf))].sort((a, b) => orderOf(a) - orderOf(b));
  for (const name of ignoresTiers ? names.slice(-1) : names) {
    const own = mine.filter((policy) => tierOf(policy) === name).sort((a, b) => orderIn(a) - orderIn(b));
    const action = own
      .flatMap((policy) => listAt(policy, 'spec', 'ingress'))
      .find((rule) => isOf(rule, packet));
    const said = action === undefined ? 'Deny' : textAt(action, 'action');
    if (said !== 'Pass') return said === 'Allow';
  }
  return true;
}

/** The tier that a policy is in is the first part of its name. */
function tierOf({ metadata: { name } }: KubernetesObject): string {
  return name.slice(0, name.indexOf('.'));
}

function orderIn(policy: KubernetesObject): number {
  return numberAt(policy, 'spec', 'order') ?? Infinity;
}

function selects(policy: KubernetesObject, pod: KubernetesObject): boolean {
  const { namespace = '' } = pod.metadata;
  if (policy.metadata.namespace !== undefined && policy.metadata.namespace !== namespace) return false;
  return (
    matches(textAt(policy, 'spec', 'selector'), labelsOf(pod)) &&
    matches(textAt(policy, 'spec', 'namespaceSelector'), { 'kubernetes.io/metadata.name': namespace })
  );
}

function isOf(rule: object, { from, protocol, port }: Packet): boolean {
  const wanted = textAt(rule, 'protocol');
  const ports = (rule as { destination?: { ports?: readonly number[] } }).destination?.ports;
  return (
    (wanted === '' || wanted === protocol) &&
    (ports === undefined || ports.includes(port)) &&
    matches(textAt(rule, 'source', 'selector'), labelsOf(from))
  );
}

function labelsOf({
  metadata: { labels, namespace = '' },
}: KubernetesObject): Readonly<Record<string, string>> {
  return { ...labels, 'projectcalico.org/namespace': namespace };
}

/** Selectors of the kind `a == 'b' && c == 'd'`; whatever else is written is refused. */
function matches(selector: string, labels: Readonly<Record<string, string>>): boolean {
  if (selector === '') return true;
  return selector.split(' && ').every((part) => {
    const [, name = '', value] = /^([\w./-]+) == '([^']*)'$/.exec(part) ?? [];
    if (value === undefined) throw new Error(`not known: ${part}`);
    return labels[name] === value;
  });
}
