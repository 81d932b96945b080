import type { KubernetesObject, ServedKind } from '../../ports/cluster-client.js';
import type { Owner, OwnerTool } from '../cluster-state.js';
import type { Evidence } from '../evidence.js';
import { listAt, textAt } from '../fields.js';
import { evidenceOf, groupOf } from '../object-name.js';
import type { NodeReading } from './nodes.js';

/*
 * Marks that tools leave on what they own. Where each is written down:
 * - Flux: github.com/fluxcd/helm-controller pull request 238, github.com/fluxcd/kustomize-controller pull request 527
 * - Argo CD: argo-cd.readthedocs.io user-guide/resource_tracking; the field manager in argoproj/argo-cd common/common.go
 * - Helm: helm.sh/docs/faq/changes_since_helm2; RKE2's release: rancher/rke2-docs docs/known_issues.md
 * - kOps: kubernetes/kops pkg/model/components/addonmanifests/remap.go
 * - k3s, RKE2, Rancher, Fleet: rancher/wrangler pkg/apply (`objectset.rio.cattle.io`); Fleet writes as `fleetagent`
 * - k0s: k0sproject/k0s pkg/applier/meta.go
 * - MicroK8s: canonical/microk8s upgrade-scripts/000-switch-to-calico/resources/calico.yaml (paths below the snap)
 * - Kubespray: kubernetes-sigs/kubespray roles/network_plugin/calico/templates (`cluster_type`, `kubespray.etcd-cert`)
 * - addon-manager: kubernetes/kubernetes cluster/addons/addon-manager/README.md, and the operator's own refusal of it
 * - AKS: labels of the operator that AKS installs, as in learn.microsoft.com on `kubernetes.azure.com/managedby`
 */

/** A mark on an object: reads an owner off it, or null. */
type Mark = (object: KubernetesObject) => Owner | null;

const ARGO_TRACKING = 'argocd.argoproj.io/tracking-id';
const RELEASE_NAME = 'meta.helm.sh/release-name';
const RELEASE_NAMESPACE = 'meta.helm.sh/release-namespace';
const OBJECT_SET = 'objectset.rio.cattle.io';
const ADDON_MODE = 'addonmanager.kubernetes.io/mode';

const MARKS: readonly Mark[] = [
  (object) => fluxLabel(object, 'kustomize', 'Kustomization'),
  (object) => fluxLabel(object, 'helm', 'HelmRelease'),
  (object) => manager(object, 'flux', /^(?:kustomize|helm)-controller$/),
  argoMark,
  (object) => manager(object, 'argocd', /^argocd-(?:application-)?controller$/),
  helmMark,
  (object) => label(object, 'kops', 'addon.kops.k8s.io/name', 'kOps addon '),
  (object) => manager(object, 'kops', /^kops$/),
  objectSetMark,
  (object) => manager(object, 'fleet', /^fleetagent$/),
  (object) => label(object, 'k0s', 'k0s.k0sproject.io/stack', 'k0s stack '),
  microk8sMark,
  kubesprayMark,
  (object) => label(object, 'aks', 'kubernetes.azure.com/managedby', null),
  (object) => label(object, 'addon-manager', ADDON_MODE, null),
  (object) => manager(object, 'eks', /^eks$/),
];

/** Everyone besides a person with kubectl that owns the objects of an install, each tool and source once. */
export function readOwners(objects: readonly KubernetesObject[], platform: PlatformSources): Owner[] {
  const owners = new Map<string, Owner>();
  for (const object of objects) {
    for (const mark of MARKS) {
      const owner = mark(object);
      if (owner) keep(owners, owner);
    }
  }
  for (const owner of platformOwners(platform, objects, [...owners.values()])) keep(owners, owner);
  return [...owners.values()].filter((owner) => !isWeaker(owner, [...owners.values()]));
}

function keep(owners: Map<string, Owner>, owner: Owner): void {
  const key = `${owner.tool} ${owner.source ?? ''}`;
  if (!owners.has(key)) owners.set(key, owner);
}

/** A field manager names the tool only: it says nothing new where a label names what drives it. */
function isWeaker(owner: Owner, all: readonly Owner[]): boolean {
  return owner.source === null && all.some(({ tool, source }) => tool === owner.tool && source !== null);
}

function fluxLabel(object: KubernetesObject, controller: string, kind: string): Owner | null {
  const prefix = `${controller}.toolkit.fluxcd.io`;
  const labels = object.metadata.labels ?? {};
  const name = labels[`${prefix}/name`];
  if (name === undefined) return null;
  const namespace = labels[`${prefix}/namespace`];
  const source = `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
  return { tool: 'flux', evidence: evidenceOf(object, `metadata.labels["${prefix}/name"]`, name), source };
}

/** `application:group/Kind:namespace/name`, with the Application's namespace before a `_` where it is not Argo CD's own. */
function argoMark(object: KubernetesObject): Owner | null {
  const annotated = object.metadata.annotations?.[ARGO_TRACKING];
  const labelled = object.metadata.labels?.['argocd.argoproj.io/instance'];
  const value = annotated ?? labelled;
  if (value === undefined) return null;
  const field =
    annotated === undefined
      ? 'metadata.labels["argocd.argoproj.io/instance"]'
      : `metadata.annotations["${ARGO_TRACKING}"]`;
  const application = (value.split(':')[0] ?? '').replace('_', '/');
  return { tool: 'argocd', evidence: evidenceOf(object, field, value), source: `Application ${application}` };
}

function helmMark(object: KubernetesObject): Owner | null {
  const annotations = object.metadata.annotations ?? {};
  const release = annotations[RELEASE_NAME];
  if (release === undefined) return null;
  const tool: OwnerTool = /^rke2-(?:calico|canal)(?:-crd)?$/.test(release) ? 'rke2' : 'helm';
  const name = `${annotations[RELEASE_NAMESPACE] ?? ''}/${release}`;
  const source = tool === 'rke2' ? `HelmChart ${name}` : `Helm release ${name}`;
  return { tool, evidence: evidenceOf(object, `metadata.annotations["${RELEASE_NAME}"]`, release), source };
}

/** wrangler's object sets: k3s and RKE2 for their addons, Rancher and Fleet for what they deploy. */
function objectSetMark(object: KubernetesObject): Owner | null {
  const annotations = object.metadata.annotations ?? {};
  const kind = annotations[`${OBJECT_SET}/owner-gvk`];
  const name = annotations[`${OBJECT_SET}/owner-name`] ?? '';
  if (kind === undefined) return null;
  const tools: readonly (readonly [RegExp, OwnerTool])[] = [
    [/^k3s\.cattle\.io\//, 'k3s'],
    [/^helm\.cattle\.io\//, 'k3s'],
    [/^fleet\.cattle\.io\//, 'fleet'],
    [/\.cattle\.io\//, 'rancher'],
  ];
  const tool = tools.find(([pattern]) => pattern.test(kind))?.[1];
  if (!tool) return null;
  const field = `metadata.annotations["${OBJECT_SET}/owner-gvk"]`;
  const namespace = annotations[`${OBJECT_SET}/owner-namespace`] ?? '';
  const shortKind = /Kind=(\w+)/.exec(kind)?.[1] ?? kind;
  const source = `${shortKind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
  return { tool, evidence: evidenceOf(object, field, kind), source };
}

function microk8sMark(object: KubernetesObject): Owner | null {
  const volumes = listAt(object, 'spec', 'template', 'spec', 'volumes');
  const path = volumes
    .map((volume) => textAt(volume, 'hostPath', 'path'))
    .find((text) => text.startsWith('/var/snap/microk8s/'));
  if (path === undefined) return null;
  const source = '/var/snap/microk8s/current/args/cni-network/cni.yaml';
  return { tool: 'microk8s', evidence: evidenceOf(object, 'spec.template.spec.volumes', path), source };
}

function kubesprayMark(object: KubernetesObject): Owner | null {
  if (object.kind === 'ConfigMap') {
    const type = textAt(object, 'data', 'cluster_type');
    const isMarked = type.split(',').includes('kubespray');
    return isMarked
      ? { tool: 'kubespray', evidence: evidenceOf(object, 'data.cluster_type', type), source: null }
      : null;
  }
  const key = 'kubespray.etcd-cert/serial';
  const value = textAt(object, 'spec', 'template', 'metadata', 'annotations', key);
  const field = `spec.template.metadata.annotations["${key}"]`;
  return value === ''
    ? null
    : { tool: 'kubespray', evidence: evidenceOf(object, field, value), source: null };
}

/** A label by itself; with `prefix` its value names what drives it. */
function label(object: KubernetesObject, tool: OwnerTool, key: string, prefix: string | null): Owner | null {
  const value = object.metadata.labels?.[key];
  if (value === undefined) return null;
  const source = prefix === null ? null : `${prefix}${value}`;
  return { tool, evidence: evidenceOf(object, `metadata.labels["${key}"]`, value), source };
}

function manager(object: KubernetesObject, tool: OwnerTool, pattern: RegExp): Owner | null {
  const found = object.metadata.managedFields?.find((entry) => pattern.test(entry.manager ?? ''));
  if (!found) return null;
  return {
    tool,
    evidence: evidenceOf(object, 'metadata.managedFields[].manager', found.manager ?? ''),
    source: null,
  };
}

/** What the platform itself says. */
export interface PlatformSources {
  readonly nodes: readonly NodeReading[];
  readonly kinds: readonly ServedKind[];
  readonly installation: KubernetesObject | null;
}

/**
 * Platforms that own Calico by what they are: OpenShift has a procedure of its own, RKE deploys its network plugin
 * again at each `rke up`, GKE's addon-manager owns what it labels, MicroK8s brings Calico as its own.
 */
function platformOwners(
  { nodes, kinds, installation }: PlatformSources,
  objects: readonly KubernetesObject[],
  owners: readonly Owner[],
): Owner[] {
  const found: Owner[] = [];
  const byNode = (tool: OwnerTool, field: string, read: (node: NodeReading) => string | undefined): void => {
    for (const node of nodes) {
      const value = read(node);
      if (value === undefined) continue;
      const object = { apiVersion: 'v1', kind: 'Node', namespace: null, name: node.state.name };
      found.push({ tool, evidence: { object, field, value }, source: null });
      return;
    }
  };
  if (objects.length === 0) return [];
  const rke = 'rke.cattle.io/internal-ip';
  byNode('rancher', `metadata.annotations["${rke}"]`, ({ marks }) => marks[rke]);
  if (owners.some(({ tool }) => tool === 'addon-manager')) {
    const pool = 'cloud.google.com/gke-nodepool';
    byNode('gke', `metadata.labels["${pool}"]`, ({ state }) => state.labels[pool]);
  }
  return [...found, ...openshift(kinds, installation)];
}

function openshift(kinds: readonly ServedKind[], installation: KubernetesObject | null): Owner[] {
  const provider = textAt(installation, 'spec', 'kubernetesProvider');
  if (installation && provider === 'OpenShift')
    return [
      {
        tool: 'openshift',
        evidence: evidenceOf(installation, 'spec.kubernetesProvider', provider),
        source: null,
      },
    ];
  const served = kinds.find(
    ({ apiVersion, kind }) => groupOf(apiVersion) === 'config.openshift.io' && kind === 'ClusterVersion',
  );
  if (!served) return [];
  const { apiVersion, kind } = served;
  const object: Evidence['object'] = { apiVersion, kind, namespace: null, name: 'version' };
  return [{ tool: 'openshift', evidence: { object, field: '', value: '' }, source: null }];
}
