import { listAt, numberAt, textAt, textMapAt } from '../../src/cluster/fields.js';
import { PORTS } from '../../src/connectivity/probe.js';
import { PROBE_NAMESPACE } from '../../src/connectivity/probe-namespace.js';
import type { ClusterClient, KubernetesObject } from '../../src/ports/cluster-client.js';
import { type CalicoObjects, letsIn } from './calico-verdict.js';
import { openRealNodes, type RealNode } from '../../test-cluster/real-nodes/real-node.js';

/** What may be wrong with how policies are enforced. */
export interface PolicyFault {
  /** On this node alone. */
  readonly node: string;
  /** Nothing is enforced; what is allowed is denied too; all is late; nothing of Calico's own is; not its tiers. */
  readonly kind: 'not-enforced' | 'denies-all' | 'slow' | 'kubernetes-alone' | 'no-tiers';
}

/**
 * Enforces the NetworkPolicies of the network test's namespace on real nodes, and Calico's own policies, by rules of
 * iptables in FORWARD: as much of them as the test uses. Nothing on these nodes does it otherwise.
 */
export interface PlayedPolicies {
  fault: PolicyFault | null;
  readonly stop: () => Promise<void>;
}

const PERIOD_MS = 250;
const SLOW_MS = 60_000;
const POD = { apiVersion: 'v1', kind: 'Pod' };
const POLICY = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' };
const CALICO = 'crd.projectcalico.org/v1';
/** What the target pods are asked. */
const ASKED = [
  { protocol: 'TCP', port: PORTS.http },
  { protocol: 'UDP', port: PORTS.udp },
] as const;

export function playPolicies(client: ClusterClient, directory: string): PlayedPolicies {
  const nodes = openRealNodes(directory);
  const written = new Map<string, string>();
  const slow = { text: '', since: 0 };
  const playing = { isOn: true };
  const played: { fault: PolicyFault | null } = { fault: null };

  async function once(): Promise<void> {
    const pods = await listAll(client, POD);
    const policies = await listAll(client, POLICY);
    const calico = {
      policies: [
        ...(await listAll(client, { apiVersion: CALICO, kind: 'NetworkPolicy' })),
        ...(await listAll(client, { apiVersion: CALICO, kind: 'GlobalNetworkPolicy' }, null)),
      ],
      tiers: await listAll(client, { apiVersion: CALICO, kind: 'Tier' }, null),
    };
    for (const node of nodes) {
      const fault = played.fault?.node === node.name ? played.fault.kind : null;
      const isTooStrict = fault === 'denies-all';
      const here = pods.filter((pod) => textAt(pod, 'spec', 'nodeName') === node.name);
      const calicos =
        fault === 'kubernetes-alone'
          ? []
          : calicoRules(here, pods, { ...calico, ignoresTiers: fault === 'no-tiers', isTooStrict });
      const rules =
        fault === 'not-enforced'
          ? []
          : keepEstablished([...rulesOf(node.name, policies, pods, isTooStrict), ...calicos]);
      const text = rules.join('\n');
      if (fault === 'slow' && slow.text !== text) {
        Object.assign(slow, { text, since: Date.now() });
      }
      if (fault === 'slow' && Date.now() - slow.since < SLOW_MS) continue;
      if (written.get(node.name) === text) continue;
      await enforce(node, rules);
      written.set(node.name, text);
    }
  }

  const done = (async () => {
    while (playing.isOn) {
      await once().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, PERIOD_MS));
    }
  })();
  return Object.assign(played, {
    async stop() {
      playing.isOn = false;
      await done;
      // A node that is switched off enforces nothing
      for (const node of nodes) await enforce(node, []).catch(() => undefined);
    },
  });
}

async function listAll(
  client: ClusterClient,
  kind: { readonly apiVersion: string; readonly kind: string },
  namespace: string | null = PROBE_NAMESPACE,
): Promise<readonly KubernetesObject[]> {
  const found: KubernetesObject[] = [];
  for await (const { items } of client.list(kind, { namespace })) found.push(...items);
  return found;
}

async function enforce(node: RealNode, rules: readonly string[]): Promise<void> {
  const text = ['*filter', ':PLAYED - [0:0]', ...rules, 'COMMIT', ''].join('\n');
  const { status, stderr } = await node.run(['iptables-restore', '-w', '--noflush'], Buffer.from(text));
  if (status !== 0) throw new Error(stderr);
  const there = await node.run(['iptables', '-w', '-C', 'FORWARD', '-j', 'PLAYED']);
  if (there.status !== 0) await node.run(['iptables', '-w', '-I', 'FORWARD', '-j', 'PLAYED']);
}

function rulesOf(
  node: string,
  policies: readonly KubernetesObject[],
  pods: readonly KubernetesObject[],
  isTooStrict: boolean,
): readonly string[] {
  return policies.flatMap((policy) => {
    const isIngress = JSON.stringify(policy['spec']).includes('"Ingress"');
    const [own, other] = isIngress ? ['-d', '-s'] : ['-s', '-d'];
    const here = pods.filter(
      (pod) => textAt(pod, 'spec', 'nodeName') === node && matches(pod, policy, ['spec', 'podSelector']),
    );
    return here.flatMap((pod) => {
      const address = addressOf(pod);
      const rules = isTooStrict ? [] : listAt(policy, 'spec', isIngress ? 'ingress' : 'egress');
      const allowed = rules.flatMap((rule) =>
        allow(rule, isIngress ? 'from' : 'to', pods, { own, other, address }),
      );
      return address === '' ? [] : [...allowed, `-A PLAYED ${own} ${address} -j DROP`];
    });
  });
}

function keepEstablished(rules: readonly string[]): readonly string[] {
  return rules.length === 0
    ? []
    : ['-A PLAYED -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN', ...rules];
}

/** What Calico's own policies deny: each pod here, from each pod, by what it is asked. */
function calicoRules(
  here: readonly KubernetesObject[],
  pods: readonly KubernetesObject[],
  { isTooStrict, ...calico }: CalicoObjects & { readonly isTooStrict: boolean },
): readonly string[] {
  if (calico.policies.length === 0) return [];
  return here
    .filter((to) => addressOf(to) !== '')
    .flatMap((to) =>
      pods
        .filter((from) => addressOf(from) !== '')
        .flatMap((from) =>
          ASKED.filter(({ protocol, port }) =>
            isTooStrict ? isTarget(to) : !letsIn({ from, to, protocol, port }, calico),
          ).map(
            ({ protocol, port }) =>
              `-A PLAYED -s ${addressOf(from)} -d ${addressOf(to)} -p ${protocol.toLowerCase()} --dport ${port} -j DROP`,
          ),
        ),
    );
}

function isTarget(pod: KubernetesObject): boolean {
  return pod.metadata.labels?.['calico-upgrade-action/role'] === 'target';
}

function allow(
  rule: object,
  peers: 'from' | 'to',
  pods: readonly KubernetesObject[],
  { own, other, address }: Readonly<Record<'own' | 'other' | 'address', string>>,
): readonly string[] {
  const [port] = listAt(rule, 'ports');
  const match =
    port === undefined
      ? ''
      : ` -p ${textAt(port, 'protocol').toLowerCase()} --dport ${numberAt(port, 'port') ?? 0}`;
  return listAt(rule, peers).flatMap((peer) => {
    const namespace = textAt(peer, 'namespaceSelector', 'matchLabels', 'kubernetes.io/metadata.name');
    if (namespace !== '' && namespace !== PROBE_NAMESPACE) return [];
    return pods
      .filter((pod) => addressOf(pod) !== '' && matches(pod, peer, ['podSelector']))
      .map((pod) => `-A PLAYED ${own} ${address} ${other} ${addressOf(pod)}${match} -j RETURN`);
  });
}

function matches(pod: KubernetesObject, where: unknown, path: readonly string[]): boolean {
  const wanted = Object.entries(textMapAt(where, ...path, 'matchLabels'));
  return wanted.every(([name, value]) => pod.metadata.labels?.[name] === value);
}

function addressOf(pod: KubernetesObject): string {
  return textAt(pod, 'status', 'podIP');
}
