/* eslint jest/no-export: off -- the table tests of every detector are made here */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { scanText } from '../../src/check/scan.js';
import type { Fact } from '../../src/detectors/detector.js';
import { formatVersion } from '../../src/version/version.js';

/** A fixture: its path below the folder `fixtures`, which is its path in a repository, and its text. */
export interface Fixture {
  readonly path: string;
  readonly text: string;
}

/** What a scan reads from a file, one line of text each; whatever is left out of a table is empty. */
export interface Reading {
  /** `line:column component version "text" format subject`; ≥ is the lowest of a range. */
  readonly found?: readonly string[];
  /** `line:column component "text" < variables it reads`. */
  readonly templates?: readonly string[];
  /** `line reason`. */
  readonly skips?: readonly string[];
  /** `line:column kind what`. */
  readonly facts?: readonly string[];
  /** Paths that the file names. */
  readonly references?: readonly string[];
}

const FOLDER = 'fixtures';

/** The fixtures of a detector, in the order of their paths. */
export function readFixtures(format: string): Fixture[] {
  const root = join('__tests__', 'detectors', format, FOLDER);
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ path: relative(root, file).split(sep).join('/'), text: readFileSync(file, 'utf8') }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Names of the folders of `__tests__/detectors` that hold fixtures. */
export function fixtureFolders(): string[] {
  const entries = readdirSync(join('__tests__', 'detectors'), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** One test for each fixture of a detector: exactly this comes out of a scan of it. */
export function describeFixtures(format: string, table: Readonly<Record<string, Reading>>): void {
  const fixtures = readFixtures(format);
  describe(`${format}: fixtures`, () => {
    test.each(fixtures)('$path', ({ path, text }) => {
      expect({ path, ...readText(path, text) }).toEqual({ path, ...EMPTY, ...table[path] });
    });

    test('every row of the table has a fixture, and every fixture a row', () => {
      expect(Object.keys(table).sort()).toEqual(fixtures.map(({ path }) => path));
    });
  });
}

const EMPTY: Required<Reading> = { found: [], templates: [], skips: [], facts: [], references: [] };

/** What a scan reads from a text, as lines of a table. */
export function readText(path: string, text: string): Required<Reading> {
  const { found, templates, skips, facts, references } = scanText(path, text);
  return {
    found: found
      .toSorted(byOffset)
      .map((each) =>
        [
          at(each.location),
          each.component,
          versionOf(each),
          JSON.stringify(each.text),
          each.format,
          each.subject.kind,
        ].join(' '),
      ),
    templates: templates
      .toSorted(byOffset)
      .map(
        ({ location, component, text, variables }) =>
          `${at(location)} ${component} ${JSON.stringify(text)} < ${variables.map(({ name }) => name).join(', ')}`,
      ),
    skips: skips.map(({ line, reason }) => `${line} ${reason}`),
    facts: facts.toSorted(byOffset).map((fact) => `${at(fact.location)} ${fact.kind} ${describeFact(fact)}`),
    references: [...new Set(references.toSorted(byOffset).map(({ target }) => target))],
  };
}

function byOffset(a: { readonly offset: number }, b: { readonly offset: number }): number {
  return a.offset - b.offset;
}

function at({ line, column }: { readonly line: number; readonly column: number }): string {
  return `${line}:${column}`;
}

function versionOf({ version, exactness }: ReturnType<typeof scanText>['found'][number]): string {
  return version ? `${exactness === 'range' ? '≥' : ''}${formatVersion(version)}` : 'floating';
}

function describeFact(fact: Fact): string {
  if (fact.kind === 'object') return `${fact.apiVersion} ${fact.objectKind} ${fact.name}`;
  return fact.kind === 'apply' ? `${fact.mode} ${fact.target}` : fact.name;
}
