import { type Component, isPlausible, parseVersion } from './version.js';

/**
 * Which component's version a variable with this name holds, or null. `tigera` holds a Calico or an operator version;
 * the value tells ({@link componentOfVariable}).
 */
export type VariableSubject = 'calico' | 'kubernetes' | 'calicoctl' | 'tigera';

const VERSION_WORDS = words(
  'version versions ver tag tags release semver series channel branch revision minor patch imagetag',
);
const KUBERNETES_WORDS = words(
  'kubernetes kube k8s k3s k0s rke2 kubeadm kubelet kubeproxy hyperkube eks aks gke microk8s',
);
/** Words that say which Kubernetes, where or when, and leave the meaning of the name as it is. */
const NEUTRAL_WORDS = words(
  `cluster clusters node nodes server servers agent agents control plane controlplane master masters worker workers
   default defaults target current new old previous prev next upgrade upgraded from to management mgmt workload image
   images test tests testing e2e ci base full desired expected install installed installer my the bin binary binaries
   package packages pkg deb rpm apt yum dnf major short long env var vars dev prod staging production local
   kind minikube vagrant vm host hosts primary secondary bootstrap init initial stable docker container components
   component group config cfg spec use used pinned pin desc build runtime distro global platform cloud app tf main
   latest exact string str value v setup lab demo rke number num name linux windows ubuntu debian centos amd64 arm64
   nodepool nodegroup pool pools machine topology software`,
);
const CALICO_WORDS = words(
  `calico projectcalico cni node typha kube controllers controller apiserver policy felix manifest manifests chart helm
   csi flexvol pod2daemon addon addons plugin plugins network networking crd crds operator repo git charts oss open source`,
);
const KUBERNETES_PARTS = words('api apiserver scheduler proxy manager controller core');

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/).filter(Boolean));
}

/** What follows says which Kubernetes: `KUBERNETES_VERSION_NUTANIX`, `K8S_VERSION_CHAINED_UPGRADE_FROM`. */
const QUALIFIED = /^(?:kubernetes|kube|k8s)_version_(?<which>[a-z0-9_]+)$/i;
/** Words that make it a bound, or the version of something that goes with Kubernetes. */
const NOT_RUNNING = words(
  'min max minimum maximum lowest highest supported required range constraint skew kubectl client api schema envtest kubeconform',
);

const LONGEST_NAME = 120;

/** Reads `CALICO_VERSION`, `kubernetesVersion`, `k3s_release_version`, `calico.node.tag`, `kube-version`. */
export function classifyVariableName(name: string): VariableSubject | null {
  if (name.length > LONGEST_NAME) return null;
  const tokens = tokenize(name);
  const rest = tokens.filter((token) => !VERSION_WORDS.has(token));
  if (rest.length === tokens.length || rest.length === 0) return null;
  const has = (token: string): boolean => rest.includes(token);
  const others = (allowed: ReadonlySet<string>): boolean =>
    rest.every((token) => allowed.has(token) || isNeutral(token) || KUBERNETES_WORDS.has(token));
  if (has('calicoctl')) return others(new Set(['calicoctl', ...CALICO_WORDS])) ? 'calicoctl' : null;
  if (has('calico') || has('projectcalico')) {
    if (has('ctl')) return others(new Set(['ctl', ...CALICO_WORDS])) ? 'calicoctl' : null;
    if (has('cloud') || !others(CALICO_WORDS)) return null;
    return has('operator') ? 'tigera' : 'calico';
  }
  if (has('tigera')) return others(new Set(['tigera', ...CALICO_WORDS])) ? 'tigera' : null;
  const kindNode = has('kindest') || (has('kind') && (has('node') || has('image')));
  if (kindNode) return others(new Set(['kindest'])) ? 'kubernetes' : null;
  if (!rest.some((token) => KUBERNETES_WORDS.has(token))) return null;
  const allowed = has('kube') || has('kubernetes') ? KUBERNETES_PARTS : new Set<string>();
  return others(allowed) || isQualified(name) ? 'kubernetes' : null;
}

function isQualified(name: string): boolean {
  const which = QUALIFIED.exec(name)?.groups?.['which'];
  return which !== undefined && !tokenize(which).some((token) => NOT_RUNNING.has(token));
}

/** Names of products, which name their version where the value is one: `software: { calico: 3.26.0 }`. */
const PRODUCTS: ReadonlyMap<string, Component> = new Map([
  ['calico', 'calico'],
  ['calicoctl', 'calicoctl'],
  ['kubernetes', 'kubernetes'],
  ['k8s', 'kubernetes'],
  ['k3s', 'kubernetes'],
  ['k0s', 'kubernetes'],
  ['rke2', 'kubernetes'],
]);
const RELEASE = /^[vV]?\d+\.\d+\.\d+/;

/** The component that a name is the plain name of, where the value is a whole release of it; else null. */
export function componentOfProduct(name: string, value: string): Component | null {
  return RELEASE.test(value) ? (PRODUCTS.get(name.toLowerCase()) ?? null) : null;
}

/** `cluster2` and `1` say no more than `cluster` does. */
function isNeutral(token: string): boolean {
  return (
    NEUTRAL_WORDS.has(token) || NEUTRAL_WORDS.has(token.replace(/\d{1,3}$/, '')) || /^\d{1,3}$/.test(token)
  );
}

/** The component whose version the variable holds, told by its name and, for `tigera`, its value. */
export function componentOfVariable(subject: VariableSubject, value: string): Component {
  if (subject !== 'tigera') return subject;
  const version = parseVersion(value);
  return version && isPlausible('calico', version) ? 'calico' : 'tigera-operator';
}

const cache = new Map<string, readonly string[]>();

function tokenize(name: string): readonly string[] {
  const known = cache.get(name);
  if (known) return known;
  const tokens = name
    .replace(/microk8s|k8s|k3s|k0s|rke2|e2e|pod2daemon/gi, (word) => `_${word.toLowerCase()}_`)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .replace(/(kubernetes|calico|kube|calicoctl)(version|ver|tag)$/, '$1_$2')
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
  if (cache.size < 20_000) cache.set(name, tokens);
  return tokens;
}
