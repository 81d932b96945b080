import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Files of one commit: text by path, a link where the text starts with `-> `, gone where null. */
type Files = Readonly<Record<string, string | null>>;

/** A git repository in a temporary folder, for tests that read upstream. */
export class FakeRepository {
  readonly directory: string;

  constructor(parent: string, name: string) {
    this.directory = join(parent, name);
    mkdirSync(this.directory);
    this.git(['init', '--quiet', '--initial-branch=main']);
  }

  /** Commits files on a day (ISO date), and tags the commit where a tag is given. */
  commit(day: string, files: Files, tag?: string): this {
    for (const [path, content] of Object.entries(files)) this.write(path, content);
    this.git(['add', '--all'], day);
    this.git(['commit', '--quiet', '--allow-empty', '--message', tag ?? 'change'], day);
    if (tag) this.git(['tag', tag], day);
    return this;
  }

  git(args: readonly string[], day = '2020-01-01'): string {
    const date = `${day}T12:00:00Z`;
    const identity = {
      GIT_AUTHOR_NAME: 't',
      GIT_AUTHOR_EMAIL: 't@example.com',
      GIT_COMMITTER_NAME: 't',
      GIT_COMMITTER_EMAIL: 't@example.com',
    };
    const isolated = {
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_DATE: date,
    };
    return execFileSync('git', ['-C', this.directory, ...args], {
      encoding: 'utf8',
      env: { ...process.env, ...identity, ...isolated },
    });
  }

  private write(path: string, content: string | null): void {
    const target = join(this.directory, path);
    mkdirSync(dirname(target), { recursive: true });
    rmSync(target, { force: true, recursive: true });
    if (content === null) return;
    if (content.startsWith('-> ')) symlinkSync(content.slice(3), target);
    else writeFileSync(target, content);
  }
}

/** The three upstream repositories in small, with one Calico release as templates and two as ready manifests. */
export interface FakeUpstream {
  readonly folder: string;
  readonly calico: FakeRepository;
  readonly operator: FakeRepository;
  readonly docs: FakeRepository;
  readonly remove: () => void;
}

/** Makes the repositories; {@link FakeUpstream.remove} deletes them. */
export function makeUpstream(): FakeUpstream {
  const folder = mkdtempSync(join(tmpdir(), 'catalog-refresh-'));
  return {
    folder,
    calico: makeCalico(folder),
    operator: makeOperator(folder),
    docs: makeDocs(folder),
    remove: () => {
      rmSync(folder, { recursive: true });
    },
  };
}

/** A requirements page as upstream writes it. */
export function requirementsPage(minors: readonly string[], ruledOut?: string): string {
  const items = minors.map((minor) => `- ${minor}\n`).join('');
  const limit = ruledOut
    ? `Due to changes in the Kubernetes API, it will not work\non Kubernetes ${ruledOut} or below.\n`
    : '';
  return `## Kubernetes\n\nWe test it against the following Kubernetes versions.\n\n${items}\n${limit}`;
}

/** A manifest that runs calico-node of a version. */
export function calicoManifest(version: string): string {
  return `apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: calico-node
spec:
  template:
    spec:
      containers:
        - name: calico-node
          image: docker.io/calico/node:${version}
---
${crd('ippools.crd.projectcalico.org')}`;
}

/** A manifest that runs the operator. */
export function operatorManifest(version: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: tigera-operator
spec:
  template:
    spec:
      containers:
        - name: tigera-operator
          image: quay.io/tigera/operator:${version}
`;
}

/** A CustomResourceDefinition, padded to a size where one is asked for. */
export function crd(name: string, sizeBytes = 0): string {
  return `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: ${name}\nspec:\n  description: '${'x'.repeat(sizeBytes)}'\n`;
}

function makeCalico(folder: string): FakeRepository {
  const page = 'getting-started/kubernetes/requirements.md';
  const charts = '_includes/charts';
  return new FakeRepository(folder, 'calico')
    .commit('2021-04-30', { [page]: requirementsPage(['v1.19', 'v1.20'], 'v1.15') }, 'v3.19.0')
    .commit(
      '2021-07-30',
      {
        '_data/versions.yml': '- title: v3.20.0\n  tigera-operator:\n    version: v1.20.0\n',
        [`${charts}/calico/crds/ippools.yaml`]: crd('ippools.crd.projectcalico.org'),
        [`${charts}/tigera-operator/crds/calico`]: '-> ../../calico/crds',
        [`${charts}/calico/templates/calico-node.yaml`]:
          'kind: DaemonSet\napiVersion: apps/v1\nmetadata:\n  name: {{ include "nodeName" . }}\n',
      },
      'v3.20.0',
    )
    .commit(
      '2022-08-17',
      {
        [page]: null,
        _data: null,
        _includes: null,
        'manifests/calico.yaml': calicoManifest('v3.24.0'),
        'manifests/tigera-operator.yaml': operatorManifest('v1.28.0'),
        'manifests/alp/istio.yaml': 'kind: ConfigMap\n',
      },
      'v3.24.0',
    )
    .commit(
      '2022-08-25',
      {
        'manifests/tigera-operator.yaml': operatorManifest('v1.28.0'),
        'manifests/calico.yaml': calicoManifest('v3.24.1'),
      },
      'v3.24.1',
    )
    .commit('2022-09-01', {});
}

function makeOperator(folder: string): FakeRepository {
  const versions = 'config/calico_versions.yml';
  return new FakeRepository(folder, 'operator')
    .commit('2021-04-30', { [versions]: 'title: v3.19.0\n' }, 'v1.17.0')
    .commit('2021-07-30', { [versions]: 'title: v3.20.0\n' }, 'v1.20.0')
    .commit('2022-08-17', { [versions]: '# keep in step\ntitle: v3.24.0\n' }, 'v1.28.0')
    .commit('2022-08-25', { [versions]: 'title: v3.24.1\n' }, 'v1.28.1');
}

function makeDocs(folder: string): FakeRepository {
  const version = 'calico_versioned_docs/version-3.24';
  const page = `${version}/getting-started/kubernetes/requirements.mdx`;
  const releases = [
    { title: 'v3.24.1', 'tigera-operator': { version: 'v1.28.1' } },
    { title: 'v3.24.0' },
    { title: 'master' },
  ];
  return new FakeRepository(folder, 'docs')
    .commit('2022-09-01', {
      [page]: requirementsPage(['1.22', '1.23']),
      [`${version}/releases.json`]: JSON.stringify(releases),
    })
    .commit('2022-10-01', { [page]: requirementsPage(['1.22', '1.23', '1.24'], 'v1.20') })
    .commit('2023-10-01', { [page]: null, [`${version}/releases.json`]: null });
}
