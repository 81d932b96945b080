import { Collector } from '../collector.js';
import type { Extraction } from '../detector.js';
import type { SourceFile } from '../source-file.js';
import type { YamlMap, YamlNode } from '../../yaml/node.js';
import { asMap, at, itemsOf, scalarAt, textAt, walk } from '../../yaml/query.js';

/** Where an API keeps the Kubernetes version of a cluster under a name that says no more than `version`. */
interface Spec {
  readonly api: RegExp;
  readonly kinds?: RegExp;
  readonly versions: readonly (readonly string[])[];
  /** Where the cluster's own name stands; none where the object is only a part of a cluster. */
  readonly name?: readonly string[];
}

const METADATA_NAME = ['metadata', 'name'] as const;

const SPECS: readonly Spec[] = [
  {
    api: /^cluster\.x-k8s\.io\//,
    kinds: /^Cluster$/,
    versions: [['spec', 'topology', 'version']],
    name: METADATA_NAME,
  },
  {
    api: /^(?:cluster|controlplane\.cluster|infrastructure\.cluster|bootstrap\.cluster|exp\.infrastructure\.cluster)\.x-k8s\.io\//,
    versions: [
      ['spec', 'version'],
      ['spec', 'template', 'spec', 'version'],
      ['spec', 'controlPlaneVersion'],
      ['spec', 'agentConfig', 'version'],
      ['spec', 'template', 'spec', 'agentConfig', 'version'],
    ],
  },
  {
    api: /^eksctl\.io\//,
    kinds: /^ClusterConfig$/,
    versions: [['metadata', 'version']],
    name: METADATA_NAME,
  },
  {
    api: /^kops\.k8s\.io\//,
    kinds: /^Cluster$/,
    versions: [['spec', 'kubernetesVersion']],
    name: METADATA_NAME,
  },
  {
    api: /^(?:eks|container|containerservice)\.(?:aws|gcp|azure)\.(?:m\.)?(?:upbound|crossplane)\.io\//,
    versions: [
      ['spec', 'forProvider', 'version'],
      ['spec', 'forProvider', 'minMasterVersion'],
      ['spec', 'forProvider', 'kubernetesVersion'],
    ],
    name: METADATA_NAME,
  },
  {
    api: /^container\.cnrm\.cloud\.google\.com\//,
    versions: [
      ['spec', 'minMasterVersion'],
      ['spec', 'version'],
    ],
  },
  {
    api: /^core\.gardener\.cloud\//,
    kinds: /^Shoot$/,
    versions: [['spec', 'kubernetes', 'version']],
    name: METADATA_NAME,
  },
  { api: /^k0sctl\.k0sproject\.io\//, versions: [['spec', 'k0s', 'version']], name: METADATA_NAME },
  { api: /^k0smotron\.io\//, kinds: /^Cluster$/, versions: [['spec', 'version']], name: METADATA_NAME },
  { api: /^eks\.services\.k8s\.aws\//, kinds: /^(?:Cluster|Nodegroup)$/, versions: [['spec', 'version']] },
  { api: /^kubermatic\.k8[cs]\.io\//, kinds: /^Cluster$/, versions: [['spec', 'version']] },
  {
    api: /^containerservice\.azure\.com\//,
    versions: [
      ['spec', 'kubernetesVersion'],
      ['spec', 'orchestratorVersion'],
    ],
  },
  { api: /^kubeone\.k8[cs]\.io\//, versions: [['versions', 'kubernetes']], name: ['name'] },
  { api: /^kubekey\.kubesphere\.io\//, versions: [['spec', 'kubernetes', 'version']], name: METADATA_NAME },
  {
    api: /^provisioning\.cattle\.io\//,
    kinds: /^Cluster$/,
    versions: [['spec', 'kubernetesVersion']],
    name: METADATA_NAME,
  },
  {
    api: /^anywhere\.eks\.amazonaws\.com\//,
    kinds: /^Cluster$/,
    versions: [['spec', 'kubernetesVersion']],
    name: METADATA_NAME,
  },
];

/** Kinds that list the versions which clusters may have, and deploy none. */
const OFFERS: ReadonlySet<string> = new Set([
  'CloudProfile',
  'NamespacedCloudProfile',
  'KubernetesRelease',
  'TanzuKubernetesRelease',
  'KubermaticConfiguration',
]);
/** Custom resources of CloudFormation that keep the Kubernetes version under `Version`. */
const CLOUD_FORMATION = /^AWS::EKS::(?:Cluster|Nodegroup)$/;

/** Objects and files that describe a whole cluster: Cluster API, eksctl, kOps, upgrade plans, Gardener, talhelper … */
export function extract(file: SourceFile): Extraction {
  const collector = new Collector();
  for (const { root, start, end } of file.yaml().documents) {
    if (OFFERS.has(textAt(root, 'kind'))) {
      collector.ignored.push({ start, end, reason: null });
      continue;
    }
    if (textAt(root, 'apiVersion') === '') readWithoutApi(root, collector);
    // Objects stand in others: in a List, in a Composition of Crossplane, in a template of Argo CD
    for (const { node } of walk(root)) if (node.kind === 'map') readObject(node, collector);
  }
  return collector;
}

function readObject(object: YamlMap, collector: Collector): void {
  const api = textAt(object, 'apiVersion');
  if (api === '') return;
  const kind = textAt(object, 'kind');
  for (const spec of SPECS)
    if (spec.api.test(api) && (spec.kinds?.test(kind) ?? true)) readSpec(object, kind, spec, collector);
  if (kind === 'Plan' && api.startsWith('upgrade.cattle.io/')) readPlan(object, collector);
  if (kind !== 'Plan' || !api.startsWith('autopilot.k0sproject.io/')) return;
  for (const command of itemsOf(at(object, 'spec', 'commands'))) {
    collector.addScalar(
      'kubernetes',
      { kind: 'field', name: 'Plan.spec.commands.k0supdate.version' },
      scalarAt(command, 'k0supdate', 'version'),
    );
  }
}

function readSpec(root: YamlNode, kind: string, spec: Spec, collector: Collector): void {
  for (const path of spec.versions) {
    const name = `${kind}.${path.join('.')}`;
    collector.addScalar('kubernetes', { kind: 'field', name }, scalarAt(root, ...path));
  }
  addName(spec.name ? scalarAt(root, ...spec.name)?.value : undefined, root, collector);
}

/** A plan of the system upgrade controller can upgrade anything: what it runs and its name tell what. */
function readPlan(root: YamlNode, collector: Collector): void {
  const version = scalarAt(root, 'spec', 'version');
  const about = [
    textAt(root, 'metadata', 'name'),
    textAt(root, 'spec', 'upgrade', 'image'),
    version?.value ?? '',
  ].join(' ');
  const isKubernetes =
    /k3s|rke2|k8s|kube/i.test(about) && !/talos(?!ctl)/i.test(textAt(root, 'metadata', 'name'));
  if (!isKubernetes) return;
  collector.addScalar('kubernetes', { kind: 'field', name: 'Plan.spec.version' }, version);
  // https://update.k3s.io/v1-release/channels/v1.29
  const channel = scalarAt(root, 'spec', 'channel');
  const name = channel?.value.split('/').at(-1) ?? '';
  if (version || !channel?.isVerbatim) return;
  collector.add({
    component: 'kubernetes',
    subject: { kind: 'field', name: 'Plan.spec.channel' },
    text: name,
    offset: channel.end - name.length,
  });
}

/** talhelper's `talconfig.yaml` names its cluster; CloudFormation keeps `AWS::EKS::Cluster` among its resources. */
function readWithoutApi(root: YamlNode, collector: Collector): void {
  if (at(root, 'kubernetesVersion') || at(root, 'talosVersion'))
    addName(textAt(root, 'clusterName'), root, collector);
  for (const { value } of asMap(at(root, 'Resources'))?.entries ?? []) {
    const type = textAt(value, 'Type');
    if (!CLOUD_FORMATION.test(type)) continue;
    collector.addScalar(
      'kubernetes',
      { kind: 'field', name: `${type}.Version` },
      scalarAt(value, 'Properties', 'Version'),
    );
  }
}

function addName(name: string | undefined, root: YamlNode, collector: Collector): void {
  if (name && !/[${}]/.test(name)) collector.facts.push({ kind: 'cluster-name', name, offset: root.start });
}
