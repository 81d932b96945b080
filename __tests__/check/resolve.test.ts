import { describe, expect, test } from '@jest/globals';
import { resolveTemplates, unresolvedNames } from '../../src/check/resolve.js';
import { scanText } from '../../src/check/scan.js';
import { judgeWorkspace } from '../../src/check/judge-workspace.js';
import { formatVersion } from '../../src/version/version.js';
import { parsePolicy } from '../../src/policy/parse-policy.js';
import { createFakeWorkspace } from '../ports/fake-workspace.js';
import { chart, node, url } from './build-files.js';

type Tree = Readonly<Record<string, string>>;

interface Resolved {
  /** Detections as `path:line component version`. */
  readonly found: readonly string[];
  /** Templates as `path:line < places that define it`. */
  readonly templates: readonly string[];
}

function resolve(tree: Tree): Resolved {
  const { files, references } = resolveTemplates(
    Object.entries(tree).map(([path, text]) => scanText(path, text, () => true)),
  );
  const place = ({ path, line }: { readonly path: string; readonly line: number }): string =>
    `${path}:${line}`;
  return {
    found: files.flatMap(({ found }) =>
      found.map(
        ({ location, component, version }) =>
          `${place(location)} ${component} ${version ? formatVersion(version) : 'floating'}`,
      ),
    ),
    templates: references.map(
      ({ use, definedAt }) =>
        `${place(use.location)} < ${[...new Set(definedAt.map(place))].join(', ') || 'nothing'}`,
    ),
  };
}

test('a value that says nothing by its name becomes a detection where it is defined', () => {
  expect(
    resolve({
      'vars.yml': 'cni_release: v3.28.1\n',
      'up.sh': `kubectl create -f ${url('${cni_release}', 'calico.yaml')}\n`,
    }),
  ).toEqual({ found: ['vars.yml:1 calico v3.28.1'], templates: ['up.sh:1 < vars.yml:1'] });
});

test('one that is a detection by its own name stays a single one', () => {
  const { found } = resolve({
    'a.sh': `CALICO_VERSION=v3.28.1\nkubectl create -f ${url('$CALICO_VERSION', 'calico.yaml')}\n`,
  });
  expect(found).toEqual(['a.sh:1 calico v3.28.1']);
});

test('a value that cannot be a version of the component is none', () => {
  const tree = {
    'a.sh': `RELEASE_TO_USE=v1.28.1\nkubectl create -f ${url('$RELEASE_TO_USE', 'calico.yaml')}\n`,
  };
  expect(resolve(tree)).toEqual({ found: [], templates: ['a.sh:2 < nothing'] });
});

test('a template that nothing defines is said', () => {
  expect(resolve({ 'h.yaml': chart('${WANTED}') })).toEqual({ found: [], templates: ['h.yaml:9 < nothing'] });
});

describe('how far a name reaches', () => {
  const use = (name: string): string => `kubectl create -f ${url(name, 'calico.yaml')}\n`;

  test('the file itself comes before others', () => {
    const { templates } = resolve({
      'a.sh': `cni_release=v3.28.1\n${use('$cni_release')}`,
      'b.sh': 'cni_release=v3.29.1\n',
    });
    expect(templates).toEqual(['a.sh:2 < a.sh:1']);
  });

  test('a name that says nothing reaches no further than its file', () => {
    const { templates } = resolve({
      'a.sh': use('$VERSION'),
      'b.sh': 'VERSION=v3.28.1\nCALICO_VERSION=v3.28.1\n',
    });
    expect(templates).toEqual(['a.sh:1 < nothing']);
  });

  test('a variable of Terraform reaches its folder', () => {
    const release =
      'resource "helm_release" "c" {\n  chart = "tigera-operator"\n  version = var.cni_release\n}\n';
    const variable = 'variable "cni_release" {\n  default = "v3.28.1"\n}\n';
    const { templates } = resolve({ 'a/main.tf': release, 'a/v.tf': variable, 'b/v.tf': variable });
    expect(templates).toEqual(['a/main.tf:3 < a/v.tf:2']);
  });

  test('a value of a chart stands in its values files, at or above the template', () => {
    const template = 'kind: DaemonSet\napiVersion: apps/v1\nimage: calico/node:{{ .Values.cni.tag }}\n';
    const values = 'cni:\n  tag: v3.28.1\nnode:\n  tag: v3.29.1\n';
    const { templates } = resolve({
      'a/templates/ds.yaml': template,
      'a/values.yaml': values,
      'a/values-prod.yaml': 'cni: {tag: v3.28.2}\n',
      'b/values.yaml': values,
      'a/other.yaml': values,
    });
    expect(templates).toEqual(['a/templates/ds.yaml:3 < a/values.yaml:2, a/values-prod.yaml:1']);
  });

  test('a value of a matrix is that of its job, include among them', () => {
    const job = (name: string, matrix: string): string =>
      `  ${name}:\n    strategy:\n      matrix:\n        ${matrix}\n    steps:\n      - run: kind create cluster --image kindest/node:\${{ matrix.image }}\n`;
    const { found } = resolve({
      '.github/workflows/a.yml': `jobs:\n${job('one', 'image: [v1.29.0, v1.30.0]')}${job('two', 'include: [{image: v1.31.0}]')}`,
    });
    expect(found).toEqual([
      '.github/workflows/a.yml:5 kubernetes v1.29.0',
      '.github/workflows/a.yml:5 kubernetes v1.30.0',
      '.github/workflows/a.yml:11 kubernetes v1.31.0',
    ]);
  });

  test('an input is its default', () => {
    const { found } = resolve({
      'action.yml': `inputs:\n  node:\n    default: v1.29.0\nruns:\n  steps:\n    - run: kind create cluster --image kindest/node:\${{ inputs.node }}\n`,
    });
    expect(found).toEqual(['action.yml:3 kubernetes v1.29.0']);
  });

  test('Kubespray’s first checksum is the release', () => {
    const { found } = resolve({
      'roles/a/defaults/main.yml':
        'kube_version: "{{ (kubelet_checksums[\'amd64\'] | dict2items)[0].key }}"\n',
      'roles/a/vars/checksums.yml':
        'kubelet_checksums:\n  amd64:\n    1.33.2: sha256:a\n    1.33.1: sha256:b\n',
    });
    expect(found).toEqual(['roles/a/vars/checksums.yml:3 kubernetes v1.33.2']);
  });
});

describe('unresolvedNames', () => {
  const names = (tree: Tree): string[] => [
    ...unresolvedNames(Object.entries(tree).map(([path, text]) => scanText(path, text))),
  ];

  test('are those that no file defines and that say something', () => {
    expect(names({ 'a.yaml': node('{{ .Values.cni.release_to_use }}') })).toEqual([
      'Values.cni.release_to_use',
    ]);
    expect(names({ 'a.yaml': chart('${CNI_CHART_NUMBER}'), 'b.yaml': chart('${version}') })).toEqual([
      'CNI_CHART_NUMBER',
    ]);
    expect(
      names({
        'a.sh':
          'CALICO_VERSION=v3.28.1\nhelm install c projectcalico/tigera-operator --version $CALICO_VERSION\n',
      }),
    ).toEqual([]);
  });

  test('are looked for in the files that were passed over', () => {
    const { clusters } = judgeWorkspace(
      createFakeWorkspace({
        'h.yaml': chart('${CNI_CHART_NUMBER}'),
        'settings.env': 'CNI_CHART_NUMBER=v3.28.1\n',
      }),
      {
        directory: '',
        isExcluded: () => false,
        isIncluded: null,
        policy: parsePolicy('policy.yml', ''),
        matchGlob: () => false,
        kubernetes: null,
      },
    );
    expect(
      clusters.flatMap(({ view }) => view.calico.map(({ location }) => `${location.path}:${location.line}`)),
    ).toEqual(['settings.env:1']);
  });
});
