import type { ScenarioName } from './scenario-name.js';

/** A way in which upgrades of Calico have failed elsewhere, which only traffic shows. */
export interface CaughtFailure {
  readonly what: string;
  /** Issues that tell of it: `calico#7826` and its like. */
  readonly issues: readonly string[];
  /** The scenarios that find it. */
  readonly scenarios: readonly ScenarioName[];
}

/** What the network test is for. `docs/network-test.md` names the same. */
export const CAUGHT_FAILURES: readonly CaughtFailure[] = [
  {
    what: 'Everything is Ready and every BGP session Established, and pods do not reach each other.',
    issues: ['calico#4958', 'calico#9010'],
    scenarios: ['pod-same-node', 'pod-cross-node', 'udp'],
  },
  {
    what: 'There is no overlay interface, or the pool was set to another encapsulation.',
    issues: ['calico#6208', 'kubespray#8691', 'calico#314'],
    scenarios: ['pod-cross-node'],
  },
  {
    what: 'Nodes of the old and the new release drop each other’s packets while a rollout goes on.',
    issues: ['calico#12054'],
    scenarios: ['pod-cross-node', 'udp', 'large-packets'],
  },
  {
    what: 'The MTU changed, and large packets are lost.',
    issues: ['calico#2200', 'calico#12432'],
    scenarios: ['large-packets'],
  },
  {
    what: 'New pods get no network: the token of the CNI plugin is stale, or Felix does not come up.',
    issues: ['calico#9428', 'calico#6546', 'calico#5712', 'calico#7171'],
    scenarios: ['new-pods', 'pod-same-node'],
  },
  {
    what: 'Services lead to the wrong backend, or nowhere.',
    issues: ['calico#5957', 'calico#10538', 'calico#8646'],
    scenarios: ['service', 'node-port', 'service-endpoints', 'hairpin', 'dns'],
  },
  {
    what: 'Rules in the other backend of iptables, or new defaults, cut nodes off.',
    issues: ['calico#5760', 'calico#2322', 'calico#7741', 'calicoctl#1575'],
    scenarios: ['host-to-host', 'host-to-pod', 'pod-to-host', 'api-server'],
  },
  {
    what: 'Policies are not enforced any more, or not as they say.',
    issues: ['calico#2665', 'calico#1484'],
    scenarios: ['policy-ingress', 'policy-egress', 'policy-calico', 'policy-tiers'],
  },
  {
    what: 'Rules on HTTP are not enforced any more: Dikastes of v3.30.0 to v3.31.7 lets all through.',
    issues: ['calico#11986'],
    scenarios: ['policy-l7'],
  },
  {
    what: 'Ports of nodes do not lead to pods any more.',
    issues: ['calico#4617'],
    scenarios: ['host-port'],
  },
  {
    what: 'Two pods have the same address.',
    issues: ['calico#6243', 'calico#5339'],
    scenarios: ['pod-same-node', 'pod-cross-node'],
  },
];
