import { describe, expect, test } from '@jest/globals';
import picomatch from 'picomatch';
import { resolveTemplates } from '../../../src/check/resolve.js';
import { scan } from '../../../src/check/scan.js';
import { buildReferenceGraph } from '../../../src/check/scope/references.js';
import { assignClusters } from '../../../src/check/scope/scope.js';
import { formatVersion } from '../../../src/version/version.js';
import { createFakeWorkspace } from '../../ports/fake-workspace.js';

/** Each cluster as `name: kubernetes / calico`, sorted by name. */
function clustersOf(
  tree: Readonly<Record<string, string>>,
  mapped: readonly { readonly name: string; readonly paths: readonly string[] }[] = [],
): string[] {
  const { files, listing } = scan(createFakeWorkspace(tree), {
    directory: '',
    isExcluded: () => false,
    isIncluded: null,
  });
  const clusters = mapped.map(({ name, paths }) => ({ name, matches: picomatch([...paths]) }));
  const input = {
    files: resolveTemplates(files).files,
    paths: listing.files,
    links: listing.links,
    clusters,
  };
  const graph = buildReferenceGraph(input.files, input.paths, input.links);
  return assignClusters(input, graph).map(({ name, found }) => {
    const versions = (...components: string[]): string =>
      [
        ...new Set(
          found
            .filter(({ component }) => components.includes(component))
            .map(({ version }) => (version ? formatVersion(version) : 'floating')),
        ),
      ].join(',');
    return `${name}: ${versions('kubernetes')} / ${versions('calico', 'tigera-operator')}`;
  });
}

const capi = (version: string): string =>
  `apiVersion: cluster.x-k8s.io/v1beta1\nkind: Cluster\nspec:\n  topology:\n    version: ${version}\n`;
const calico = (version: string): string =>
  `apiVersion: apps/v1\nkind: DaemonSet\nmetadata:\n  name: calico-node\nspec:\n  template:\n    spec:\n      containers:\n        - image: calico/node:${version}\n`;
const release = (version: string): string =>
  `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: calico\nspec:\n  chart:\n    spec:\n      chart: tigera-operator\n      version: ${version}\n`;
const kustomization = (...resources: string[]): string =>
  `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n${resources.map((resource) => `  - ${resource}\n`).join('')}`;

describe('names in paths', () => {
  test('clusters side by side are never mixed', () => {
    expect(
      clustersOf({
        'clusters/prod/cluster.yaml': capi('v1.29.3'),
        'clusters/prod/calico.yaml': calico('v3.28.2'),
        'clusters/dev/cluster.yaml': capi('v1.33.1'),
        'clusters/dev/calico.yaml': calico('v3.30.7'),
      }),
    ).toEqual(['dev: v1.33.1 / v3.30.7', 'prod: v1.29.3 / v3.28.2']);
  });

  test('an inventory and a folder of the same name are one cluster', () => {
    expect(
      clustersOf({
        'inventory/prod/group_vars/all.yml': 'k3s_version: v1.30.2+k3s1\n',
        'clusters/prod/calico/helmrelease.yaml': release('v3.28.2'),
      }),
    ).toEqual(['prod: v1.30.2 / v3.28.2']);
  });

  test('a name below two tools is a cluster', () => {
    expect(
      clustersOf({
        'ansible/main/group_vars/all.yml': 'k3s_release_version: v1.33.3+k3s1\n',
        'kubernetes/main/apps/calico/helmrelease.yaml': release('v3.30.2'),
        'kubernetes/edge/apps/app.yaml': 'a: 1\n',
        'talos/edge/talenv.yaml': 'kubernetesVersion: v1.31.0\n',
      }),
    ).toEqual(['edge: v1.31.0 / ', 'main: v1.33.3 / v3.30.2']);
  });

  test('a stage is a cluster, wherever it stands', () => {
    expect(
      clustersOf({
        'terraform/prod/eks.tf': 'resource "aws_eks_cluster" "a" {\n  version = "1.29"\n}\n',
        'apps/calico/prod/calico.yaml': calico('v3.28.2'),
        'terraform/staging/eks.tf': 'resource "aws_eks_cluster" "a" {\n  version = "1.30"\n}\n',
      }),
    ).toEqual(['prod: v1.29 / v3.28.2', 'staging: v1.30 / ']);
  });

  test('a file below clusters/ is a cluster', () => {
    expect(
      clustersOf({
        'clusters/a.yaml': capi('v1.29.3'),
        'clusters/b.yaml': capi('v1.30.1'),
        'clusters/a/calico.yaml': calico('v3.28.2'),
      }),
    ).toEqual(['a: v1.29.3 / v3.28.2', 'b: v1.30.1 / ']);
  });

  test('the policy goes before all of them', () => {
    expect(
      clustersOf({ 'clusters/x/calico.yaml': calico('v3.28.2'), 'infra/eu.yaml': capi('v1.29.3') }, [
        { name: 'europe', paths: ['clusters/x/**', 'infra/eu.yaml'] },
      ]),
    ).toEqual(['europe: v1.29.3 / v3.28.2']);
  });
});

describe('references between files', () => {
  test('a shared base belongs to every cluster that uses it', () => {
    expect(
      clustersOf({
        'base/calico/kustomization.yaml': kustomization('calico.yaml'),
        'base/calico/calico.yaml': calico('v3.28.2'),
        'clusters/prod/kustomization.yaml': kustomization('../../base/calico', 'cluster.yaml'),
        'clusters/prod/cluster.yaml': capi('v1.29.3'),
        'clusters/dev/kustomization.yaml': kustomization('../../base/calico', 'cluster.yaml'),
        'clusters/dev/cluster.yaml': capi('v1.30.1'),
        'clusters/bare/cluster.yaml': capi('v1.31.1'),
      }),
    ).toEqual(['bare: v1.31.1 / ', 'dev: v1.30.1 / v3.28.2', 'prod: v1.29.3 / v3.28.2']);
  });

  test('a Flux Kustomization names a folder from the root', () => {
    expect(
      clustersOf({
        'clusters/prod/infra.yaml':
          'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec:\n  path: ./infrastructure/network\n',
        'clusters/prod/cluster.yaml': capi('v1.29.3'),
        'infrastructure/network/calico.yaml': release('v3.28.2'),
        'clusters/dev/cluster.yaml': capi('v1.30.1'),
      }),
    ).toEqual(['dev: v1.30.1 / ', 'prod: v1.29.3 / v3.28.2']);
  });

  test('a symbolic link is a reference', () => {
    expect(
      clustersOf({
        'base/calico.yaml': calico('v3.28.2'),
        'clusters/prod/calico.yaml': '-> base/calico.yaml',
        'clusters/prod/c.yaml': capi('v1.29.3'),
        'clusters/dev/c.yaml': capi('v1.30.1'),
      }),
    ).toEqual(['dev: v1.30.1 / ', 'prod: v1.29.3 / v3.28.2']);
  });

  test('a test’s configuration is a cluster with the manifest that it names', () => {
    expect(
      clustersOf({
        'test/e2e/config/e2e.yaml':
          'variables:\n  KUBERNETES_VERSION: "v1.30.0"\n  CNI: "${CNI_PATH:=../../templates/addons/calico.yaml}"\n',
        'templates/addons/calico.yaml': calico('v3.27.0'),
        'templates/cluster.yaml': capi('${KUBERNETES_VERSION}'),
      }),
    ).toEqual(['test/e2e/config/e2e.yaml: v1.30.0 / v3.27.0']);
  });

  test('a script that makes a kind cluster and applies a manifest puts them together', () => {
    expect(
      clustersOf({
        'hack/up.sh': 'kind create cluster --config hack/kind.yaml\nkubectl apply -f hack/calico.yaml\n',
        'hack/kind.yaml':
          'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nname: demo\nnodes:\n  - image: kindest/node:v1.31.0\n',
        'hack/calico.yaml': calico('v3.29.7'),
      }),
    ).toEqual(['demo: v1.31.0 / v3.29.7']);
  });

  test('an Argo CD application goes to the cluster that it names', () => {
    const application = (cluster: string, version: string): string =>
      `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: calico-${cluster}\nspec:\n  destination:\n    name: ${cluster}\n  source:\n    repoURL: https://docs.tigera.io/calico/charts\n    chart: tigera-operator\n    targetRevision: ${version}\n`;
    expect(
      clustersOf({
        'apps/calico-east.yaml': application('east', 'v3.30.7'),
        'apps/calico-west.yaml': application('west', 'v3.28.2'),
        'clusters/east/c.yaml': capi('v1.33.1'),
        'clusters/west/c.yaml': capi('v1.29.1'),
      }),
    ).toEqual(['east: v1.33.1 / v3.30.7', 'west: v1.29.1 / v3.28.2']);
  });
});

describe('the nearest folder', () => {
  test('a repository with one cluster is one cluster', () => {
    expect(
      clustersOf({
        'talos/talconfig.yaml': 'kubernetesVersion: v1.33.0\n',
        'kubernetes/apps/calico/helmrelease.yaml': release('v3.30.7'),
      }),
    ).toEqual(['.: v1.33.0 / v3.30.7']);
  });

  test('folders with both sides are clusters of their own', () => {
    expect(
      clustersOf({
        'a/k.yaml': capi('v1.29.1'),
        'a/calico.yaml': calico('v3.28.2'),
        'b/k.yaml': capi('v1.33.1'),
        'b/net/calico.yaml': calico('v3.30.7'),
        'c/k.yaml': capi('v1.34.0'),
      }),
    ).toEqual(['a: v1.29.1 / v3.28.2', 'b: v1.33.1 / v3.30.7', 'c/k.yaml: v1.34.0 / ']);
  });

  test('what has one side only completes the named cluster that lacks it', () => {
    expect(
      clustersOf({
        'kubernetes/main/apps/calico.yaml': calico('v3.30.7'),
        'kubernetes/main/flux/x.yaml': 'a: 1\n',
        'talos/talconfig.yaml': 'kubernetesVersion: v1.33.0\n',
      }),
    ).toEqual(['main: v1.33.0 / v3.30.7']);
  });

  test('a cluster that runs another CNI takes no Calico', () => {
    const cilium =
      'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec:\n  chart:\n    spec:\n      chart: cilium\n      version: 1.16.0\n---\n' +
      capi('v1.31.0');
    expect(
      clustersOf({ 'clusters/edge/cilium.yaml': cilium, 'shared/calico.yaml': calico('v3.30.7') }),
    ).toEqual(['edge: v1.31.0 / ', 'shared/calico.yaml:  / v3.30.7']);
  });

  test('what lies in a folder of tests concerns nothing outside', () => {
    expect(
      clustersOf({
        'manifests/calico.yaml': calico('v3.25.0'),
        'test/kind.yaml':
          'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnodes:\n  - image: kindest/node:v1.33.0\n',
      }),
    ).toEqual(['manifests/calico.yaml:  / v3.25.0', 'test/kind.yaml: v1.33.0 / ']);
  });

  test('files that hold both sides each are clusters of their own', () => {
    const both = (kubernetes: string, version: string): string =>
      `kubernetes_version: ${kubernetes}\ncalico_version: ${version}\n`;
    expect(
      clustersOf({ 'vars/a.yml': both('v1.29.1', 'v3.28.2'), 'vars/b.yml': both('v1.33.1', 'v3.30.7') }),
    ).toEqual(['vars/a.yml: v1.29.1 / v3.28.2', 'vars/b.yml: v1.33.1 / v3.30.7']);
  });

  test('a role’s default that the inventory sets anew does not count', () => {
    expect(
      clustersOf({
        'inventory/prod/group_vars/all.yml': 'k3s_version: v1.30.2+k3s1\ncalico_tag: v3.28.0\n',
        'roles/calico/defaults/main.yml': 'calico_tag: v3.20.0\n',
      }),
    ).toEqual(['prod: v1.30.2 / v3.28.0']);
  });

  test('a role’s default that nobody sets anew does', () => {
    expect(
      clustersOf({
        'inventory/prod/group_vars/all.yml': 'k3s_version: v1.30.2+k3s1\n',
        'roles/calico/defaults/main.yml': 'calico_tag: v3.20.0\n',
      }),
    ).toEqual(['prod: v1.30.2 / v3.20.0']);
  });
});

describe('workflows', () => {
  const url =
    'kubectl create -f https://raw.githubusercontent.com/projectcalico/calico/v3.29.3/manifests/tigera-operator.yaml';

  test('each job is a cluster, and takes what the workflow sets for all', () => {
    const workflow = `env:\n  KUBERNETES_VERSION: v1.29.14\njobs:\n  plain:\n    strategy:\n      matrix:\n        k8s-version: [v1.31.6, v1.32.2]\n    steps:\n      - run: kind create cluster\n  calico:\n    steps:\n      - run: ${url}\n`;
    expect(clustersOf({ '.github/workflows/ci.yaml': workflow })).toEqual([
      '.github/workflows/ci.yaml#calico: v1.29.14 / v3.29.3',
      '.github/workflows/ci.yaml#plain: v1.31.6,v1.32.2 / ',
    ]);
  });

  test('a workflow describes no cluster outside of it', () => {
    expect(
      clustersOf({
        '.github/workflows/ci.yaml': 'env:\n  KUBERNETES_VERSION: v1.29.14\n',
        'manifests/calico.yaml': calico('v3.20.0'),
      }),
    ).toEqual(['.github/workflows/ci.yaml: v1.29.14 / ', 'manifests/calico.yaml:  / v3.20.0']);
  });

  test('a workflow that applies a file of the repository takes it in', () => {
    expect(
      clustersOf({
        '.github/workflows/e2e.yaml':
          'env:\n  K8S_VERSION: v1.30.0\njobs:\n  a:\n    steps:\n      - run: kubectl apply -f manifests/calico.yaml\n',
        'manifests/calico.yaml': calico('v3.28.2'),
      }),
    ).toEqual(['.github/workflows/e2e.yaml: v1.30.0 / v3.28.2']);
  });
});
