/** What a code of preflight stands for. `docs/preflight.md` is generated from this table. */
export interface PreflightKind {
  readonly title: string;
  /** What it means and why it matters: two or three sentences. */
  readonly explanation: string;
}

/** Every code that preflight can report. Codes are stable. */
export const PREFLIGHT_KINDS = {
  // What this program does not touch
  'kubernetes-too-old': {
    title: 'Kubernetes 1.22 or older',
    explanation:
      'No supported Calico release is tested with Kubernetes 1.22 and older; this action does not upgrade there.',
  },
  'etcd-datastore': {
    title: 'Calico’s data is in etcd',
    explanation:
      'The policies, pools and all else are not in the Kubernetes API, so a backup through it would hold none of them, and nothing could be restored.',
  },
  canal: {
    title: 'Calico enforces policy beside flannel (canal)',
    explanation:
      'Flannel gives the pods their network here. Upgrading canal, or moving from it to Calico, is a migration of its own.',
  },
  'native-v3-crds': {
    title: 'Native v3 CRDs',
    explanation:
      'The data is in CRDs of projectcalico.org, which upstream calls a preview. Its files and its order of upgrade are others.',
  },
  enterprise: {
    title: 'Calico Enterprise or Calico Cloud',
    explanation:
      'It is another product with releases of its own, which this action’s facts say nothing about.',
  },
  'vpp-dataplane': {
    title: 'VPP dataplane',
    explanation: 'The VPP dataplane has manifests and an upgrade procedure of its own.',
  },
  'windows-nodes': {
    title: 'Windows nodes run Calico',
    explanation:
      'Windows nodes are upgraded by a procedure of their own; done as Linux nodes are, their pods lose the network.',
  },
  'other-cni': {
    title: 'More than one CNI',
    explanation:
      'Workloads of another CNI run beside Calico. Which of them gives a new pod its network depends on the file name that sorts first on the node, and an upgrade can change that.',
  },
  'owned-elsewhere': {
    title: 'Calico’s objects belong to another tool',
    explanation:
      'A GitOps tool, a distribution or an addon manager writes these objects. It would undo an upgrade made past it, or uninstall Calico while trying.',
  },
  'install-method-differs': {
    title: 'Installed in another way than the input says',
    explanation:
      'install-method names one way, and the cluster shows another. This action never converts one into the other.',
  },
  'several-install-methods': {
    title: 'Signs of several ways of installing',
    explanation:
      'A manifest install beside an Installation starts the operator’s migration, which restarts every node.',
  },

  'calico-missing': {
    title: 'No Calico in the cluster',
    explanation: 'There is no calico-node, no operator and no Installation: there is nothing to upgrade.',
  },
  'target-unusable': {
    title: 'The target cannot be gone to',
    explanation:
      'The release that the input target names is not in the catalog, is a trap, or has no operator.',
  },

  // Which versions
  'version-conflict': {
    title: 'The sources disagree about the version',
    explanation:
      'Images, ClusterInformation and the operator name different releases in a way that no normal delay explains.',
  },
  'rollout-unfinished': {
    title: 'An earlier rollout has not ended',
    explanation:
      'Pods of several releases run, or a workload is not through with its last change. Two changes at once cannot be told apart.',
  },
  'pair-broken': {
    title: 'A pair on the way does not work',
    explanation: 'An API is missing on that Kubernetes, or upstream rules the pair out.',
  },
  'pair-untested': {
    title: 'A pair on the way is not tested',
    explanation:
      'Upstream does not list the Kubernetes minor for that Calico minor: it may work, and nobody looks.',
  },
  'kubelet-skew': {
    title: 'Kubelets too far from the API server',
    explanation:
      'Kubernetes supports kubelets up to three minors (two before 1.28) older than the API server, and never newer ones.',
  },
  'below-policy-minimum': {
    title: 'The target is below the policy’s minimum',
    explanation:
      'The organisation’s policy sets a minimum Calico for this Kubernetes minor, and the target stays below it.',
  },
  'policy-operator-wrong': {
    title: 'The policy pairs an operator with another release',
    explanation:
      'A row of the policy names an operator that installs another Calico than the row recommends. The plan takes the operator from the release; whoever follows the row lands elsewhere.',
  },
  'policy-recommendation-untested': {
    title: 'The policy recommends what does not fit',
    explanation:
      'The release that a row of the policy recommends is untested with the row’s Kubernetes, broken on it, a trap, or unknown.',
  },
  caveat: {
    title: 'Something changes between the two releases',
    explanation:
      'Upstream’s notes, or its code, name a change that lies between the installed release and the target.',
  },

  // Health before
  'node-not-ready': {
    title: 'Nodes are not Ready',
    explanation: 'A rollout waits for every node: one that is not Ready holds it up until the time is over.',
  },
  'node-pressure': {
    title: 'Nodes are under pressure',
    explanation:
      'A node short of disk, memory or process ids may not pull the new image, or evict the new pod.',
  },
  'node-unschedulable': {
    title: 'Nodes are cordoned',
    explanation: 'calico-node goes there all the same, but kube-controllers, Typha and probes do not.',
  },
  'node-room': {
    title: 'No room for the new pods’ requests',
    explanation:
      'Where the target asks for more than a node has left, its calico-node stays Pending and the rollout stalls.',
  },
  'kernel-too-old': {
    title: 'Kernel older than upstream asks for',
    explanation:
      'From v3.29 on upstream asks for Linux 5.10 or newer, or a distribution’s kernel that it names.',
  },
  'nodes-not-inspected': {
    title: 'Nodes were not looked into',
    explanation:
      'What lies in the nodes the API does not show. With the input inspect-nodes a command that only reads runs in each calico-node pod, where the account may do that.',
  },
  'cni-configuration-foreign': {
    title: 'CNI configuration of another on a node',
    explanation:
      'Container runtimes take the first file by name. One that another CNI left before Calico’s gives new pods its network; one behind it waits for Calico’s to go.',
  },
  'iptables-backend-mixed': {
    title: 'Rules in both backends of iptables',
    explanation:
      'The kernel goes through the rules of both backends, legacy and nft. Where Felix and Kubernetes do not use the same one, or one has changed sides, old rules go on dropping traffic until the node reboots.',
  },
  'workload-unhealthy': {
    title: 'A component is not healthy now',
    explanation: 'What fails before the upgrade fails after it too, and hides what the upgrade does.',
  },
  'tigera-status': {
    title: 'A TigeraStatus is not well',
    explanation: 'The operator says itself that something is degraded, or has not ended.',
  },
  'apiserver-unavailable': {
    title: 'The Calico API server does not answer',
    explanation:
      'While its APIService is down, namespaces do not delete, and the operator cannot change pools: the upgrade stalls.',
  },
  'datastore-not-ready': {
    title: 'The datastore is locked',
    explanation:
      'ClusterInformation says datastoreReady false, as during a migration: Felix and the CNI plugin do nothing then.',
  },
  'datastore-migration': {
    title: 'A datastore migration is under way',
    explanation: 'Moving to native v3 CRDs and upgrading are not done at the same time.',
  },
  'api-group-down': {
    title: 'An API group does not answer',
    explanation:
      'Kubernetes empties a namespace through every API group, and stops where one does not answer: namespaces stay, and with them what tests left behind.',
  },
  'tiers-not-readable': {
    title: 'kube-controller-manager may not read tiers',
    explanation:
      'From v3.29 on the Calico API server shows policies only to those who may read their tier. kube-controller-manager lists every kind to collect garbage and to empty namespaces, and hangs where one is refused.',
  },
  'namespace-terminating': {
    title: 'Namespaces do not get deleted',
    explanation:
      'Garbage collection hangs already: after the upgrade nobody could tell whether it was the cause.',
  },
  'stuck-deletion': {
    title: 'Objects of Calico wait to be deleted',
    explanation:
      'A finalizer holds them. Once it lets go, what they stand for goes, in the middle of the upgrade or after it.',
  },
  'crd-terminating': {
    title: 'A CRD of Calico is being deleted',
    explanation: 'When it is gone, all policies, pools or addresses of its kind are gone with it.',
  },
  'memory-limit-low': {
    title: 'Memory limit of calico-node',
    explanation:
      'calico-node needed more memory after some upgrades, and was killed where a limit stood close.',
  },
  'install-incomplete': {
    title: 'Objects of the installed release are missing',
    explanation:
      'Upstream’s file of the installed release has objects that the cluster lacks: it was moved by its image alone, or cut down.',
  },

  // Typha
  'node-on-delete': {
    title: 'calico-node waits for its pods to be deleted',
    explanation:
      'With OnDelete a rollout moves no node by itself. An earlier run that died may have left it, or somebody moves nodes by hand.',
  },
  'bgp-not-established': {
    title: 'BGP sessions are down',
    explanation:
      'Routes that are missing before the upgrade are missing after it, and every restart of calico-node ends the sessions of its node for a moment.',
  },
  'typha-replicas': {
    title: 'Typha replicas do not fit the nodes',
    explanation:
      'As many Typha replicas as nodes leave a rolling update no room; one replica per 200 nodes, three in production, is upstream’s advice.',
  },
  'typha-advised': {
    title: 'Over 50 nodes without Typha',
    explanation:
      'Upstream advises calico-typha.yaml above 50 nodes: without it every node watches the API server by itself. This action never switches by itself.',
  },
  'typha-certificates': {
    title: 'Typha without certificates of its clients',
    explanation:
      'Where some of the certificates are set and some are not, clients of the other side are refused once pods restart.',
  },
  'typha-disruption-budget': {
    title: 'A PodDisruptionBudget lets no Typha pod go',
    explanation:
      'With no disruption allowed a node cannot be drained, and evictions during the upgrade are refused.',
  },

  // Pools and addresses
  'backend-encapsulation': {
    title: 'Backend and encapsulation do not go together',
    explanation: 'IPIP pools need BGP (backend bird); with the backend vxlan their traffic has no routes.',
  },
  'pool-differs': {
    title: 'Live pool and Installation differ',
    explanation:
      'From v3.28 on the operator takes over pools that the Installation names. One of the same CIDR with other settings makes it Degraded.',
  },
  'pool-would-be-enabled': {
    title: 'A disabled pool would be enabled',
    explanation:
      'From v3.28 on the operator owns the pools of the Installation and sets their fields: a pool disabled by hand is in use again.',
  },
  'pool-cidr-not-canonical': {
    title: 'CIDR not in its canonical form',
    explanation:
      'The operator compares texts: a pool whose CIDR is written otherwise (host bits, IPv6 in long form) is deleted and made anew again and again.',
  },
  'pool-outside-pod-subnet': {
    title: 'Pool outside of the cluster’s pod network',
    explanation: 'The operator refuses pools that do not lie in kubeadm’s podSubnet, and the upgrade stalls.',
  },
  'pool-unlike-env': {
    title: 'Pool and environment differ',
    explanation:
      'CALICO_IPV4POOL_* act only while no pool exists. Where they differ from the pool, a re-created pool would be another.',
  },
  'node-address-differs': {
    title: 'calico-node uses another address than the kubelet',
    explanation:
      'Address autodetection found another interface. After a restart it may find yet another, and BGP sessions or tunnels break.',
  },
  'ipam-leak': {
    title: 'More addresses in use than pods',
    explanation:
      'Allocations that no pod uses any more point to leaked addresses, which after a re-install become duplicates.',
  },
  'mtu-differs': {
    title: 'MTU set in two places',
    explanation:
      'calico-config’s veth_mtu and FelixConfiguration name different values: which one wins changes with the release.',
  },

  // Dataplane
  'ebpf-with-kube-proxy': {
    title: 'eBPF dataplane beside kube-proxy',
    explanation:
      'With eBPF kube-proxy must be off (or bpfKubeProxyIptablesCleanupEnabled false): both write the same rules, and node traffic is lost. IPVS never goes with it.',
  },
  'dataplane-differs': {
    title: 'linuxDataplane and FelixConfiguration disagree',
    explanation:
      'The Installation names one dataplane and bpfEnabled another: after the operator’s restart the other one wins.',
  },
  'nftables-mode': {
    title: 'Felix will switch to nftables',
    explanation:
      'From v3.32 on NFTablesMode is Auto by default: where kube-proxy runs in nftables mode, Felix switches as it starts.',
  },
  'native-nftables': {
    title: 'kube-proxy uses nftables natively',
    explanation: 'Felix of v3.27.0 to v3.28.5 panics where native nftables rules exist.',
  },
  'iptables-backend-pinned': {
    title: 'iptables backend is set by hand',
    explanation:
      'A backend that the nodes do not use leads to rules that nobody reads: traffic is lost or policy not enforced.',
  },
  'application-layer-policy': {
    title: 'Application layer policy',
    explanation:
      'Dikastes enforces nothing in v3.30 and v3.31, and a newer Dikastes goes only with a newer calico-node.',
  },

  // Operator and Helm
  'operator-missing': {
    title: 'An Installation without an operator',
    explanation: 'The operator’s Deployment is gone or scaled to zero: nobody would carry the upgrade out.',
  },
  'operator-migration': {
    title: 'Migration to the operator has not ended',
    explanation:
      'Nodes carry the label of the operator’s migration from a manifest install: half of them run the old DaemonSet.',
  },
  'installation-deleting': {
    title: 'The Installation is being deleted',
    explanation: 'When its finalizers let go, the operator removes Calico.',
  },
  'imageset-missing': {
    title: 'No ImageSet for a release on the way',
    explanation:
      'Once ImageSets are used, the operator wants one named after the release that it installs, and is degraded without it.',
  },
  'non-privileged': {
    title: 'nonPrivileged is no longer allowed',
    explanation:
      'From v3.30.7, v3.31.5 and v3.32 on Installation.spec.nonPrivileged: Enabled makes Calico Degraded.',
  },
  'helm-removed-api': {
    title: 'The Helm release holds a removed API',
    explanation:
      'Helm compares with the manifest that it stored: a kind that Kubernetes no longer serves makes every upgrade fail.',
  },
  'helm-release-pending': {
    title: 'The Helm release is not deployed',
    explanation:
      'A release that is pending or failed refuses the next upgrade, or upgrades from a state that never was.',
  },
  'image-pull-failing': {
    title: 'Calico’s own pods cannot pull an image',
    explanation:
      'A node that cannot pull the image of now cannot pull the target’s either. Its calico-node would be gone and not come back.',
  },
  'registry-failing': {
    title: 'A registry that the upgrade needs fails for others',
    explanation:
      'Pods besides Calico’s wait for images of the same registry: it may be down, limit the rate, or refuse this cluster.',
  },
  'pull-secret-missing': {
    title: 'A Secret for pulling images is not there',
    explanation:
      'The nodes hold today’s images and do not need it. The target’s have to be pulled, and without the Secret they cannot be.',
  },
  'image-architecture': {
    title: 'Nodes that upstream makes no images for',
    explanation:
      'Upstream’s images are of some processors only. A node of another runs somebody’s own build, which has to be made of the target too.',
  },
  'private-registry': {
    title: 'Images come from a private registry',
    explanation:
      'The target’s images have to be there before the upgrade; from v3.31 on upstream publishes on quay.io.',
  },

  'rendered-object-edited': {
    title: 'Objects that the operator renders were edited',
    explanation:
      'The operator puts back what it renders. What others changed there is lost, at the latest when the upgrade renders it anew.',
  },
  'rendered-object-ignored': {
    title: 'The operator is told to leave an object alone',
    explanation:
      'An annotation keeps the operator from writing an object that it renders. The upgrade leaves it at the old release, and waits for it in vain.',
  },

  // Policies and data
  'owner-references': {
    title: 'Objects are owned by projectcalico.org/v3 objects',
    explanation:
      'The UIDs of v3 objects change on this way. What names them as owner is deleted by Kubernetes’ garbage collector.',
  },
  'admin-network-policies': {
    title: 'AdminNetworkPolicies lose their effect',
    explanation:
      'From v3.32 on AdminNetworkPolicy and BaselineAdminNetworkPolicy are not enforced; ClusterNetworkPolicy takes their place.',
  },
  'admin-network-policies-begin': {
    title: 'AdminNetworkPolicies begin to be enforced',
    explanation:
      'Objects that had no effect so far take effect with v3.29 (AdminNetworkPolicy) and v3.30 (baseline).',
  },
  'allow-tigera-tier': {
    title: 'Policies in the tier allow-tigera',
    explanation:
      'v3.32 renames the tier to calico-system; policies of one’s own in it have to be moved by hand.',
  },
  'policy-names': {
    title: 'Policies of the default tier change their names',
    explanation:
      'Releases differ in whether the stored name begins with “default.”. Tools that apply policies by name make them twice, or fight.',
  },
  'host-endpoints-drop': {
    title: 'Host endpoints for all interfaces begin to drop',
    explanation:
      'From v3.14 on such a HostEndpoint denies what no policy allows: without an allow-all policy the hosts are cut off.',
  },
  'stored-object-refused': {
    title: 'A stored object does not fit the target’s schema',
    explanation:
      'It stays as it is. From Kubernetes 1.30 on most old faults pass on writes that leave them as they are; before, the next write of the object fails. A restore, which makes it anew, fails on every version.',
  },
  'stored-field-lost': {
    title: 'A field of a stored object is lost in the target',
    explanation:
      'The target’s schema does not know the field: it is dropped at the next write, and has no effect until then.',
  },

  // The run itself
  'customisation-conflict': {
    title: 'Your change and upstream’s meet in one field',
    explanation:
      'You changed a field that upstream changed too. Somebody has to choose; with force your value stays.',
  },
  'customisation-dropped': {
    title: 'A change of yours has no place in the target',
    explanation: 'What you changed is no longer there in the target, or the target says the same by itself.',
  },
  'definitions-newer': {
    title: 'Definitions are newer than the target’s',
    explanation:
      'Calico was a newer release here and went back, which leaves its definitions of kinds in place. They stay on the way to a release older than that one, too: older definitions would lose what is stored in fields that only the newer ones have.',
  },
  'customisations-unknown': {
    title: 'Customisations could not be compared',
    explanation:
      'Upstream’s files of the installed release or of the target could not be had: what you changed cannot be told from what upstream changed.',
  },
  'change-refused': {
    title: 'The API server refuses a planned change',
    explanation:
      'The change was tried without writing, and the server said no. The upgrade would stop at it, half done.',
  },
  'webhook-unanswered': {
    title: 'An admission webhook keeps a change from being tried',
    explanation:
      'A webhook that has to be asked did not answer, or takes no dry run. While it is away the change fails when it is made, too.',
  },
  'permission-missing': {
    title: 'Permissions are missing',
    explanation:
      'The account may not do something that the upgrade needs. Better to know before the first write.',
  },
  unreadable: {
    title: 'Something could not be read',
    explanation: 'What cannot be seen cannot be judged: checks that depend on it stayed silent.',
  },
  'earlier-run': {
    title: 'An earlier run left its journal or lock',
    explanation:
      'Either it is still running, or it died: what it had begun must be continued or rolled back first.',
  },
} as const satisfies Readonly<Record<string, PreflightKind>>;

export type PreflightCode = keyof typeof PREFLIGHT_KINDS;
