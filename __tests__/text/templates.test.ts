import { describe, expect, test } from '@jest/globals';
import { hasTemplate, templateVariables } from '../../src/text/templates.js';

/** The variables of a text as `name` or `name=fallback@offset`. */
function read(text: string): string[] {
  return templateVariables(text).map(({ name, fallback }) =>
    fallback ? `${name}=${fallback.text}@${fallback.offset}` : name,
  );
}

describe('shell, Make, Terraform, Ruby', () => {
  test.each([
    ['$VERSION', ['VERSION']],
    ['v${VERSION}', ['VERSION']],
    ['${VERSION:-v1.29.0}', ['VERSION=v1.29.0@11']],
    ['${VERSION:="v1.29.0"}', ['VERSION=v1.29.0@12']],
    ['${VERSION-v1.29}', ['VERSION=v1.29@10']],
    ['${1:-1.30.1}', ['$1=1.30.1@5']],
    ['${VERSION:?needed}', ['VERSION']],
    ['${VERSION#v}', ['VERSION']],
    ['${VERSION%.*}', ['VERSION']],
    ['${A:-${B}}', ['A=${B}@5', 'B']],
    ['$(VERSION)', ['VERSION']],
    ['#{VERSION}', ['VERSION']],
    ['${var.calico_version}', ['var.calico_version']],
    ['${coalesce(var.a, "v3.28.0")}', ['var.a=v3.28.0@19']],
    ['a$5', []],
  ])('%j', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });
});

describe('GitHub, Go, Jinja, Packer', () => {
  test.each([
    ['${{ matrix.k8s }}', ['matrix.k8s']],
    ["${{ inputs.k8s || 'v1.30.0' }}", ['inputs.k8s=v1.30.0@19']],
    ['{{ .Values.calico.tag }}', ['.Values.calico.tag']],
    ['{{ .Values.tag | default "v3.28.0" | quote }}', ['.Values.tag=v3.28.0@26']],
    ['{{.CALICO_VERSION}}', ['.CALICO_VERSION']],
    ["{{ calico_tag | default('v3.28.0') }}", ['calico_tag=v3.28.0@25']],
    ["{{ (sums['amd64'] | dict2items)[0].key }}", ['sums']],
    ['{{ lookup("env", "A") }}', []],
    ['{{ printf "%s" $version }}', ['version']],
    ['{{user `kubernetes_semver`}}', ['kubernetes_semver']],
    ['<% version %>', ['version']],
  ])('%j', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });
});

test.each([
  '{{ a }}',
  '${A}',
  '$A',
  '$(A)',
  '%A%',
  '<version>',
  '@VERSION@',
  '@@VERSION@@',
  '<% a %>',
  '#{a}',
  '$${A}',
])('%j is a template', (text) => {
  expect(hasTemplate(text)).toBe(true);
});

test.each(['v1.29.0', '{ a }', '100%', '$', 'a@b', '< 3', '{{ never closed', '$5.00', '{a: 1}'])(
  '%j is none',
  (text) => {
    expect(hasTemplate(text)).toBe(false);
  },
);

test('a long text is no value', () => {
  expect(templateVariables(`\${A}${' '.repeat(600)}`)).toEqual([]);
});
