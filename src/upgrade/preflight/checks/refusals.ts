import type { Owner, OwnerTool } from '../../../cluster/cluster-state.js';
import type { Evidence } from '../../../cluster/evidence.js';
import { formatVersion } from '../../../version/version.js';
import { nameOf } from '../../../cluster/object-name.js';
import { count, evidenceOf, finding, listNames, nodeReference } from '../finding.js';
import type { PreflightFinding, PreflightInput } from '../preflight.js';

const OLDEST_KUBERNETES_MINOR = 23;

/** Whatever is to be done to a cluster, this is asked of it first. */
type Cluster = Pick<PreflightInput, 'state' | 'calico'>;

/** What this program does not upgrade at all, and why. */
export const refusals = (input: Cluster): readonly PreflightFinding[] => [
  ...kubernetesTooOld(input),
  ...otherKinds(input),
  ...windowsNodes(input),
  ...otherCnis(input),
  ...ownedElsewhere(input),
  ...severalMethods(input),
];

function kubernetesTooOld({ state }: Cluster): PreflightFinding[] {
  if (state.kubernetes.version.minor >= OLDEST_KUBERNETES_MINOR) return [];
  return [
    finding('kubernetes-too-old', 'mandatory', {
      message: `The API server is ${state.kubernetes.gitVersion}; this action begins with v1.${OLDEST_KUBERNETES_MINOR}.`,
      remedy: 'Upgrade Kubernetes to 1.23 or newer first, following upstream’s guides by hand.',
      source: 'https://docs.tigera.io/calico/latest/getting-started/kubernetes/requirements',
    }),
  ];
}

function otherKinds({ calico }: Cluster): PreflightFinding[] {
  const found: PreflightFinding[] = [];
  if (calico.datastore === 'etcdv3') {
    found.push(
      finding('etcd-datastore', 'mandatory', {
        message:
          'Calico keeps its data in etcd (DATASTORE_TYPE etcdv3), which the Kubernetes API does not show.',
        remedy:
          'Save the data with “calicoctl datastore migrate export”, and move to the Kubernetes datastore (docs.tigera.io: Migrate from etcd) or upgrade by hand.',
        evidence: calico.variantEvidence,
        source: 'https://docs.tigera.io/calico/latest/operations/datastore-migration',
      }),
    );
  }
  if (calico.variant === 'canal' || calico.variant === 'canal-etcd') {
    found.push(
      finding('canal', 'mandatory', {
        message: 'This is canal: flannel gives pods their network, and Calico enforces policy.',
        remedy:
          'Upgrade canal with its own manifest by hand, or migrate to Calico with upstream’s flannel migration first.',
        evidence: calico.variantEvidence,
        source:
          'https://docs.tigera.io/calico/latest/getting-started/kubernetes/flannel/migration-from-flannel',
      }),
    );
  }
  if (calico.dataGroup === 'projectcalico.org') {
    found.push(
      finding('native-v3-crds', 'mandatory', {
        message: 'Calico’s data is in native v3 CRDs (projectcalico.org), a preview of v3.32.',
        remedy: 'Follow upstream’s page on native v3 CRDs by hand.',
        evidence: calico.variantEvidence,
        source: 'https://docs.tigera.io/calico/latest/operations/native-v3-crds',
      }),
    );
  }
  if (calico.edition === 'enterprise') {
    found.push(
      finding('enterprise', 'mandatory', {
        message: 'This cluster runs Calico Enterprise or Calico Cloud.',
        remedy: 'Upgrade it with Tigera’s own guide.',
        evidence: calico.editionEvidence,
        source: 'https://docs.tigera.io/calico-enterprise/latest/getting-started/upgrading',
      }),
    );
  }
  if (calico.dataplane === 'vpp') {
    found.push(
      finding('vpp-dataplane', 'mandatory', {
        message: 'This cluster uses the VPP dataplane.',
        remedy: 'Upgrade it with the guide of the VPP dataplane.',
        source: 'https://docs.tigera.io/calico/latest/getting-started/kubernetes/vpp/getting-started',
      }),
    );
  }
  return found;
}

function windowsNodes({ state }: Cluster): PreflightFinding[] {
  const windows = state.nodes.filter(({ os }) => os === 'windows');
  if (windows.length === 0) return [];
  return [
    finding('windows-nodes', 'mandatory', {
      message: `${count(windows.length, 'node runs', 'nodes run')} Windows: ${listNames(windows.map(({ name }) => name))}.`,
      remedy: 'Upgrade Calico on this cluster by hand, the Windows nodes with their own procedure.',
      evidence: windows.map(({ name, osImage }) =>
        evidenceOf(nodeReference(name), 'status.nodeInfo.osImage', osImage),
      ),
      source: 'https://docs.tigera.io/calico/latest/getting-started/kubernetes/windows-calico/',
    }),
  ];
}

function otherCnis({ state, calico }: Cluster): PreflightFinding[] {
  // Policy-only installs stand beside the cloud's CNI by design, and canal is refused by itself
  const allowed = calico.providesNetworking ? [] : ['aws-vpc-cni', 'azure-cni', 'gke', 'flannel', 'canal'];
  const others = state.network.otherCnis.filter(({ name }) => !allowed.includes(name));
  if (others.length === 0 || calico.variant.startsWith('canal')) return [];
  const isOnlyMultus = others.every(({ name }) => name === 'multus');
  return [
    finding('other-cni', isOnlyMultus ? 'skippable' : 'mandatory', {
      message: `Besides Calico there is ${listNames(others.map(({ name, evidence }) => `${name} (${nameOf(evidence.object)})`))}.`,
      remedy: isOnlyMultus
        ? 'Make sure that Multus delegates to Calico’s configuration file and not to a copy of it, then set force.'
        : 'Remove the other CNI with its configuration in /etc/cni/net.d on every node first; replacing a CNI is a migration, not an upgrade.',
      evidence: others.map(({ evidence }) => evidence),
      source: 'https://github.com/projectcalico/calico/issues/9010',
    }),
  ];
}

/** Where the change has to be made instead. */
const INSTEAD: Readonly<Record<OwnerTool, string>> = {
  flux: 'Change the version in the Git repository that Flux applies.',
  argocd: 'Change the version in the Git repository that Argo CD applies.',
  fleet: 'Change the version in the Git repository that Fleet applies.',
  helm: 'Upgrade the Helm release that holds the objects.',
  kops: 'Upgrade kOps: it brings the Calico release that goes with it.',
  rke2: 'Upgrade RKE2, or change its HelmChartConfig.',
  k3s: 'Change the manifest or HelmChart in the k3s server’s manifests directory.',
  k0s: 'Upgrade k0s: it brings the Calico release that goes with it.',
  microk8s: 'Upgrade MicroK8s, or change its cni.yaml on every control-plane node.',
  'addon-manager': 'Change the manifest in the addon manager’s directory on the control-plane nodes.',
  aks: 'Azure upgrades its built-in Calico together with the cluster.',
  gke: 'Google upgrades its built-in Calico together with the cluster.',
  eks: 'Change the EKS add-on.',
  openshift: 'Follow upstream’s page on upgrading Calico on OpenShift.',
  rancher: 'Upgrade the cluster through Rancher.',
  kubespray: 'Set calico_version and run Kubespray’s upgrade playbook.',
};

/** Kubespray writes once and goes; what it would do at its next run is worth a warning, not a stop. */
const WRITES_ONCE: ReadonlySet<OwnerTool> = new Set(['kubespray']);

function ownedElsewhere({ state, calico }: Cluster): PreflightFinding[] {
  const owners = state.owners.filter(({ tool }) => tool !== 'helm' || calico.method !== 'helm');
  const byTool = new Map<OwnerTool, Owner[]>();
  for (const owner of owners) byTool.set(owner.tool, [...(byTool.get(owner.tool) ?? []), owner]);
  return [...byTool].map(([tool, owned]) => {
    const source = owned.find((owner) => owner.source !== null)?.source;
    return finding('owned-elsewhere', WRITES_ONCE.has(tool) ? 'warning' : 'mandatory', {
      message: `${tool}${source ? ` (${source})` : ''} owns ${listNames(owned.map(({ evidence }) => nameOf(evidence.object)))}.`,
      remedy: INSTEAD[tool],
      evidence: owned.map(({ evidence }): Evidence => evidence),
    });
  });
}

function severalMethods({ calico }: Cluster): PreflightFinding[] {
  if (calico.otherMethods.length === 0) return [];
  return [
    finding('several-install-methods', 'mandatory', {
      message: `Calico ${formatText(calico.versions.running)} is installed by ${calico.method}, and there are signs of ${calico.otherMethods.join(' and ')} too.`,
      remedy: 'Finish the migration between the two, or remove what is left of the one that is not used.',
      evidence: calico.methodEvidence,
      source: 'https://docs.tigera.io/calico/latest/operations/operator-migration',
    }),
  ];
}

function formatText(version: PreflightInput['calico']['versions']['running']): string {
  return version ? formatVersion(version) : 'of an unknown version';
}
