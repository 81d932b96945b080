/** Folders whose subfolders are clusters, one each. */
const CONTAINERS =
  /^(?:clusters?|inventor(?:y|ies)|environments?|envs?|overlays?|stages?|sites|regions|fleets?|tenants|live|landscapes?)$/i;
/** Names that a stage of a landscape goes by. */
const STAGES =
  /^(?:dev|devel|development|stage|staging|stg|prod|prd|production|qa|uat|preprod|pre-prod|sandbox|integration|nonprod|non-prod)(?:[-_.][\w-]+)?$/i;
/** Folders that hold one tool's view of every cluster: the same name below two of them is a cluster. */
const TOOLS =
  /^(?:ansible|kubernetes|k8s|talos|terraform|tofu|flux|gitops|argocd?|infra(?:structure)?|provision|helm|helmfile|manifests|kubeadm|packer|cluster-api|capi|omni|machines|hosts|bootstrap|deploy(?:ments?)?)$/i;
/** Names that structure a repository and never name a cluster. */
const STRUCTURE =
  /^(?:apps?|applications?|bases?|common|shared|core|configs?|charts?|templates?|manifests?|roles|tasks|vars|defaults|group_vars|host_vars|files|scripts|bin|docs?|src|lib|modules?|resources|components|bootstrap|infrastructure|infra|flux|flux-system|argocd|helm|kustomize|kubernetes|k8s|ansible|terraform|talos|calico|tigera-operator|cilium|cni|monitoring|kube-system|namespaces?|addons?|tools|hack|ci|all|global|patches|crds?|repositories|secrets|storage|security|observability|operators?|system|default|playbooks?|inventory|collections|plugins|filter_plugins|library|meta|handlers|clusters?|environments?|overlays?)$/i;
/** What a cluster's folder is divided into. */
const LAYERS =
  /^(?:apps?|applications|bootstrap|clusters?|core|crds|flux|flux-system|infra(?:structure)?|provision|system|talos|components|config)$/i;
/** Folders of trials and samples: what is in there concerns nothing outside. */
const BARRIERS =
  /^(?:tests?|__tests__|specs?|fixtures?|e2e|testdata|examples?|samples?|hack|molecule|demos?|docs?|\.ci|ci|benchmarks?|perf|sandbox(?:es)?|playground|labs?|tutorials?|workshops?)$/i;

const TESTS = /^(?:tests?|e2e|testdata)$/i;

/** A cluster that a path names: its name, and the folder (or file) that belongs to it. */
export interface NamedPath {
  readonly name: string;
  readonly root: string;
}

/** Reads cluster names off paths, given every path of the repository. */
export function createPathNamer(paths: readonly string[]): (path: string) => NamedPath | null {
  const shared = namesBelowSeveralTools(paths);
  const layered = layeredFolders(paths);
  return (path) => {
    const parts = path.split('/');
    const folders = parts.slice(0, -1);
    for (let depth = folders.length - 1; depth >= 0; depth--) {
      const folder = folders[depth] ?? '';
      const root = parts.slice(0, depth + 1).join('/');
      const isContained = depth > 0 && CONTAINERS.test(folders[depth - 1] ?? '') && !STRUCTURE.test(folder);
      const isShared = depth > 0 && TOOLS.test(folders[depth - 1] ?? '') && shared.has(folder);
      // tests/integration holds a kind of test and no stage
      const isStage = STAGES.test(folder) && !TESTS.test(folders[depth - 1] ?? '');
      if (isContained || isShared || layered.has(root) || isStage) return { name: folder, root };
    }
    return nameOfFile(parts);
  };
}

/** `clusters/prod.yaml` */
function nameOfFile(parts: readonly string[]): NamedPath | null {
  const stem = (parts.at(-1) ?? '').replace(/\.[^.]+$/, '');
  const isContained =
    CONTAINERS.test(parts.at(-2) ?? '') &&
    !STRUCTURE.test(stem) &&
    !/^(?:kustomization|readme|main|variables|outputs|hosts|inventory|makefile|values)$/i.test(stem);
  return isContained && /\.(?:ya?ml|json|tfvars|tf|env|ini)$/.test(parts.at(-1) ?? '')
    ? { name: stem, root: parts.join('/') }
    : null;
}

function namesBelowSeveralTools(paths: readonly string[]): ReadonlySet<string> {
  const tools = new Map<string, Set<string>>();
  for (const path of paths) {
    const [tool = '', name = '', ...rest] = path.split('/');
    if (rest.length === 0 || !TOOLS.test(tool) || STRUCTURE.test(name)) continue;
    const known = tools.get(name);
    if (known) known.add(tool);
    else tools.set(name, new Set([tool]));
  }
  return new Set([...tools].filter(([, below]) => below.size > 1).map(([name]) => name));
}

/** Folders right below a tool's that are laid out as a cluster is: `kubernetes/main/{apps,bootstrap,flux}`. */
function layeredFolders(paths: readonly string[]): ReadonlySet<string> {
  const layers = new Map<string, Set<string>>();
  for (const path of paths) {
    const [tool = '', name = '', layer = '', ...rest] = path.split('/');
    if (rest.length === 0 || !TOOLS.test(tool) || STRUCTURE.test(name) || !LAYERS.test(layer)) continue;
    const folder = `${tool}/${name}`;
    const known = layers.get(folder);
    if (known) known.add(layer);
    else layers.set(folder, new Set([layer]));
  }
  return new Set([...layers].filter(([, below]) => below.size > 1).map(([folder]) => folder));
}

/** The innermost folder of trials or samples that a path lies in, with what comes right below it; null outside of any. */
export function barrierOf(path: string): string | null {
  const folders = path.split('/').slice(0, -1);
  const depth = folders.findLastIndex((folder) => BARRIERS.test(folder));
  return depth === -1 ? null : folders.slice(0, depth + 1).join('/');
}

/** Whether a file is a CI pipeline, which makes clusters of its own and describes none that lasts. */
export function isPipeline(path: string): boolean {
  return /(?:^|\/)(?:\.github\/|\.gitlab-ci|\.circleci\/|\.travis\.yml$|azure-pipelines|\.azure-pipelines\/|\.buildkite\/|\.drone\.yml$|\.prow\/|Jenkinsfile|\.tekton\/|\.semaphore\/|\.woodpecker)/.test(
    path,
  );
}

/** Whether a file is a task runner's, which names the scripts of many clusters that have nothing to do with each other. */
export function isTaskRunner(path: string): boolean {
  return /(?:^|\/)(?:(?:GNU)?makefile|[\w.-]+\.mk|(?:Taskfile|Tiltfile|justfile)(?:\.ya?ml)?|\.taskfiles\/.+)$/i.test(
    path,
  );
}
