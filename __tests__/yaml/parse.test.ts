import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { YamlNode } from '../../src/yaml/node.js';
import { parseYaml, splitDocuments } from '../../src/yaml/parse.js';
import { asScalar, at, itemsOf, scalarAt, textAt, walk } from '../../src/yaml/query.js';

type Json = string | Json[] | { [key: string]: Json };

function toJson(node: YamlNode): Json {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'sequence') return node.items.map(toJson);
  if (node.kind === 'alias') return `*${node.name}`;
  return Object.fromEntries(node.entries.map(({ key, value }) => [key.value, toJson(value)]));
}

function read(text: string): Json[] {
  return parseYaml(text).documents.map(({ root }) => toJson(root));
}

describe('scalars', () => {
  test.each([
    ['a: 1.30', 'a', '1.30', 'plain', 3],
    ['a: "1.30" # b', 'a', '1.30', 'quoted', 4],
    ["a: '1.30'", 'a', '1.30', 'quoted', 4],
    ['{a: v1}', 'a', 'v1', 'plain', 4],
    ['a: {{ .b }}', 'a', '{{ .b }}', 'plain', 3],
    ['a: "{{ b }}-1"', 'a', '{{ b }}-1', 'quoted', 4],
    ['{"a":\t"v1"}', 'a', 'v1', 'quoted', 7],
    ['\uFEFFa: v1', 'a', 'v1', 'plain', 4],
    ['a: &x v1', 'a', 'v1', 'plain', 6],
    ['a: !Ref v1', 'a', 'v1', 'plain', 8],
  ])('%j', (text, key, value, style, start) => {
    const scalar = scalarAt(parseYaml(text).documents[0]?.root, key);
    expect(scalar).toMatchObject({ value, style, start, end: start + value.length, isVerbatim: true });
  });

  test.each([
    ['escapes', 'a: "v\\x31"', 'v1'],
    ['doubled quotes', "a: 'it''s'", "it's"],
    ['folded lines', 'a: b\n  c', 'b c'],
  ])('with %s are not what the file has letter by letter', (_, text, value) => {
    expect(scalarAt(parseYaml(text).documents[0]?.root, 'a')).toMatchObject({ value, isVerbatim: false });
  });

  test('in block style start at their first line', () => {
    const text = 'a: |\n  b\n  c\nd: e';
    const scalar = scalarAt(parseYaml(text).documents[0]?.root, 'a');
    expect(scalar).toMatchObject({ value: 'b\nc\n', style: 'block' });
    expect(text.slice(scalar?.start, scalar?.end)).toContain('  b\n  c');
  });

  test('that are missing are empty', () => {
    expect(read('a:\nb: ~')).toEqual([{ a: '', b: '~' }]);
  });
});

test('in JSON that is indented with tabs, and beside templates, are read as anywhere else', () => {
  expect(read('[\n\t{\n\t\t"a": "\\""\n\t}\n]')).toEqual([[{ a: '"' }]]);
  expect(read(`a: {{ x }}\nb: 'it''s'\nc: "{{ y }}\\n"`)).toEqual([
    { a: '{{ x }}', b: "it's", c: '{{ y }}\\n' },
  ]);
});

test('reads back any value that is written as JSON', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 8 }).filter((value) => !/\{\{|\}\}/.test(value));
  const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      text,
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(
        text.filter((key) => key !== '__proto__'),
        tie('tree'),
        { maxKeys: 3 },
      ),
    ),
  }));
  fc.assert(
    fc.property(tree, fc.constantFrom(0, 2, '\t'), (value, indent) => {
      expect(read(JSON.stringify(value, null, indent))).toEqual([value]);
    }),
    { numRuns: 1000 },
  );
});

describe('streams', () => {
  test('documents are split at the marker, whatever ends the line', () => {
    expect(splitDocuments('a\n---\nb\r\n---\r\nc\n--- # d\n----\n').length).toBe(4);
    expect(read('a: 1\n---\n\n---\n# nothing\n---\nb: 2')).toEqual([{ a: '1' }, { b: '2' }]);
  });

  test('a marker in a block scalar is text', () => {
    expect(read('a: |\n  ---\n  b\nc: d')).toEqual([{ a: '---\nb\n', c: 'd' }]);
  });

  test('one that cannot be read does not hide the others, and says where reading failed', () => {
    const { documents, problems } = parseYaml('a: 1\n---\nb: c: d\n---\ne: 2');
    expect(documents.map(({ root }) => toJson(root))).toEqual([{ a: '1' }, { e: '2' }]);
    expect(problems).toEqual([{ start: 5, end: 17, at: expect.any(Number), message: expect.any(String) }]);
    expect(problems[0]?.at).toBeGreaterThanOrEqual(9);
  });

  test('only wanted documents are parsed', () => {
    const { documents, problems } = parseYaml('a: 1\n---\nb: c: d', (document) => document.includes('a:'));
    expect([documents.length, problems.length]).toEqual([1, 0]);
  });

  test('a stretch that is indented as a whole is read by itself', () => {
    const text = 'x: |\n  a: 1\n  ---\n  b: 2\ny: 3';
    const { documents } = parseYaml(text, undefined, [5, 25]);
    expect(documents.map(({ root }) => toJson(root))).toEqual([{ a: '1' }, { b: '2' }]);
    expect(scalarAt(documents[1]?.root, 'b')?.start).toBe(text.indexOf('2'));
  });
});

describe('what people write', () => {
  test.each<[string, string, Json[]]>([
    ['duplicate keys', 'a: 1\na: 2', [{ a: '2' }]],
    ['a statement of a template', '{{- if .a }}\nb: 1\n{{- end }}', [{ b: '1' }]],
    ['a loop', '{% for x in y %}\nb: 1\n{% endfor %}', [{ b: '1' }]],
    ['a closing bracket at the indentation of its key', 'a: [\n  b,\n]\nc: d', [{ a: ['b'], c: 'd' }]],
    ['Windows line ends', 'a: 1\r\nb:\r\n  - c\r\n', [{ a: '1', b: ['c'] }]],
    ['JSON with tabs', '{\n\t"a": [\n\t\t"b"\n\t]\n}', [{ a: ['b'] }]],
  ])('%s', (_, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  test.each([
    ['tabs for indentation', 'a:\n\tb: 1'],
    ['a key without a colon', 'a: 1\nb\nc: 2'],
    ['a thousand levels', `a: ${'['.repeat(1000)}`],
    ['half a quote', 'a: "b'],
  ])('%s is a problem, not an exception', (_, text) => {
    const { documents, problems } = parseYaml(text);
    expect([documents.length, problems.length]).toEqual([0, 1]);
  });

  test.each(['', '\n', '# a', '---', '---\n---\n'])('%j holds nothing', (text) => {
    expect(parseYaml(text)).toEqual({ documents: [], problems: [] });
  });
});

describe('aliases', () => {
  const { documents } = parseYaml('a: &x {v: 1}\nb: *x\nc: *missing\nd: &y [1]\ne: *y');
  const root = documents[0]?.root;

  test('are followed one step', () => {
    expect(textAt(root, 'b', 'v')).toBe('1');
    expect(itemsOf(at(root, 'e')).map((item) => asScalar(item)?.value)).toEqual(['1']);
  });

  test('without a target lead nowhere', () => {
    expect(at(root, 'c')).toBeNull();
  });

  test('that multiply cost nothing', () => {
    const levels = 'bcdefghijklmnop'.replace(/./g, (name) => {
      const before = String.fromCharCode(name.charCodeAt(0) - 1);
      return `${name}: &${name} [${`*${before},`.repeat(10)}]\n`;
    });
    const [bomb] = parseYaml(`a: &a [x,x]\n${levels}`).documents;
    expect(bomb && [...walk(bomb.root)].length).toBeLessThan(1000);
  });
});

describe('walk', () => {
  test('visits parents first, in order, with the keys that lead there', () => {
    const [document] = parseYaml('a:\n  - b: 1\n  - c: 2\nd: 3').documents;
    const visits = document ? [...walk(document.root)] : [];
    expect(
      visits.flatMap(({ node, keys }) => (node.kind === 'scalar' ? [`${keys.join('.')}=${node.value}`] : [])),
    ).toEqual(['a.b=1', 'a.c=2', 'd=3']);
    expect(visits[0]).toMatchObject({ keys: [], parent: null });
  });
});

test('at asks only for what is there', () => {
  const [document] = parseYaml('a: {b: 1}').documents;
  expect(textAt(document?.root, 'a', 'b')).toBe('1');
  expect([at(document?.root, 'a', 'x'), at(document?.root, 'a', 'b', 'c'), at(null, 'a')]).toEqual([
    null,
    null,
    null,
  ]);
  expect(textAt(document?.root, 'a')).toBe('');
});
