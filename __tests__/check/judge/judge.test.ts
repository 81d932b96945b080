import { describe, expect, test } from '@jest/globals';
import picomatch from 'picomatch';
import { type JudgeOptions, judgeWorkspace } from '../../../src/check/judge-workspace.js';
import type { Finding } from '../../../src/findings/finding.js';
import { parsePolicy } from '../../../src/policy/parse-policy.js';
import { parseVersion } from '../../../src/version/version.js';
import { createFakeWorkspace } from '../../ports/fake-workspace.js';
import { chart, crd, kubeadm, node, operator, url, workload } from '../build-files.js';

type Tree = Readonly<Record<string, string>>;

function judge(tree: Tree, { policy = '', kubernetes = '' } = {}): readonly Finding[] {
  const options: JudgeOptions = {
    directory: '',
    isExcluded: () => false,
    isIncluded: null,
    policy: parsePolicy('policy.yml', policy),
    matchGlob: (glob, path) => picomatch.isMatch(path, glob),
    kubernetes: parseVersion(kubernetes),
  };
  return judgeWorkspace(createFakeWorkspace(tree), options).findings;
}

/** Findings of a code as `path:line message`. */
function found(code: string, tree: Tree, options: { policy?: string; kubernetes?: string } = {}): string[] {
  return judge(tree, options)
    .filter((finding) => finding.code === code)
    .map(({ location, message }) => `${location.path}:${location.line} ${message}`);
}

describe('pairs', () => {
  test('an untested pair is flagged on Calico’s line, and names where Kubernetes is said', () => {
    expect(found('pair-untested', { 'k.yaml': kubeadm('v1.33.0'), 'calico.yaml': node('v3.28.2') })).toEqual([
      'calico.yaml:9 Calico v3.28.2 with Kubernetes v1.33.0 (k.yaml:3) is not tested upstream: Upstream tests Calico v3.28 with Kubernetes v1.27 to v1.30; v1.33 is newer.',
    ]);
  });

  test('a minor beside one of its patches gives no second pair', () => {
    const files = {
      'k.yaml': kubeadm('v1.33.0'),
      'l.yaml': kubeadm('v1.33'),
      'calico.yaml': node('v3.28.2'),
    };
    expect(found('pair-untested', files)).toEqual([expect.stringContaining('v1.33.0 (k.yaml:3)')]);
    const others = {
      'l.yaml': kubeadm('v1.34'),
      'k.yaml': kubeadm('v1.33.0'),
      'calico.yaml': node('v3.28.2'),
    };
    expect(found('pair-untested', others)).toHaveLength(2);
  });

  test('a tested pair has no finding at all', () => {
    expect(judge({ 'k.yaml': kubeadm('v1.35.0'), 'h.yaml': chart('v3.31.7') })).toEqual([]);
  });

  test('a removed API is flagged on the line that uses it (failure cases 5 and 6)', () => {
    const budget =
      'apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata:\n  name: calico-kube-controllers\n';
    const findings = found('pair-broken', {
      'k.yaml': kubeadm('v1.25.0'),
      'calico.yaml': `${node('v3.22.5')}---\n${budget}`,
    });
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatch(/^calico\.yaml:11 .*policy\/v1beta1 PodDisruptionBudget/);
  });

  test('an operator that makes PodSecurityPolicies is broken on 1.25, the manifest of the same release is not', () => {
    expect(
      found('pair-broken', { 'k.yaml': kubeadm('v1.25.0'), 'o.yaml': operator('v1.27.16') }),
    ).toHaveLength(1);
    expect(found('pair-broken', { 'k.yaml': kubeadm('v1.25.0'), 'c.yaml': node('v3.23.5') })).toEqual([]);
  });

  test('the operator alone tells the Calico', () => {
    expect(
      found('pair-untested', { 'k.yaml': kubeadm('v1.24.1'), 'o.yaml': operator('v1.32.7') })[0],
    ).toMatch(/^o\.yaml:9 Calico v3\.27\.3 with/);
  });

  test('Kubernetes 1.22 and older is out of scope, and that alone is said', () => {
    const findings = judge({ 'k.yaml': kubeadm('v1.22.4'), 'calico.yaml': node('v3.30.7') });
    expect(findings.map(({ code, location }) => `${code} ${location.path}:${location.line}`)).toContain(
      'kubernetes-too-old k.yaml:3',
    );
    expect(findings.map(({ code }) => code)).not.toContain('pair-untested');
  });

  test('the input asks “and on this Kubernetes?” in place of what the files say', () => {
    const tree = { 'k.yaml': kubeadm('v1.30.0'), 'calico.yaml': node('v3.29.7') };
    expect(found('pair-untested', tree)).toEqual([]);
    expect(found('pair-untested', tree, { kubernetes: 'v1.34' })[0]).toMatch(
      /with Kubernetes v1\.34 \(the input kubernetes-version\)/,
    );
  });

  test('two clusters side by side are judged apart', () => {
    const tree = {
      'clusters/a/k.yaml': kubeadm('v1.30.0'),
      'clusters/a/calico.yaml': node('v3.29.7'),
      'clusters/b/k.yaml': kubeadm('v1.34.0'),
      'clusters/b/h.yaml': chart('v3.31.7'),
    };
    expect(judge(tree).filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  test('a cluster without Calico is not judged', () => {
    expect(judge({ 'k.yaml': kubeadm('v1.19.0') })).toEqual([]);
  });

  test('Calico Enterprise is not judged', () => {
    const enterprise =
      'apiVersion: operator.tigera.io/v1\nkind: Installation\nmetadata:\n  name: default\nspec:\n  variant: TigeraSecureEnterprise\n';
    expect(
      judge({ 'k.yaml': kubeadm('v1.33.0'), 'all.yaml': `${operator('v1.30.4')}---\n${enterprise}` }),
    ).toEqual([]);
  });
});

describe('releases', () => {
  test.each([
    ['v3.24.6', /v3\.24\.5/],
    ['v3.26.2', /has not announced/],
    ['v3.27.1', /has not announced/],
    ['v3.29.2', /namespace/],
  ])('%s is a trap', (version, message) => {
    const findings = found('release-trap', { 'calico.yaml': node(version) });
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatch(message);
  });

  test('v3.29.2 is none for an operator install', () => {
    expect(found('release-trap', { 'h.yaml': chart('v3.29.2') })).toEqual([]);
  });

  test('v3.30 is a trap only with Dikastes', () => {
    expect(found('release-trap', { 'calico.yaml': node('v3.30.7') })).toEqual([]);
    expect(
      found('release-trap', {
        'calico.yaml': node('v3.30.7'),
        'd.yaml': workload('Deployment', 'app', 'calico/dikastes:v3.30.7'),
      }),
    ).toHaveLength(1);
    const felix =
      'apiVersion: projectcalico.org/v3\nkind: FelixConfiguration\nmetadata:\n  name: default\nspec:\n  policySyncPathPrefix: /var/run/nodeagent\n';
    expect(found('release-trap', { 'calico.yaml': `${node('v3.30.7')}---\n${felix}` })).toHaveLength(1);
  });

  test('a minor without upstream support is said once a minor', () => {
    const tree = { 'a.yaml': node('v3.28.1'), 'b.yaml': node('v3.28.2'), 'c.yaml': node('v3.31.7') };
    expect(found('calico-out-of-support', tree).map((text) => text.split(' ').slice(1, 3).join(' '))).toEqual(
      ['Calico v3.28'],
    );
  });

  test('a newer patch is a notice, and never a trap', () => {
    expect(found('newer-patch', { 'calico.yaml': node('v3.24.5') })).toEqual([]);
    expect(found('newer-patch', { 'calico.yaml': node('v3.29.5') })[0]).toMatch(/newer patch, v3\.29\.7/);
    expect(
      judge({ 'k.yaml': kubeadm('v1.34.0'), 'h.yaml': chart('v3.32.0') }).find(
        ({ code }) => code === 'newer-patch',
      )?.severity,
    ).toBe('notice');
  });

  test('a release that a security advisory names is said, with the fix', () => {
    const [finding] = judge({ 'calico.yaml': node('v3.26.4') }).filter(
      ({ code }) => code === 'known-vulnerability',
    );
    expect(finding).toMatchObject({
      severity: 'warning',
      message: expect.stringContaining('CVE-2024-33522'),
      remedy: expect.stringContaining('v3.26.5'),
    });
    expect(found('known-vulnerability', { 'calico.yaml': node('v3.26.5') })).toEqual([]);
  });

  test('a release that the catalog does not know is a warning, not an error', () => {
    const findings = judge({ 'k.yaml': kubeadm('v1.34.0'), 'h.yaml': chart('v3.32.99') });
    expect(findings.filter(({ code }) => code === 'version-unknown')).toMatchObject([
      { severity: 'warning', location: { path: 'h.yaml', line: 9 } },
    ]);
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  test('Calico without a Kubernetes is said, with the template that hides it', () => {
    expect(found('kubernetes-unknown', { 'h.yaml': chart('v3.31.7') })).toEqual([
      'h.yaml:9 No file says which Kubernetes runs this Calico v3.31.7.',
    ]);
    expect(
      found('kubernetes-unknown', {
        'vars.yml': 'kubernetes_version: "{{ wanted }}"\ncalico_version: v3.31.7\n',
      })[0],
    ).toMatch(/{{ wanted }} at vars\.yml:1 is a template/);
  });
});

describe('operator', () => {
  test('one that installs another Calico than the files name is flagged, with the right one', () => {
    const [finding] = judge({
      'vars.yml': 'calico_version: v3.27.4\n',
      'o.yaml': operator('v1.36.1'),
    }).filter(({ code }) => code === 'operator-mismatch');
    expect(finding).toMatchObject({
      location: { path: 'o.yaml', line: 9 },
      related: [{ path: 'vars.yml', line: 1 }],
      remedy: expect.stringContaining('v1.32.10'),
    });
  });

  test('the right one is not', () => {
    expect(
      found('operator-mismatch', { 'vars.yml': 'calico_version: v3.27.4\n', 'o.yaml': operator('v1.32.10') }),
    ).toEqual([]);
    expect(
      found('operator-mismatch', { 'vars.yml': 'calico_version: v3.24.6\n', 'o.yaml': operator('v1.28.13') }),
    ).toEqual([]);
  });

  test('a chart with its operator overridden is flagged', () => {
    const release = `${chart('v3.30.7')}  values:\n    tigeraOperator:\n      version: v1.40.3\n`;
    expect(found('operator-mismatch', { 'h.yaml': release })).toHaveLength(1);
  });

  test('ImageSets in use want one for the release', () => {
    const imageSet = (version: string): string =>
      `apiVersion: operator.tigera.io/v1\nkind: ImageSet\nmetadata:\n  name: calico-${version}\n`;
    expect(
      found('imageset-missing', { 'h.yaml': chart('v3.31.7'), 'i.yaml': imageSet('v3.30.7') }),
    ).toHaveLength(1);
    expect(found('imageset-missing', { 'h.yaml': chart('v3.31.7'), 'i.yaml': imageSet('v3.31.7') })).toEqual(
      [],
    );
    expect(found('imageset-missing', { 'h.yaml': chart('v3.31.7') })).toEqual([]);
  });

  test('the chart of v3.32 wants its CRDs from elsewhere (failure case 41)', () => {
    expect(found('helm-crds-separate', { 'h.yaml': chart('v3.32.1') })).toHaveLength(1);
    expect(found('helm-crds-separate', { 'h.yaml': chart('v3.31.7') })).toEqual([]);
    expect(
      found('helm-crds-separate', {
        'h.yaml': chart('v3.32.1'),
        'c.yaml': chart('v3.32.1').replace('tigera-operator', 'crd.projectcalico.org.v1'),
      }),
    ).toEqual([]);
    expect(
      found('helm-crds-separate', {
        'h.yaml': chart('v3.32.1'),
        'up.sh': `kubectl apply --server-side -f ${url('v3.32.1', 'v1_crd_projectcalico_org.yaml')}\n`,
      }),
    ).toEqual([]);
  });
});

describe('images', () => {
  test('of one manifest at different versions', () => {
    expect(
      found('mixed-versions', {
        'calico.yaml': `${node('v3.28.2')}---\n${workload('Deployment', 'calico-kube-controllers', 'calico/kube-controllers:v3.28.1')}`,
      }),
    ).toEqual([
      'calico.yaml:19 calico/kube-controllers is at v3.28.1, but calico/node (calico.yaml:9) is at v3.28.2.',
    ]);
  });

  test('of one install over several files of a folder', () => {
    const tree = {
      'c/node.yaml': node('v3.28.2'),
      'c/typha.yaml': workload('Deployment', 'calico-typha', 'calico/typha:v3.27.4'),
    };
    expect(found('mixed-versions', tree)).toHaveLength(1);
  });

  test('two manifests of two releases side by side are no mixture', () => {
    expect(
      found('mixed-versions', {
        'c/calico-v3.27.yaml': node('v3.27.4'),
        'c/calico-v3.28.yaml': node('v3.28.2'),
      }),
    ).toEqual([]);
  });

  const CRDS_OF_3_28 = [
    'bgpconfigurations',
    'bgpfilters',
    'bgppeers',
    'blockaffinities',
    'caliconodestatuses',
    'clusterinformations',
    'felixconfigurations',
    'globalnetworkpolicies',
    'globalnetworksets',
    'hostendpoints',
    'ipamblocks',
    'ipamconfigs',
    'ipamhandles',
    'ippools',
    'ipreservations',
    'kubecontrollersconfigurations',
    'networkpolicies',
    'networksets',
  ];
  const manifest = (version: string, crds: readonly string[]): string =>
    [
      node(version),
      'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: calico-node\n',
      'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: calico-cni-plugin\n',
      ...crds.map((name) => crd(`${name}.crd.projectcalico.org`)),
    ].join('---\n');

  test('with only the tags moved, the manifest lacks what they need (failure case 37)', () => {
    expect(found('image-only-bump', { 'calico.yaml': manifest('v3.28.2', CRDS_OF_3_28) })).toEqual([]);
    expect(found('image-only-bump', { 'calico.yaml': manifest('v3.29.7', CRDS_OF_3_28) })[0]).toMatch(
      /^calico\.yaml:9 The images are v3\.29\.7, but the manifest is older: it lacks .*tiers\.crd\.projectcalico\.org/,
    );
  });

  test('with only the tags moved, the ServiceAccount of the CNI plugin is missing (failure case 35)', () => {
    const without = manifest('v3.26.4', CRDS_OF_3_28).replace(
      'name: calico-cni-plugin',
      'name: something-else',
    );
    expect(found('image-only-bump', { 'calico.yaml': without })[0]).toMatch(
      /ServiceAccount calico-cni-plugin/,
    );
  });

  test('a kustomization that moves only the tags to another minor', () => {
    const kustomization = (version: string, tag: string): string =>
      `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - ${url(version, 'calico.yaml')}\nimages:\n  - name: docker.io/calico/node\n    newTag: ${tag}\n`;
    expect(
      found('image-only-bump', { 'kustomization.yaml': kustomization('v3.27.4', 'v3.28.2') }),
    ).toHaveLength(1);
    expect(found('image-only-bump', { 'kustomization.yaml': kustomization('v3.28.1', 'v3.28.2') })).toEqual(
      [],
    );
  });
});

describe('references', () => {
  test.each([
    ['a branch', 'up.sh', `kubectl create -f ${url('master', 'calico.yaml')}\n`],
    ['a release branch', 'up.sh', `kubectl create -f ${url('release-v3.29', 'calico.yaml')}\n`],
    [
      'docs without a version',
      'up.sh',
      'kubectl create -f https://docs.projectcalico.org/manifests/calico.yaml\n',
    ],
    [
      'docs of a minor',
      'up.sh',
      'kubectl create -f https://docs.projectcalico.org/v3.14/manifests/calico.yaml\n',
    ],
    ['a tag that moves', 'd.yaml', node('latest')],
    ['a chart without a version', 'h.yaml', chart('""').replace('      version: ""\n', '')],
    ['a chart with a range', 'h.yaml', chart('~3.30')],
  ])('%s floats', (_, path, text) => {
    expect(found('floating-version', { [path]: text })).toHaveLength(1);
  });

  test('an exact release does not', () => {
    expect(
      found('floating-version', {
        'up.sh': `kubectl create -f ${url('v3.29.7', 'calico.yaml')}\n`,
        'h.yaml': chart('v3.29.7'),
        'k.yaml': 'kubernetes_version: "1.31"\n',
      }),
    ).toEqual([]);
  });

  test('a folder of the repository does not move, though its name holds a minor only', () => {
    expect(
      found('floating-version', {
        'kustomization.yaml': 'resources:\n  - calico/v3.29/\n',
        'calico/v3.29/calico.yaml': node('v3.29.7'),
      }),
    ).toEqual([]);
  });

  test.each([
    [`kubectl apply -f ${url('v3.28.2', 'tigera-operator.yaml')}`, 1],
    [`kubectl apply -f ${url('v3.31.7', 'operator-crds.yaml')}`, 1],
    [`kubectl apply \\\n  -f ${url('v3.28.2', 'tigera-operator.yaml')}`, 1],
    [`kubectl apply --server-side --force-conflicts -f ${url('v3.28.2', 'tigera-operator.yaml')}`, 0],
    [`kubectl create -f ${url('v3.28.2', 'tigera-operator.yaml')}`, 0],
    [`kubectl apply -f ${url('v3.31.7', 'tigera-operator.yaml')}`, 0],
    [`kubectl apply -f ${url('v3.23.5', 'tigera-operator.yaml')}`, 0],
    [`kubectl apply -f ${url('v3.28.2', 'calico.yaml')}`, 0],
  ])('client-side apply of a CRD that is too large (failure case 1): %s', (command, count) => {
    expect(found('client-side-apply', { 'up.sh': `${command}\n` })).toHaveLength(count);
  });

  test.each([
    ['v3.28.2', 1],
    ['v3.31.7', 0],
  ])('client-side apply of a URL whose release, %s, is a variable', (version, count) => {
    const templated = `kubectl apply -f ${url('${CALICO_VERSION}', 'tigera-operator.yaml')}`;
    expect(found('client-side-apply', { 'up.sh': `CALICO_VERSION=${version}\n${templated}\n` })).toHaveLength(
      count,
    );
    const task = `- shell: kubectl apply -f ${url('{{ calico_version }}', 'tigera-operator.yaml')}\n`;
    expect(
      found('client-side-apply', {
        'group_vars/all.yml': `calico_version: ${version}\n`,
        'roles/cni/tasks/main.yml': task,
      }),
    ).toHaveLength(count);
  });

  test('client-side apply of a file of the repository that holds it', () => {
    const vendored = `${operator('v1.34.5')}---\n${crd('installations.operator.tigera.io')}`;
    expect(
      found('client-side-apply', {
        'up.sh': 'kubectl apply -f calico/tigera-operator.yaml\n',
        'calico/tigera-operator.yaml': vendored,
      }),
    ).toHaveLength(1);
    expect(
      found('client-side-apply', {
        'up.sh': 'kubectl apply --server-side -f calico/tigera-operator.yaml\n',
        'calico/tigera-operator.yaml': vendored,
      }),
    ).toEqual([]);
  });

  const application = (options: string): string =>
    `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: calico\nspec:\n  source:\n    repoURL: https://docs.tigera.io/calico/charts\n    chart: tigera-operator\n    targetRevision: v3.30.7\n  syncPolicy:\n    syncOptions:\n      - CreateNamespace=true\n${options}`;

  test('Argo CD applies client-side unless told otherwise', () => {
    expect(found('client-side-apply', { 'a.yaml': application('') })).toHaveLength(1);
    expect(found('client-side-apply', { 'a.yaml': application('      - ServerSideApply=true\n') })).toEqual(
      [],
    );
  });
});

describe('policy', () => {
  const matrix = (recommended: string, minimum: string, operatorVersion: string): string =>
    `calico_version_matrix:\n  "1.27":\n    recommended_version: "${recommended}"\n    minimum_version: "${minimum}"\n    operator_version: "${operatorVersion}"\n`;

  test('a row with an operator of another release is itself a finding, on its line', () => {
    expect(found('policy-operator-wrong', {}, { policy: matrix('v3.28.2', 'v3.26.0', 'v1.38.1') })).toEqual([
      'policy.yml:5 The policy’s row for Kubernetes v1.27 pairs Calico v3.28.2 with operator v1.38.1, which installs v3.30.1.',
    ]);
    expect(found('policy-operator-wrong', {}, { policy: matrix('v3.28.2', 'v3.26.0', 'v1.34.5') })).toEqual(
      [],
    );
  });

  test('a recommendation that does not fit its Kubernetes is too', () => {
    expect(
      found('policy-recommendation-untested', {}, { policy: matrix('v3.30.7', 'v3.26.0', 'v1.38.13') }),
    ).toHaveLength(1);
    expect(
      found('policy-recommendation-untested', {}, { policy: matrix('v3.28.5', 'v3.26.0', 'v1.34.13') }),
    ).toEqual([]);
  });

  const tree = (version: string): Tree => ({ 'k.yaml': kubeadm('v1.27.3'), 'calico.yaml': node(version) });

  test('a release below the minimum is an error, one above it that is not the recommended one a notice', () => {
    const policy = matrix('v3.28.5', 'v3.27.5', 'v1.34.13');
    expect(found('policy-below-minimum', tree('v3.26.5'), { policy })[0]).toMatch(
      /^calico\.yaml:9 Calico v3\.26\.5 on Kubernetes v1\.27 is below the policy’s minimum v3\.27\.5/,
    );
    expect(found('policy-not-recommended', tree('v3.27.5'), { policy })).toHaveLength(1);
    expect(judge(tree('v3.28.5'), { policy }).filter(({ code }) => code.startsWith('policy'))).toEqual([]);
  });
});
