import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import picomatch from 'picomatch';
import { createFileWorkspace } from '../../src/adapters/file-workspace.js';
import type { CheckOptions } from '../../src/check/run-check.js';
import { runCheck } from '../../src/check/run-check.js';
import { scanText } from '../../src/check/scan.js';
import { parsePolicy } from '../../src/policy/parse-policy.js';
import { buildCheckReport } from '../../src/report/check-report.js';
import { fixtureFolders, readFixtures } from '../detectors/extract-fixture.js';
import { findOutsideData } from './outside-data.js';
import { findWrongPointers, offsetOf } from './pointers.js';

const OPTIONS: CheckOptions = {
  directory: '',
  isExcluded: (path) => path.split('/').includes('.git'),
  isIncluded: null,
  policy: parsePolicy('policy.yml', ''),
  matchGlob: (glob, path) => picomatch.isMatch(path, glob),
  kubernetes: null,
  failOn: 'error',
  today: '2026-01-01',
};

describe('what is read from a fixture points at its own text', () => {
  test.each(fixtureFolders().flatMap(readFixtures))('$path', ({ path, text }) => {
    expect(findWrongPointers(text, scanText(path, text))).toEqual([]);
    expect(scanText(path, text)).toEqual(scanText(path, text));
    // Nothing hangs on how lines end, nor on where in the file a document starts
    const windows = text.replaceAll(/\r?\n/g, '\r\n');
    expect(findWrongPointers(windows, scanText(path, windows))).toEqual([]);
    const later = `# ${'ü😀'.repeat(20)}\n\n${text}`;
    expect(findWrongPointers(later, scanText(path, later))).toEqual([]);
  });
});

test('a pointer that is off by one is noticed', () => {
  const text = 'a: 1\ncalico_version: v3.28.1\n';
  const read = scanText('vars.yaml', text);
  const [found] = read.found;
  expect(found).toBeDefined();
  const moved = { ...read, found: read.found.map((each) => ({ ...each, offset: each.offset + 1 })) };
  expect(findWrongPointers(text, moved).length).toBeGreaterThan(0);
  const elsewhere = {
    ...read,
    found: read.found.map((each) => ({ ...each, versionOffset: each.versionOffset - 1 })),
  };
  expect(findWrongPointers(text, elsewhere).length).toBeGreaterThan(0);
  const wrongLine = read.found.map((each) => ({ ...each, location: { ...each.location, line: 1 } }));
  expect(findWrongPointers(text, { ...read, found: wrongLine }).length).toBeGreaterThan(0);
});

/** What `check` reports of a folder, and each detection that does not stand where the report says. */
async function checkFolder(
  root: string,
): Promise<{ readonly detections: number; readonly wrong: readonly string[] }> {
  const outcome = await runCheck(createFileWorkspace(root), null, OPTIONS);
  const { detections } = buildCheckReport(outcome);
  const wrong = detections.flatMap(({ path, line, column, text }) => {
    const source = readFileSync(join(root, path), 'utf8');
    const offset = offsetOf(source, { line, column });
    return offset >= 0 && source.startsWith(text, offset) ? [] : [`${path}:${line}:${column} ${text}`];
  });
  const pointers = outcome.judgement.files.flatMap((file) =>
    findWrongPointers(readFileSync(join(root, file.path), 'utf8'), file),
  );
  return { detections: detections.length, wrong: [...wrong, ...pointers] };
}

test('every detection of the example’s report stands where it says', async () => {
  const { detections, wrong } = await checkFolder(join('examples', 'fleet'));
  expect(wrong).toEqual([]);
  expect(detections).toBeGreaterThan(10);
});

const corpus = findOutsideData('CALICO_CORPUS', '../shared/corpus');
/** Skipped where there are no public repositories to look at. */
const describeCorpus = corpus === null ? describe.skip : describe;

describeCorpus('public repositories (CALICO_CORPUS)', () => {
  test('every detection of the report stands where it says', async () => {
    const entries = readdirSync(corpus ?? '', { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(entries.length).toBeGreaterThan(0);
    for (const { name } of entries) {
      const { detections, wrong } = await checkFolder(join(corpus ?? '', name));
      expect({ name, wrong }).toEqual({ name, wrong: [] });
      expect(detections).toBeGreaterThan(0);
    }
  });
});
