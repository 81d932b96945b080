import fc from 'fast-check';
import { type Fixture, fixtureFolders, readFixtures } from '../detectors/extract-fixture.js';

export const FIXTURES: readonly Fixture[] = fixtureFolders().flatMap(readFixtures);

/** What formats are made of, and what breaks readers of them. */
const TOKENS: readonly string[] = [
  ...[
    '\n',
    '\n',
    '\n',
    '\r\n',
    '\r',
    '\t',
    ' ',
    '  ',
    '    ',
    '\\\n',
    '\\',
    '\u0000',
    '\u0007',
    '\u001b[0m',
    '\uFEFF',
  ],
  ...[
    '\u2028',
    '\u202e',
    '\ud800',
    'ü',
    '😀',
    '#',
    '# ',
    '//',
    '/*',
    '*/',
    '<!--',
    '-->',
    ';',
    '"',
    "'",
    '`',
    '"""',
  ],
  ...[
    '{{',
    '}}',
    '{{-',
    '{{/*',
    '*/}}',
    '{%',
    '%}',
    '{#',
    '#}',
    '${',
    '${{',
    '}',
    '$(',
    ')',
    '$A',
    '%A%',
    '<%',
    '<A>',
  ],
  ...[
    '@A@',
    '#{',
    '{',
    '[',
    ']',
    ',',
    ': ',
    ':',
    '=',
    ':=',
    '?=',
    '- ',
    '--- \n',
    '---\n',
    '...\n',
    '? ',
    '| \n',
    '>-\n',
  ],
  ...[
    '&a ',
    '*a',
    '<<: *a\n',
    '!!binary ',
    '!Ref ',
    '%YAML 1.2\n',
    '<<EOF\n',
    'EOF\n',
    'default',
    ' | default("',
    ':-',
  ],
  ...[
    'apiVersion: ',
    'kind: ',
    'metadata: ',
    'name: ',
    'spec: ',
    'image: ',
    'images:\n',
    'value: ',
    'version',
    'tag: ',
  ],
  ...[
    'argoproj.io/v1alpha1\n',
    'Application\n',
    'List\n',
    'items:\n',
    'CustomResourceDefinition\n',
    'ImageSet\n',
  ],
  ...[
    'helm.toolkit.fluxcd.io/v2\n',
    'HelmRelease\n',
    'chart: ',
    'tigera-operator',
    'kubeadm.k8s.io/v1beta3\n',
    'jobs:\n',
  ],
  ...[
    'calico',
    'calico/node:',
    'quay.io/',
    'kindest/node:',
    'v3.28.1',
    'v1.29.3',
    '3.',
    '~3.29',
    'latest',
    '@sha256:0a',
  ],
  ...[
    'calico_version',
    'KUBERNETES_VERSION',
    'k8s',
    '--version ',
    'helm upgrade ',
    'kubectl apply -f ',
    'kubelet=',
  ],
  ...[
    'https://raw.githubusercontent.com/projectcalico/calico/',
    '/manifests/calico.yaml',
    'resource "a" "b" {\n',
  ],
  ...[
    'variable "kubernetes_version" {\n',
    'locals {\n',
    'tigeraOperator:\n',
    'kustomize.config.k8s.io/v1beta1\n',
  ],
];

const PATHS: readonly string[] = [
  ...[
    'a.yaml',
    'a.yml.j2',
    'a.json',
    'a.tf',
    'a.tfvars',
    'a.sh',
    'Makefile',
    'Dockerfile',
    'Jenkinsfile',
    'a.toml',
  ],
  ...[
    '.github/workflows/a.yml',
    'action.yml',
    'kustomization.yaml',
    'Kustomization',
    'Chart.yaml',
    'Chart.lock',
  ],
  ...[
    'values.yaml',
    'group_vars/all',
    'roles/a/vars/main.yml',
    'clusters/a/b.yaml',
    'schemas/a.schema.json',
    'a',
  ],
];

export const hostilePath = fc.constantFrom(...PATHS, ...FIXTURES.map(({ path }) => path));

const token = fc.constantFrom(...TOKENS);

/** Tokens of every format in a row. */
export const soup = fc.array(token, { maxLength: 40 }).map((tokens) => tokens.join(''));

/** Bytes as a reader that knows no encoding sees them. */
export const bytes = fc
  .uint8Array({ maxLength: 300 })
  .map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('latin1'));

type Change = (text: string, at: number, other: string) => string;

const atLine =
  (edit: (lines: string[], index: number, other: string) => void): Change =>
  (text, at, other) => {
    const lines = text.split('\n');
    edit(lines, at % lines.length, other);
    return lines.join('\n');
  };
const within =
  (edit: (before: string, after: string, other: string) => string): Change =>
  (text, at, other) => {
    const offset = at % (text.length + 1);
    return edit(text.slice(0, offset), text.slice(offset), other);
  };

/** Ways in which a file goes wrong. `other` is a token, or a line of another file. */
const CHANGES: readonly Change[] = [
  atLine((lines, index) => lines.splice(index, 1)),
  atLine((lines, index) => lines.splice(index, 0, lines[index] ?? '')),
  atLine((lines, index, other) => lines.splice(index, 0, other)),
  atLine((lines, index, other) => (lines[index] = (lines[index] ?? '') + other)),
  atLine((lines, index) => (lines[index] = ` ${lines[index] ?? ''}`)),
  atLine((lines, index) => (lines[index] = `\t${lines[index] ?? ''}`)),
  atLine((lines, index) => (lines[index] = (lines[index] ?? '').replace(/: .*/, ': {{ .Values.a }}'))),
  atLine((lines, index) => (lines[index] = (lines[index] ?? '').replace(/: .*/, `: ${'['.repeat(300)}`))),
  atLine(
    (lines, index) => (lines[index] = (lines[index] ?? '').replace(/: /, ': &a ').replace(/$/, '\nb: *a')),
  ),
  atLine((lines, index) => (lines[index] = (lines[index] ?? '').replace(/: /, ': |\n'))),
  atLine((lines, index) => (lines[index] = (lines[index] ?? '').replace(/\d+\.\d+/, '${A:-$0}'))),
  within((before, after, other) => before + other + after),
  within((before, after) => before + after.slice(1)),
  within((before) => before),
  within((_, after) => after),
  within((before, after, other) => before + other.repeat(30) + after),
  (text) => text.replaceAll('\n', '\r\n'),
  (text) => text.replaceAll('\n', '\r'),
  (text) => text.replaceAll(/^/gm, '    '),
  (text) => `\uFEFF${text}`,
  (text) => text.replaceAll('"', "'"),
  (text) => text.replaceAll(': ', ':'),
  (text) => `data:\n  a: |\n${text.replaceAll(/^/gm, '    ')}`,
  (text) => `cat <<EOF\n${text}EOF\n`,
];

const lineOfFixture = fc.constantFrom(...FIXTURES.flatMap(({ text }) => text.split('\n')));

/** A fixture with some of its lines and characters changed. */
export const mutated: fc.Arbitrary<Fixture> = fc
  .record({
    fixture: fc.constantFrom(...FIXTURES),
    changes: fc.array(
      fc.record({
        change: fc.constantFrom(...CHANGES),
        at: fc.nat({ max: 2000 }),
        other: fc.oneof(token, lineOfFixture),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  })
  .map(({ fixture, changes }) => ({
    path: fixture.path,
    text: changes.reduce((text, { change, at, other }) => change(text, at, other), fixture.text),
  }));

const leaf = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom(
    'v3.28.1',
    '1.29',
    'calico/node:v3.28.1',
    '{{ a }}',
    '${A:-v1.30.0}',
    '*a',
    '&a',
    '~',
    'tigera-operator',
  ),
);
const key = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.constantFrom(
    'apiVersion',
    'kind',
    'metadata',
    'spec',
    'image',
    'version',
    'calico',
    'kubernetes_version',
    'chart',
    '<<',
  ),
);

/** YAML as people and tools write it, in flow and in block style, valid or nearly. */
export const yamlText: fc.Arbitrary<string> = fc
  .letrec<{ node: string[] }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'yaml' },
      leaf.map((text) => [text]),
      leaf.map((text) => [JSON.stringify(text)]),
      leaf.map((text) => ['|', `  ${text}`, `  ${text}`]),
      fc.array(tie('node'), { maxLength: 4 }).map((items) => items.flatMap((item) => indent(item, '- '))),
      fc
        .array(fc.tuple(key, tie('node')), { maxLength: 4 })
        .map((entries) => entries.flatMap(([name, value]) => joinEntry(name, value))),
      fc
        .array(fc.tuple(key, leaf), { maxLength: 4 })
        .map((entries) => [`{${entries.map(([name, value]) => `${name}: ${value}`).join(', ')}}`]),
    ),
  }))
  .node.map((lines) => lines.join('\n'));

function indent(lines: readonly string[], first: string): string[] {
  return lines.map((line, index) => (index === 0 ? first : ' '.repeat(first.length)) + line);
}

function joinEntry(name: string, value: readonly string[]): string[] {
  const [only = ''] = value;
  return value.length < 2 || only === '|'
    ? [`${name}: ${only}`, ...value.slice(1)]
    : [`${name}:`, ...indent(value, '  ')];
}
