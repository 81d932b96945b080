import { describe, expect, test } from '@jest/globals';
import { isArchived, isConfigFile } from '../../src/check/config-file.js';
import { MAX_FILE_BYTES, scan, scanFor, type ScanOptions, scanText } from '../../src/check/scan.js';
import type { Workspace } from '../../src/ports/workspace.js';
import { createFakeWorkspace } from '../ports/fake-workspace.js';
import { kubeadm, node } from './build-files.js';

const OPTIONS: ScanOptions = { directory: '', isExcluded: () => false, isIncluded: null };

/** Detections of a scan as `path:line`. */
function foundIn(workspace: Workspace, over: Partial<ScanOptions> = {}): string[] {
  return scan(workspace, { ...OPTIONS, ...over }).files.flatMap(({ path, found }) =>
    found.map(({ location }) => `${path}:${location.line}`),
  );
}

describe('which files', () => {
  const tree = {
    'calico.yaml': node('v3.28.1'),
    'README.md': 'calico_version: v3.28.1\n',
    'main.go': 'const calico_version = "v3.28.1"\n',
    'a/k.yaml': kubeadm('v1.30.0'),
    'vendor/k.yaml': kubeadm('v1.30.0'),
    'other.yaml': 'a: 1\n',
  };

  test('configuration is read, documentation and program source are not', () => {
    expect(foundIn(createFakeWorkspace(tree))).toEqual(['a/k.yaml:3', 'calico.yaml:9', 'vendor/k.yaml:3']);
  });

  test('a directory, and what is excluded', () => {
    expect(foundIn(createFakeWorkspace(tree), { directory: 'a' })).toEqual(['a/k.yaml:3']);
    expect(foundIn(createFakeWorkspace(tree), { isExcluded: (path) => path === 'vendor' })).toEqual([
      'a/k.yaml:3',
      'calico.yaml:9',
    ]);
  });

  test('what is included is read whatever its name says, and nothing else', () => {
    expect(foundIn(createFakeWorkspace(tree), { isIncluded: (path) => path.endsWith('.md') })).toEqual([
      'README.md:1',
    ]);
  });

  test('files without anything to find are named, and all are counted', () => {
    const { passedOver, filesRead } = scan(createFakeWorkspace(tree), OPTIONS);
    expect([passedOver, filesRead]).toEqual([['other.yaml'], 4]);
  });

  test('progress is told', () => {
    const told: string[] = [];
    const many = Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`${index}.yaml`, 'a: 1\n']));
    scan(createFakeWorkspace(many), {
      ...OPTIONS,
      onProgress: (done, total) => told.push(`${done}/${total}`),
    });
    expect(told).toEqual(['0/1001', '500/1001', '1000/1001']);
  });
});

describe('skips', () => {
  const bytes = (text: string, ...more: number[]): Uint8Array =>
    Uint8Array.from([...new TextEncoder().encode(text), ...more]);

  test.each<[string, string, string | Uint8Array, string, number]>([
    ['a binary file', 'calico.yaml', bytes(node('v3.28.1'), 0, 1), 'binary', 0],
    ['invalid UTF-8', 'calico.yaml', bytes(node('v3.28.1'), 0xff, 0xfe), 'invalid-utf8', 0],
    ['a file too large', 'a.yaml', new Uint8Array(MAX_FILE_BYTES + 1), 'too-large', 0],
    ['a link out of the workspace', 'a.yaml', '-> /etc/passwd', 'outside-workspace', 0],
    ['a link to itself', 'a.yaml', '-> a.yaml', 'symlink-loop', 0],
    ['broken YAML', 'a.yaml', 'calico_version: v3.1.0\nb: c: d\n', 'broken-yaml', 2],
    ['a template', 'a.yaml', 'calico:\n  {{- range .a }}\n b\n  x: [\n', 'template', 4],
    ['an archive', 'archive/calico.yaml', node('v3.28.1'), 'archived', 9],
    [
      'a cache of images',
      'a.yaml',
      `${node('v3.1.0')}---\napiVersion: a/v1\nkind: ImageCache\nx: calico/node:v3.1.0\n`,
      'image-cache',
      10,
    ],
  ])('%s is a skip', (_, path, content, reason, line) => {
    const { skips, files } = scan(
      createFakeWorkspace({ [path]: content, 'good.yaml': kubeadm('v1.30.0') }),
      OPTIONS,
    );
    const all = [...skips, ...files.flatMap((file) => file.skips)];
    expect(all.map((skip) => `${skip.reason} ${skip.path}:${skip.line}`)).toEqual([
      `${reason} ${path}:${line}`,
    ]);
    expect(all[0]?.detail).toMatch(/^(?:is|lies|cannot|lists)\b/);
    expect(files.some((file) => file.path === 'good.yaml' && file.found.length === 1)).toBe(true);
  });

  test('a binary that is no configuration is passed over in silence', () => {
    const { skips, passedOver } = scan(
      createFakeWorkspace({ data: bytes('calico/node:v3.28.1', 0) }),
      OPTIONS,
    );
    expect([skips, passedOver]).toEqual([[], ['data']]);
  });

  test('a broken file that names nothing is not worth a word', () => {
    const { skips, files } = scan(createFakeWorkspace({ 'a.yaml': 'a: b: c\n' }), OPTIONS);
    expect([skips, files]).toEqual([[], []]);
  });

  test('versions in what is no YAML are found as text', () => {
    expect(foundIn(createFakeWorkspace({ 'a.yaml': 'b: c: d\nimage: calico/node:v3.28.1\n' }))).toEqual([
      'a.yaml:2',
    ]);
  });
});

describe('scanText', () => {
  test('a place that two detectors see is reported once, with the more specific format', () => {
    const { found } = scanText(
      'kind.yaml',
      'apiVersion: kind.x-k8s.io/v1alpha4\nnodes:\n  - image: kindest/node:v1.30.0\n',
    );
    expect(found.map(({ format }) => format)).toEqual(['kind']);
  });

  test('a job of a workflow is a section of its own', () => {
    const job = (name: string, version: string): string =>
      `  ${name}:\n    env:\n      K8S_VERSION: ${version}\n    steps:\n      - run: kind create cluster --image kindest/node:\${{ env.K8S_VERSION }}\n`;
    const { found, templates } = scanText(
      '.github/workflows/a.yaml',
      `jobs:\n${job('old', 'v1.29.0')}${job('new', 'v1.30.0')}env:\n  CALICO_VERSION: v3.28.1\n`,
    );
    expect(found.map(({ section, version }) => `${section} ${version?.minor}`)).toEqual([
      'old 29',
      'new 30',
      'null 28',
    ]);
    expect(templates.map(({ section }) => section)).toEqual(['old', 'new']);
  });

  test('what is ignored gives neither detections nor definitions', () => {
    const text = 'argument_specs:\n  main:\n    options:\n      calico_version:\n        default: v3.25.0\n';
    const { found, definitions } = scanText('roles/a/meta/argument_specs.yml', text);
    expect([found, definitions]).toEqual([[], []]);
  });
});

test('scanFor reads the files that hold a name, and takes its punctuation as it stands', () => {
  const workspace = createFakeWorkspace({
    'a.yaml': 'my.release: v3.28.1\n',
    'b.yaml': 'myxrelease: v3.28.1\n',
    'c.yaml': new Uint8Array(MAX_FILE_BYTES + 1),
  });
  const files = scanFor(workspace, ['a.yaml', 'b.yaml', 'c.yaml'], new Set(['my.release', 'a(b']));
  expect(files.map(({ path, definitions }) => [path, definitions[0]?.text])).toEqual([['a.yaml', 'v3.28.1']]);
});

describe('names of files', () => {
  test.each([
    ...[
      'a.yaml',
      'Makefile',
      'Dockerfile',
      '.env',
      '.gitlab-ci.yml',
      'a.tf',
      'a.unknown',
      'Chart.lock',
      'requirements.lock',
    ],
    ...['docs/a.yaml', 'a/values', 'hosts.ini', 'images.txt'],
  ])('%s can be configuration', (path) => {
    expect(isConfigFile(path)).toBe(true);
  });

  test.each([
    ...[
      'README.md',
      'README',
      'LICENSE.txt',
      'main.go',
      'a.PNG',
      'package-lock.json',
      'go.sum',
      'x.lock',
      'a/.gitignore',
    ],
    ...['renovate.json', 'calico.tar', 'docs/a.rst'],
  ])('%s cannot', (path) => {
    expect(isConfigFile(path)).toBe(false);
  });

  test.each([
    ['archive/a.yaml', true],
    ['.archive/a.yaml', true],
    ['x/Archived/a.yaml', true],
    ['archive.yaml', false],
    ['my-archive/a.yaml', false],
  ])('%s is archived: %s', (path, expected) => {
    expect(isArchived(path)).toBe(expected);
  });
});
