import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { maskExpressions, maskTemplates } from '../../src/text/mask.js';

describe('maskExpressions', () => {
  test.each([
    ['a: {{ b }}', 'a: TTTTTTT'],
    ['a: ${{ b }}c', 'a: TTTTTTTTc'],
    ['a: {{ b }}:{{ c }}', 'a: TTTTTTT:TTTTTTT'],
    ['a: {{ b', 'a: {{ b'],
    ['a: {b: {c: 1}}', 'a: {b: {c: 1}}'],
    [`{{${' '.repeat(2100)}}} {{ a }}`, `{{${' '.repeat(2100)}}} TTTTTTT`],
  ])('%j', (text, expected) => {
    expect(maskExpressions(text)).toBe(expected);
  });
});

describe('maskTemplates', () => {
  test.each([
    ['{{- if .a }}\nb: 1\n{{- end }}', '            \nb: 1\n          '],
    ['a: {{ .b }}', 'a: TTTTTTTT'],
    ['{{ .Values.all }}\nb: 1', 'TTTTTTTTTTTTTTTTT\nb: 1'],
    ['{{ toYaml .b | nindent 2 }}', ' '.repeat(27)],
    ['{{/* a: 1\n b */}}\nc: 1', '         \n       \nc: 1'],
    ['{% for a in b %}\nc: 1\n{% endfor %}', `${' '.repeat(16)}\nc: 1\n${' '.repeat(12)}`],
    ['{# a #}b: 1', '       b: 1'],
    ['<% if a %>\nb: 1', '          \nb: 1'],
    ['%{ if a }\nb: 1\n%{ endif }', '         \nb: 1\n          '],
    ['${all}\nb: 1', '      \nb: 1'],
    ['a: ${b}', 'a: ${b}'],
    ['a: ${#b}', 'a: ${#b}'],
  ])('%j', (text, expected) => {
    expect(maskTemplates(text)).toBe(expected);
  });
});

test('masking keeps the length and the lines', () => {
  const text = fc
    .array(
      fc.constantFrom(
        '{{',
        '}}',
        '{{/*',
        '*/',
        '{%',
        '%}',
        '{#',
        '#}',
        '<%',
        '%>',
        '${',
        '}',
        '\n',
        '\r\n',
        'a: ',
        'if ',
      ),
    )
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, (before) => {
      for (const mask of [maskExpressions, maskTemplates]) expect(mask(before).length).toBe(before.length);
      expect(maskTemplates(before).split('\n').length).toBeGreaterThan(0);
    }),
  );
});
