import { createHash } from 'node:crypto';
import type { KubernetesObject } from '../../src/ports/cluster-client.js';
import { asObject, copyOf, makeFieldsAt } from './fields.js';
import type { Command } from './kubectl.js';

/** Tools that own objects of Calico besides, or in place of, a person with kubectl. */
export type Owner = 'flux' | 'flux-helm' | 'argocd' | 'helm' | 'rke2' | 'kops' | 'k3s' | 'addon-manager';

/** Under which name a tool writes, and how. */
export interface OwnerManager {
  readonly fieldManager: string;
  readonly command: Command;
}

/**
 * Field managers as the tools leave them.
 *
 * - Flux: fluxcd/kustomize-controller pull request 527 shows `kustomize-controller`, operation Apply.
 * - Helm: the name of the program, operation Update (helm/helm `pkg/kube/client.go`, `getManagedFieldsManager`): `helm`;
 *   RKE2's jobs run `helm_v3` (k3s-io/klipper-helm `entry`); Flux sets `helm-controller` (fluxcd/helm-controller pull
 *   request 346).
 * - Argo CD: argoproj/argo-cd `common/common.go`, `ArgoCDSSAManager = "argocd-controller"`; without server-side apply
 *   it writes under the same name as an Update with kubectl's annotation (argo-cd issue 16813, 20815).
 * - kOps: kubernetes/kops `channels/pkg/channels/clientapplier.go`, `kops`, operation Apply.
 * - k3s: k3s-io/k3s `pkg/util/client.go` `GetUserAgent`: the controller `deploy` at the node's name.
 * - addon-manager: kubernetes/kubernetes `cluster/addons/addon-manager/kube-addons-main.sh` runs `kubectl apply`.
 */
export const OWNER_MANAGERS: Readonly<Record<Owner, OwnerManager>> = {
  flux: { fieldManager: 'kustomize-controller', command: 'apply --server-side' },
  'flux-helm': { fieldManager: 'helm-controller', command: 'create' },
  argocd: { fieldManager: 'argocd-controller', command: 'apply' },
  helm: { fieldManager: 'helm', command: 'create' },
  rke2: { fieldManager: 'helm_v3', command: 'create' },
  kops: { fieldManager: 'kops', command: 'apply --server-side' },
  k3s: { fieldManager: 'deploy@server-0', command: 'create' },
  'addon-manager': { fieldManager: 'kubectl-client-side-apply', command: 'apply' },
};

interface Marks {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A copy of an object with the labels and annotations that a tool puts on what it owns. */
export function ownedBy(owner: Owner, object: KubernetesObject): KubernetesObject {
  const { labels, annotations } = MARKS[owner](object);
  const copy = copyOf(object);
  if (labels) Object.assign(makeFieldsAt(copy, 'metadata', 'labels'), labels);
  if (annotations) Object.assign(makeFieldsAt(copy, 'metadata', 'annotations'), annotations);
  return asObject(copy);
}

const MARKS: Readonly<Record<Owner, (object: KubernetesObject) => Marks>> = {
  // fluxcd/kustomize-controller pull request 527
  flux: () => ({
    labels: {
      'kustomize.toolkit.fluxcd.io/name': 'calico',
      'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
    },
  }),
  // fluxcd/helm-controller internal/postrender: origin labels, on top of Helm's own
  'flux-helm': (object) => ({
    ...helmMarks('calico', 'tigera-operator', object),
    labels: {
      ...helmMarks('calico', 'tigera-operator', object).labels,
      'helm.toolkit.fluxcd.io/name': 'calico',
      'helm.toolkit.fluxcd.io/namespace': 'flux-system',
    },
  }),
  // argoproj/argo-cd docs/user-guide/resource_tracking.md: the annotation is the default since 3.0, and CRDs get none
  argocd: (object) =>
    object.kind === 'CustomResourceDefinition'
      ? {}
      : { annotations: { 'argocd.argoproj.io/tracking-id': argoTrackingId('calico', object) } },
  helm: (object) => helmMarks('calico', 'tigera-operator', object),
  // rancher/rke2-docs docs/known_issues.md shows these on rke2-calico's FelixConfiguration
  rke2: (object) => helmMarks('rke2-calico', 'kube-system', object),
  // kubernetes/kops upup/pkg/fi/cloudup/bootstrapchannelbuilder: addLabels; the addon's selector is the role label
  kops: () => ({
    labels: {
      'addon.kops.k8s.io/name': 'networking.projectcalico.org',
      'app.kubernetes.io/managed-by': 'kops',
      'role.kubernetes.io/networking': '1',
    },
  }),
  k3s: () => objectSetMarks('k3s.cattle.io/v1, Kind=Addon', 'calico', 'kube-system'),
  // kubernetes/kubernetes cluster/addons/addon-manager/README.md
  'addon-manager': () => ({
    labels: { 'addonmanager.kubernetes.io/mode': 'Reconcile', 'kubernetes.io/cluster-service': 'true' },
  }),
};

/** What Helm 3 puts on objects of a release; definitions from a chart's `crds` folder get nothing. */
function helmMarks(release: string, namespace: string, object: KubernetesObject): Marks {
  if (object.kind === 'CustomResourceDefinition') return {};
  return {
    labels: { 'app.kubernetes.io/managed-by': 'Helm' },
    annotations: { 'meta.helm.sh/release-name': release, 'meta.helm.sh/release-namespace': namespace },
  };
}

function argoTrackingId(application: string, { apiVersion, kind, metadata }: KubernetesObject): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return `${application}:${group}/${kind}:${metadata.namespace ?? ''}/${metadata.name}`;
}

/** rancher/wrangler pkg/apply/desiredset_apply.go: the owner in annotations, and their SHA-1 as a label. */
function objectSetMarks(ownerKind: string, ownerName: string, ownerNamespace: string): Marks {
  const hash = createHash('sha1')
    .update(ownerKind + ownerName + ownerNamespace)
    .digest('hex');
  return {
    labels: { 'objectset.rio.cattle.io/hash': hash },
    annotations: {
      'objectset.rio.cattle.io/id': '',
      'objectset.rio.cattle.io/owner-gvk': ownerKind,
      'objectset.rio.cattle.io/owner-name': ownerName,
      'objectset.rio.cattle.io/owner-namespace': ownerNamespace,
    },
  };
}
