import type { PreflightCode } from './preflight-registry.js';
import type { FindingCode } from './registry.js';

/** A way in which upgrades of Calico have failed elsewhere, and what finds it before an upgrade here. */
export interface KnownFailure {
  /** What was seen and why, in a few words. */
  readonly what: string;
  /** Issues that tell of it: `calico#7826` and its like. */
  readonly issues: readonly string[];
  /** Codes of `plan`. */
  readonly plan: readonly PreflightCode[];
  /** Codes of `check`. */
  readonly check?: readonly FindingCode[];
  /** What the codes do not say. */
  readonly note?: string;
}

/** Repositories by the short names that issues have here. */
export const ISSUE_REPOSITORIES: Readonly<Record<string, string>> = {
  calico: 'projectcalico/calico',
  calicoctl: 'projectcalico/calicoctl',
  operator: 'tigera/operator',
  kops: 'kubernetes/kops',
  kubespray: 'kubernetes-sigs/kubespray',
  rke2: 'rancher/rke2',
  rancher: 'rancher/rancher',
  minikube: 'kubernetes/minikube',
  bootkube: 'kubernetes-retired/bootkube',
  'vpc-cni': 'aws/amazon-vpc-cni-k8s',
};

/** Failures that can be seen coming. `docs/preflight.md` is generated from this table. */
export const KNOWN_FAILURES: readonly KnownFailure[] = [
  {
    what: 'A definition is too large for the annotation of a client-side apply.',
    issues: ['calico#7826', 'calico#8159', 'operator#2295'],
    plan: ['caveat'],
    check: ['client-side-apply'],
    note: 'The upgrade itself applies on the server.',
  },
  {
    what: 'The new operator or Calico meets old definitions: unknown fields, missing kinds.',
    issues: ['calico#6880', 'calico#7030', 'operator#2249'],
    plan: ['install-incomplete', 'stored-object-refused', 'stored-field-lost', 'caveat'],
    note: 'Definitions are the first stage of every hop.',
  },
  {
    what: 'The API server crashes, because the definition of Tier is not there.',
    issues: ['calico#9432'],
    plan: ['install-incomplete', 'apiserver-unavailable'],
  },
  {
    what: 'Namespaces do not get deleted, because kube-controller-manager may not read tiers.',
    issues: ['calico#9527', 'calico#10110', 'kubespray#12480'],
    plan: ['tiers-not-readable', 'namespace-terminating'],
    check: ['release-trap'],
  },
  {
    what: 'The stored Helm release holds an API that Kubernetes no longer serves.',
    issues: ['rke2#3940', 'rancher#40651'],
    plan: ['helm-removed-api'],
  },
  {
    what: 'Another owner of the install takes Calico away, and its data with the definitions.',
    issues: ['rke2#6568', 'rke2#4711', 'calico#7978'],
    plan: ['owned-elsewhere', 'helm-release-pending', 'crd-terminating'],
  },
  {
    what: 'There is no tunnel device, because backend and encapsulation do not go together.',
    issues: ['calico#6208', 'kubespray#8691'],
    plan: ['backend-encapsulation'],
  },
  {
    what: 'A field of a pool that cannot change differs from what is asked for.',
    issues: ['kubespray#9382', 'kubespray#7185'],
    plan: ['pool-differs', 'pool-unlike-env'],
  },
  {
    what: 'ClusterInformation keeps the version of before.',
    issues: ['calico#4098'],
    plan: ['version-conflict'],
    note: 'It never decides: images do.',
  },
  {
    what: 'A pool that was disabled by hand is in use again, because the operator owns pools now.',
    issues: ['calico#9100'],
    plan: ['pool-would-be-enabled'],
  },
  {
    what: 'The operator may not change a pool that it does not own, or cannot while the API server is down.',
    issues: ['operator#3428', 'operator#4253', 'calico#12131'],
    plan: ['pool-differs', 'apiserver-unavailable'],
  },
  {
    what: 'An IPv6 pool is deleted and made again and again, because its CIDR is written otherwise.',
    issues: ['operator#3494'],
    plan: ['pool-cidr-not-canonical'],
  },
  {
    what: 'The operator waits, because a pool lies outside of kubeadm’s pod network.',
    issues: ['operator#2916', 'calico#3878'],
    plan: ['pool-outside-pod-subnet'],
  },
  {
    what: 'Node traffic is lost, because eBPF runs beside kube-proxy or IPVS.',
    issues: ['calico#10538', 'calico#12476', 'kops#16589'],
    plan: ['ebpf-with-kube-proxy', 'dataplane-differs'],
  },
  {
    what: 'Nodes of two minors drop each other’s VXLAN packets while eBPF rolls.',
    issues: ['calico#12054'],
    plan: ['caveat'],
    note: 'The path makes the stop that upstream asks for.',
  },
  {
    what: 'The operator’s migration from a manifest install has got stuck.',
    issues: ['calico#4525', 'calico#6810'],
    plan: ['operator-migration', 'typha-replicas'],
  },
  {
    what: 'One node that is not Ready holds up the rollout.',
    issues: ['calico#9540'],
    plan: ['node-not-ready'],
  },
  {
    what: 'calico-node is killed for its memory after the upgrade.',
    issues: ['calico#11137'],
    plan: ['memory-limit-low'],
  },
  {
    what: 'Finalizers hold objects, and the install with them.',
    issues: ['calico#9066', 'calico#6629', 'operator#2031'],
    plan: ['stuck-deletion', 'installation-deleting'],
  },
  {
    what: 'Namespaces stay, because an API service does not answer.',
    issues: ['calico#7555', 'calico#10440'],
    plan: ['apiserver-unavailable', 'api-group-down', 'namespace-terminating'],
  },
  {
    what: 'Policies are there twice, or GitOps fights, because their names lose the prefix “default.”.',
    issues: ['calico#9437', 'calico#9642', 'calico#10364'],
    plan: ['policy-names'],
  },
  {
    what: 'Objects are garbage-collected, because the UIDs of their owners change.',
    issues: ['calico#9191', 'calico#5715'],
    plan: ['owner-references'],
  },
  {
    what: 'Node traffic is lost, because Felix and Kubernetes use different backends of iptables.',
    issues: ['calico#5760', 'calico#2322', 'calico#7741', 'kops#8076'],
    plan: ['iptables-backend-mixed', 'iptables-backend-pinned', 'native-nftables', 'nftables-mode'],
    note: '`iptables-backend-mixed` needs the input `inspect-nodes`.',
  },
  {
    what: 'BGP stays down, because a node found another of its addresses.',
    issues: ['calico#6711', 'calico#2597', 'calico#8607'],
    plan: ['node-address-differs', 'bgp-not-established'],
  },
  {
    what: 'Nodes do not reach each other, because the manifest’s environment made the pool another one.',
    issues: ['calico#314'],
    plan: ['pool-unlike-env'],
  },
  {
    what: 'The rollout stalls, because the new pods ask for more than nodes have, or settings were lost.',
    issues: ['vpc-cni#395'],
    plan: ['node-room', 'customisation-conflict', 'customisation-dropped'],
  },
  {
    what: 'Large packets are lost, because the MTU has changed.',
    issues: ['calico#2200', 'calico#12432'],
    plan: ['mtu-differs'],
  },
  {
    what: 'The CNI plugin does not install, because its account and rules are missing.',
    issues: ['calico#7971'],
    plan: ['install-incomplete', 'caveat'],
  },
  {
    what: 'Images cannot be pulled: a rate limit, a registry that is down or moved, a Secret that is missing.',
    issues: ['calico#4918', 'calico#4833', 'minikube#21541'],
    plan: [
      'image-pull-failing',
      'registry-failing',
      'pull-secret-missing',
      'private-registry',
      'image-architecture',
      'caveat',
    ],
    note: 'A plan pulls nothing; pulling on every node before the first change comes with `upgrade`.',
  },
  {
    what: 'Pods get their network from another CNI, whose configuration was left on the node.',
    issues: ['calico#1388', 'bootkube#698'],
    plan: ['cni-configuration-foreign', 'other-cni'],
    note: '`cni-configuration-foreign` needs the input `inspect-nodes`.',
  },
  {
    what: 'A drain is blocked, or Typha stays Pending, because there is no room for its replicas.',
    issues: ['calico#13997', 'calico#4850', 'operator#1441'],
    plan: ['typha-replicas', 'typha-disruption-budget'],
  },
  {
    what: 'The chart fails, because its definitions are in a chart of their own.',
    issues: ['calico#12860'],
    plan: ['caveat'],
    check: ['helm-crds-separate'],
  },
  {
    what: 'Windows nodes lose their network.',
    issues: ['operator#2366', 'calico#8219'],
    plan: ['windows-nodes'],
    note: 'A cluster with Windows nodes is refused; they are not upgraded apart from the others.',
  },
  {
    what: 'A default has changed, and with it what is let through.',
    issues: ['calicoctl#1575', 'calicoctl#1419'],
    plan: ['host-endpoints-drop', 'caveat'],
  },
  {
    what: 'Two pods have one address, because leaked allocations are given out again.',
    issues: ['calico#6243', 'calico#1956', 'calico#5339'],
    plan: ['ipam-leak'],
  },
  {
    what: 'What is left of canal or another CNI takes the traffic.',
    issues: ['calico#9010'],
    plan: ['other-cni', 'canal'],
  },
  {
    what: 'A value of the chart has a new name, and the old one is not read any more.',
    issues: ['rke2#2309', 'rancher#38662'],
    plan: ['customisation-dropped', 'caveat'],
  },
];
