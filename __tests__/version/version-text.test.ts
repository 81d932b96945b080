import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readVersionText } from '../../src/version/version-text.js';
import { type Component, formatVersion, isPlausible, parseVersion } from '../../src/version/version.js';

/** What a text says as `version exactness text@offset`, `floating text@offset` or `template variables`. */
function read(component: Component, text: string): string | null {
  const said = readVersionText(component, text);
  if (!said) return null;
  if (said.kind === 'template') return `template ${said.variables.map(({ name }) => name).join(',')}`;
  if (said.kind === 'floating') return `floating ${said.text}@${said.offset}`;
  return `${formatVersion(said.version)} ${said.exactness} ${said.text}@${said.offset}`;
}

describe('Calico', () => {
  test.each([
    ['v3.28.1', 'v3.28.1 patch v3.28.1@0'],
    [' 3.28.1 ', 'v3.28.1 patch 3.28.1@1'],
    ['v3.28.1@sha256:0a1b', 'v3.28.1 patch v3.28.1@0'],
    ['v3.28.1-amd64', 'v3.28.1 patch v3.28.1-amd64@0'],
    ['v3.28', 'v3.28 minor v3.28@0'],
    ['3.28.x', 'v3.28 minor 3.28.x@0'],
    ['release-v3.28', 'v3.28 minor v3.28@8'],
    ['~3.28', 'v3.28 range ~3.28@0'],
    ['^3.28.0', 'v3.28 range ^3.28.0@0'],
    ['>=3.28.0 <3.30.0', 'v3.28 range >=3.28.0 <3.30.0@0'],
    ['= 3.28.1', 'v3.28.1 patch 3.28.1@2'],
    ['latest', 'floating latest@0'],
    ['master', 'floating master@0'],
    ['*', 'floating *@0'],
    ['v3', 'floating v3@0'],
    ['{{ tag }}', 'template tag'],
    ['v${A}', 'template A'],
    ['${A:-v3.28.1}', 'v3.28.1 patch v3.28.1@5'],
    ["{{ a | default('v3.28.1') }}", 'v3.28.1 patch v3.28.1@16'],
  ])('%j', (text, expected) => {
    expect(read('calico', text)).toBe(expected);
  });

  test.each([
    '',
    ' ',
    'v1.28.1',
    'v3.18.0-2.0',
    'sha256:0a1b',
    'node',
    '3.28.1 and more',
    `v3.28.1${'0'.repeat(500)}`,
  ])('%j says nothing', (text) => {
    expect(read('calico', text)).toBeNull();
  });
});

describe('Kubernetes', () => {
  test.each([
    ['1.29', 'v1.29 minor 1.29@0'],
    ['v1.29.3+k3s1', 'v1.29.3 patch v1.29.3+k3s1@0'],
    ['v1.29.3%2Bk3s1', 'v1.29.3 patch v1.29.3@0'],
    ['1.29.3-00', 'v1.29.3 patch 1.29.3-00@0'],
    ['1.31.0-*', 'v1.31.0 patch 1.31.0@0'],
    ['stable-1.29', 'v1.29 minor 1.29@7'],
    ['1.29/stable', 'v1.29 minor 1.29@0'],
    ['1.32-classic/edge', 'v1.32 minor 1.32@0'],
    ['1.28.9-gke.1209000', 'v1.28.9 patch 1.28.9-gke.1209000@0'],
    ['stable', 'floating stable@0'],
  ])('%j', (text, expected) => {
    expect(read('kubernetes', text)).toBe(expected);
  });

  test.each(['v3.28.1', '1.2', 'v1.4.0', '2.30.0', 'latest stable'])('%j says nothing', (text) => {
    expect(read('kubernetes', text)).toBeNull();
  });
});

test('a version that is plausible is read back as it is written', () => {
  const part = fc.nat({ max: 99 });
  const component = fc.constantFrom<Component>('calico', 'kubernetes', 'tigera-operator', 'calicoctl');
  fc.assert(
    fc.property(
      component,
      fc.integer({ min: 1, max: 3 }),
      part,
      part,
      fc.boolean(),
      (of, major, minor, patch, v) => {
        const text = `${v ? 'v' : ''}${major}.${minor}.${patch}`;
        const version = parseVersion(text);
        const expected =
          version && isPlausible(of, version) ? `v${major}.${minor}.${patch} patch ${text}@0` : null;
        expect(read(of, text)).toBe(expected);
      },
    ),
  );
});

test('what is said stands where it is said to', () => {
  const parts = [
    'v',
    '3',
    '.',
    '28',
    '1',
    '-',
    '~',
    '>=',
    ' ',
    '{{ a }}',
    '${A:-',
    '}',
    'x',
    '*',
    'stable',
    '@sha256:ab',
    '%2B',
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 10 }), (words) => {
      const text = words.join('');
      for (const component of ['calico', 'kubernetes'] as const) {
        const said = readVersionText(component, text);
        if (said && said.kind !== 'template') expect(text.startsWith(said.text, said.offset)).toBe(true);
      }
    }),
  );
});
