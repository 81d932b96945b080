import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { scanText } from '../../src/check/scan.js';
import { DETECTORS } from '../../src/detectors/registry.js';
import { fixtureFolders, readFixtures } from './extract-fixture.js';

const SOURCES = join('src', 'detectors');
const TESTS = join('__tests__', 'detectors');
const folders = readdirSync(SOURCES, { withFileTypes: true }).filter((entry) => entry.isDirectory());
/** Formats that share the folder of another. */
const FOLDER_OF: Readonly<Record<string, string>> = { k3d: 'kind' };

describe.each(folders.map(({ name }) => name))('the detector %s', (name) => {
  test.each(['index.ts', 'extract.ts', 'README.md'])('has %s', (file) => {
    expect(existsSync(join(SOURCES, name, file))).toBe(true);
  });

  test('has fixtures and a table test', () => {
    expect(readFixtures(name).length).toBeGreaterThan(0);
    expect(readFileSync(join(TESTS, name, `${name}.test.ts`), 'utf8')).toContain(
      `describeFixtures('${name}'`,
    );
  });

  test('is registered', () => {
    expect(DETECTORS.map(({ format }) => FOLDER_OF[format] ?? format)).toContain(name);
  });

  test('says in its README what it reads, skips and does not reach, and whose form its fixtures have', () => {
    const text = readFileSync(join(SOURCES, name, 'README.md'), 'utf8');
    expect(text.startsWith(`# ${name}`)).toBe(true);
    for (const part of ['**Read**', '**Skips**', '**Not reported**', '**Limits**', '**Fixtures**']) {
      expect(text).toContain(part);
    }
    expect(text).toMatch(/\*\*Fixtures\*\*.* form of [\w.-]+\/[\w.-]+ `[^`]+`/);
    expect(text.split('\n').length).toBeLessThan(41);
  });

  test('finds something in one of its fixtures', () => {
    const formats = readFixtures(name).flatMap(({ path, text }) =>
      scanText(path, text).found.map(({ format }) => FOLDER_OF[format] ?? format),
    );
    expect(formats).toContain(name);
  });
});

test('no format is registered twice, and none without a folder', () => {
  const formats = DETECTORS.map(({ format }) => format);
  expect(new Set(formats).size).toBe(formats.length);
  const known = folders.map(({ name }) => name);
  expect(formats.filter((format) => !known.includes(FOLDER_OF[format] ?? format))).toEqual([]);
  expect(fixtureFolders().sort()).toEqual(known.sort());
});

describe('hints', () => {
  const fixtures = fixtureFolders().flatMap(readFixtures);

  test.each(fixtures)('let through all that the detectors would find in $path', ({ path, text }) => {
    const hinted = scanText(path, text);
    const everything = scanText(path, text, () => true);
    expect(hinted.found).toEqual(everything.found);
    expect(hinted.templates).toEqual(everything.templates);
    expect(hinted.facts).toEqual(everything.facts);
  });
});
