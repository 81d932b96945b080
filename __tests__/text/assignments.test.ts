import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findAssignments } from '../../src/text/assignments.js';

/** Assignments as `name=value`, flags with their dashes. */
function read(text: string): string[] {
  return findAssignments(text).map(({ name, value, isFlag }) => `${isFlag ? '--' : ''}${name}=${value}`);
}

test.each([
  ['VERSION=v1.29.0', ['VERSION=v1.29.0']],
  ['export VERSION="v1.29.0"', ['VERSION=v1.29.0']],
  ["VERSION='v1.29.0'", ['VERSION=v1.29.0']],
  ['VERSION ?= v1.29.0', ['VERSION=v1.29.0']],
  ['VERSION := v1.29.0', ['VERSION=v1.29.0']],
  ['version: v1.29.0', ['version=v1.29.0']],
  ['"version": "v1.29.0",', ['version=v1.29.0']],
  ['version = "v1.29.0"', ['version=v1.29.0']],
  ['{ "K8S" => "v1.29.0" }', ['K8S=v1.29.0']],
  ['--kubernetes-version=v1.29.0', ['--kubernetes-version=v1.29.0']],
  ['run --kubernetes-version v1.29.0', ['--kubernetes-version=v1.29.0']],
  ['${VERSION:-v1.29.0}', ['VERSION=v1.29.0']],
  ['ENV VERSION v1.29.0', ['VERSION=v1.29.0']],
  ['ARG VERSION=v1.29.0', ['VERSION=v1.29.0']],
  ['$version = "v1.29.0"', ['version=v1.29.0']],
  ["$env:VERSION = 'v1.29.0'", ['VERSION=v1.29.0']],
  ['VERSION = ENV["V"] || "1.29.0"', ['VERSION=1.29.0']],
  ['VERSION = ENV.fetch("V", "1.29.0")', ['VERSION=1.29.0']],
  ["string(name: 'VERSION', defaultValue: '1.29.0')", ['VERSION=1.29.0']],
  ['VERSION="${OTHER}-1.1"', ['VERSION=${OTHER}-1.1']],
  ['VERSION={{ other }}', ['VERSION={{ other }}']],
  ['run: VERSION=v1.29.0 make', ['VERSION=v1.29.0']],
])('%j', (text, expected) => {
  expect(read(text)).toEqual(expect.arrayContaining(expected));
});

test.each(['a == b', '"$VERSION" != "1.29"', '$VERSION', '== 1.29.0', 'if a', '', '1=2'])(
  '%j assigns nothing',
  (text) => {
    expect(read(text)).toEqual([]);
  },
);

test('a default in a default is found too', () => {
  expect(read('${A:-${B:-v1.29.0}}')).toEqual(expect.arrayContaining(['B=v1.29.0']));
});

test('a value stands where it is said to stand', () => {
  const text = fc
    .array(
      fc.constantFrom(
        'A',
        '=',
        ':',
        ' ',
        '"',
        "'",
        '${',
        ':-',
        '}',
        'v1.29',
        '\n',
        '--',
        'ENV ',
        '$',
        '=>',
        '{{ a }}',
      ),
    )
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, (source) => {
      for (const { value, offset } of findAssignments(source)) {
        expect(source.slice(offset, offset + value.length)).toBe(value);
        expect(value).not.toBe('');
      }
    }),
  );
});
