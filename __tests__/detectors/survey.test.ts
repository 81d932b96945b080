import { describe, expect, test } from '@jest/globals';
import { type JudgeOptions, judgeWorkspace } from '../../src/check/judge-workspace.js';
import { scanText } from '../../src/check/scan.js';
import { parsePolicy } from '../../src/policy/parse-policy.js';
import { formatVersion } from '../../src/version/version.js';
import { createFakeWorkspace } from '../ports/fake-workspace.js';

/** Forms met in the public repositories of docs/survey.md, each in a few lines of our own. */
const FORMS: readonly {
  readonly what: string;
  readonly path: string;
  readonly text: string;
  readonly found: readonly string[];
}[] = [
  {
    what: 'an annotation that says what a policy was tried on is no version of a cluster',
    path: 'policies/no-root.yaml',
    text: 'apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata:\n  name: no-root\n  annotations:\n    kyverno.io/kubernetes-version: "1.23"\n    policies.kyverno.io/kubernetes-version: 1.22-1.23\n',
    found: [],
  },
  {
    what: 'a branch named main is where a repository is read from',
    path: 'updates/charts.yml',
    text: 'scms:\n  rke2:\n    kind: github\n    spec:\n      branch: main\n',
    found: [],
  },
  {
    what: 'a branch named after a minor pins it',
    path: 'versions.yml',
    text: 'k8s_branch: release-1.31\n',
    found: ['1:21 kubernetes v1.31'],
  },
  {
    what: 'the version that a documentation generator links to deploys nothing, read as text or as YAML',
    path: 'hack/api.yaml',
    text: 'processor:\n  ignoreTypes: []\nrender:\n  kubernetesVersion: "1.33"\n',
    found: [],
  },
  {
    what: 'what a chart inside a role can run on is no version of a cluster',
    path: 'roles/cni/files/chart/Chart.yaml',
    text: "apiVersion: v2\nname: cni\nkubeVersion: '>= 1.21.0-0'\nversion: 1.15.0\n",
    found: [],
  },
  {
    what: 'words behind KUBERNETES_VERSION say which cluster',
    path: 'e2e/config.yaml',
    text: 'variables:\n  KUBERNETES_VERSION_CHAINED_UPGRADE_FROM: "v1.33.0"\n  KUBERNETES_VERSION_SEAWEED: v1.35.3\n',
    found: ['2:45 kubernetes v1.33.0', '3:31 kubernetes v1.35.3'],
  },
  {
    what: 'a bound of what is supported is no version of a cluster',
    path: 'e2e/config.yaml',
    text: 'variables:\n  KUBERNETES_VERSION_MIN: v1.25.0\n  kube_version_max_supported: v1.36.0\n  K8S_VERSION_ENVTEST: 1.31.0\n',
    found: [],
  },
  {
    what: 'the image that installs the CNI on Windows',
    path: 'windows.yaml',
    text: 'apiVersion: apps/v1\nkind: DaemonSet\nspec:\n  template:\n    spec:\n      initContainers:\n        - image: sigwindowstools/calico-install:v3.26.1-hostprocess\n',
    found: ['7:18 calico v3.26.1'],
  },
  {
    what: 'a chart without repository or version lies beside and does not float',
    path: 'site/charts.yaml',
    text: 'schema: armada/Chart/v1\ndata:\n  chart_name: tigera-operator\n  source:\n    type: local\n    location: /etc/charts\n    subpath: tigera-operator\n',
    found: [],
  },
  {
    what: 'a chart of a repository without version floats',
    path: 'addons/cni.yaml',
    text: 'spec:\n  chartName: tigera-operator\n  repoURL: https://docs.tigera.io/calico/charts\n',
    found: ['2:14 calico floating'],
  },
];

describe('forms met in public repositories', () => {
  test.each(FORMS)('$what', ({ path, text, found }) => {
    const read = scanText(path, text).found.toSorted((a, b) => a.versionOffset - b.versionOffset);
    expect(
      read.map(({ location, component, version }) => {
        const at = `${location.line}:${location.column}`;
        return `${at} ${component} ${version ? formatVersion(version) : 'floating'}`;
      }),
    ).toEqual(found);
  });
});

const OPTIONS: JudgeOptions = {
  directory: '',
  isExcluded: () => false,
  isIncluded: null,
  policy: parsePolicy('policy.yml', ''),
  matchGlob: () => false,
  kubernetes: null,
};

/** Each cluster as `name: kubernetes / calico`. */
function clustersOf(tree: Readonly<Record<string, string>>): string[] {
  return judgeWorkspace(createFakeWorkspace(tree), OPTIONS).clusters.map(({ view }) => {
    const list = (versions: readonly { readonly version: Parameters<typeof formatVersion>[0] }[]): string =>
      versions.map(({ version }) => formatVersion(version)).join(',');
    return `${view.name}: ${list(view.kubernetes)} / ${list(view.calico)}`;
  });
}

const kind = (version: string): string =>
  `kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes:\n  - role: control-plane\n    image: kindest/node:${version}\n`;
const node = (version: string): string =>
  `apiVersion: apps/v1\nkind: DaemonSet\nspec:\n  template:\n    spec:\n      containers:\n        - image: docker.io/calico/node:${version}\n`;

describe('clusters met in public repositories', () => {
  test('a chart’s own version fills the templates of that chart and of none beside it', () => {
    const template =
      'apiVersion: apps/v1\nkind: DaemonSet\nspec:\n  template:\n    spec:\n      containers:\n        - image: docker.io/calico/cni:v{{ .Chart.AppVersion }}\n';
    expect(
      clustersOf({
        'charts/calico/Chart.yaml': 'apiVersion: v2\nname: calico\nversion: 0.4.0\nappVersion: 3.30.7\n',
        'charts/calico/templates/node.yaml': template,
        'charts/web/Chart.yaml': 'apiVersion: v2\nname: calico-web\nversion: 0.1.0\nappVersion: 3.9.9\n',
      }),
    ).toEqual(['charts/calico/Chart.yaml:  / v3.30.7']);
  });

  test('a backup of a file and the words of a program are left out', () => {
    expect(
      clustersOf({
        'kind.yaml': kind('v1.33.1'),
        'kind.yaml.bak': kind('v1.21.1'),
        'kind.yaml.backup.20251010_143248': kind('v1.22.1'),
        'kind.yaml~': kind('v1.23.1'),
        'translations/de.json': '{ "Try minikube start --kubernetes-version=v1.20.0": "" }\n',
        'calico.yaml': node('v3.30.7'),
      }),
    ).toEqual(['.: v1.33.1 / v3.30.7']);
  });

  test('a file that lists every Kubernetes there is describes no cluster', () => {
    const minors = Array.from({ length: 12 }, (_, index) => `  - kubernetesVersion: 1.${22 + index}.3\n`);
    expect(
      clustersOf({
        'channels/stable.yaml': `spec:\n  offers:\n${minors.join('')}`,
        'addons/calico.yaml': node('v3.30.7'),
      }),
    ).toEqual(['addons/calico.yaml:  / v3.30.7']);
  });

  test('tests/integration holds tests of many clusters and is no stage', () => {
    expect(
      clustersOf({
        'tests/integration/ipv6/kind.yaml': kind('v1.33.1'),
        'tests/integration/ipv6/calico.yaml': node('v3.30.7'),
        'tests/integration/ipv4/kind.yaml': kind('v1.29.2'),
        'tests/integration/ipv4/calico.yaml': node('v3.28.2'),
      }),
    ).toEqual(['tests/integration/ipv4: v1.29.2 / v3.28.2', 'tests/integration/ipv6: v1.33.1 / v3.30.7']);
  });

  test('what is deployed is not paired with what a folder of tests holds', () => {
    expect(
      clustersOf({
        'addons/calico.yaml': node('v3.30.7'),
        'pkg/model/tests/old/kind.yaml': kind('v1.24.0'),
        'pkg/model/tests/older/kind.yaml': kind('v1.23.0'),
      }),
    ).toEqual(['addons/calico.yaml:  / v3.30.7', 'pkg/model/tests: v1.23.0,v1.24.0 / ']);
  });

  test('a script that makes a kind or k3d cluster is an entry point though it names no version itself', () => {
    expect(
      clustersOf({
        'scripts/up.sh':
          'k3d cluster create -c kinds/current.yaml --volume "$(pwd)/cni/calico.yaml:/manifests/calico.yaml"\n',
        'kinds/current.yaml': '-> kinds/a.yaml',
        'kinds/a.yaml': kind('v1.33.1'),
        'kinds/b.yaml': kind('v1.24.1'),
        'cni/calico.yaml': node('v3.30.7'),
      }),
    ).toEqual(['kinds/b.yaml: v1.24.1 / ', 'scripts/up.sh: v1.33.1 / v3.30.7']);
  });

  test('two scripts that work on the same files work on one cluster', () => {
    const script = 'kubectl apply -f apps/calico.yaml\nk3d cluster create -c apps/kind.yaml\n';
    expect(
      clustersOf({
        'hack/a.sh': script,
        'hack/b.sh': script,
        'apps/kind.yaml': kind('v1.33.1'),
        'apps/calico.yaml': node('v3.30.7'),
      }),
    ).toEqual(['hack/a.sh: v1.33.1 / v3.30.7']);
  });

  test('what tests one chart concerns no chart beside it', () => {
    const tool = 'KIND_K8S_VERSION ?= v1.24.1\nup:\n\tkind create cluster\n';
    expect(
      clustersOf({
        'charts/vault/Makefile': tool,
        'charts/web/kind.yaml': kind('v1.23.1'),
        'rake/spec/fixtures/values.yaml': 'kubernetesVersion: 1.16.0\n',
        'charts/proxy/values.yaml': 'image: registry.k8s.io/kube-proxy:v1.33.1\n',
        'charts/cni/values.yaml': 'image: docker.io/calico/node:v3.30.7\n',
      }),
    ).toEqual([
      'charts: v1.33.1 / v3.30.7',
      'charts/vault/Makefile: v1.24.1 / ',
      'charts/web/kind.yaml: v1.23.1 / ',
      'rake/spec/fixtures/values.yaml: v1.16.0 / ',
    ]);
    expect(
      clustersOf({
        'charts/vault/Makefile': tool,
        'charts/cni/values.yaml': 'image: docker.io/calico/node:v3.30.7\n',
      }),
    ).toEqual(['charts/cni/values.yaml:  / v3.30.7', 'charts/vault/Makefile: v1.24.1 / ']);
  });

  test('a task runner does not mix the clusters of the scripts that it names', () => {
    expect(
      clustersOf({
        Makefile: 'a:\n\thack/a.sh\nb:\n\thack/b.sh\nc:\n\tkubectl apply -f c/kind.yaml -f c/calico.yaml\n',
        'hack/a.sh': 'kind create cluster --config a/kind.yaml\nkubectl apply -f a/calico.yaml\n',
        'hack/b.sh': 'kind create cluster --config b/kind.yaml\nkubectl apply -f b/calico.yaml\n',
        'a/kind.yaml': kind('v1.33.1'),
        'a/calico.yaml': node('v3.30.7'),
        'b/kind.yaml': kind('v1.29.2'),
        'b/calico.yaml': node('v3.28.2'),
        'c/kind.yaml': kind('v1.35.0'),
        'c/calico.yaml': node('v3.31.7'),
      }),
    ).toEqual([
      'Makefile: v1.35.0 / v3.31.7',
      'hack/a.sh: v1.33.1 / v3.30.7',
      'hack/b.sh: v1.29.2 / v3.28.2',
    ]);
  });

  test('a task of a role is a part of a playbook and no entry point', () => {
    expect(
      clustersOf({
        'roles/check/tasks/main.yml':
          '- include_vars: roles/defaults/vars/main.yml\n- shell: kubectl get nodes\n',
        'roles/defaults/vars/main.yml': 'kube_version: v1.33.1\ncalico_version: v3.30.7\n',
      }),
    ).toEqual(['roles/defaults/vars: v1.33.1 / v3.30.7']);
  });

  test('an operator whose Kubernetes is unknown is called an operator', () => {
    const text = node('v3.30.7').replace('docker.io/calico/node:v3.30.7', 'quay.io/tigera/operator:v1.38.13');
    const { findings } = judgeWorkspace(createFakeWorkspace({ 'operator.yaml': text }), OPTIONS);
    expect(findings.map(({ message }) => message)).toContain(
      'No file says which Kubernetes runs this Tigera operator v1.38.13.',
    );
  });
});
