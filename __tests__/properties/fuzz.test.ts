import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import picomatch from 'picomatch';
import { runCheck } from '../../src/check/run-check.js';
import { scanText } from '../../src/check/scan.js';
import { InputError } from '../../src/errors.js';
import { parsePolicy } from '../../src/policy/parse-policy.js';
import { buildCheckReport } from '../../src/report/check-report.js';
import { parseYaml } from '../../src/yaml/parse.js';
import { walk } from '../../src/yaml/query.js';
import { createFakeWorkspace } from '../ports/fake-workspace.js';
import { bytes, FIXTURES, hostilePath, mutated, soup, yamlText } from './hostile-input.js';
import { findWrongPointers, offsetOf } from './pointers.js';

/** A thousand times what an input of this size takes: only what would never end is slower. */
const LONGEST_MS = 3_000;
const TIMEOUT_MS = 120_000;
/** The same inputs in every run, others with FUZZ_SEED; a failure prints the path to the input. FUZZ_TIMES multiplies. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_127);
const TIMES = Number(process.env['FUZZ_TIMES'] ?? 1);

function inputs(count: number): { readonly seed: number; readonly numRuns: number } {
  return { seed: SEED, numRuns: count * TIMES };
}

/** What is read from a file is whole, quickly there and points at itself. */
function expectReadable(path: string, text: string): void {
  const start = process.cpuUsage();
  const hinted = scanText(path, text);
  const everything = scanText(path, text, () => true);
  expect(process.cpuUsage(start).user / 1000).toBeLessThan(LONGEST_MS);
  expect(findWrongPointers(text, hinted)).toEqual([]);
  expect(findWrongPointers(text, everything)).toEqual([]);
}

describe('detectors never throw, end soon, and point at their own text', () => {
  test('in fixtures with lines and characters changed', () => {
    const run = fc.property(mutated, ({ path, text }) => expectReadable(path, text));
    fc.assert(run, inputs(5_000));
  });

  test('in tokens of every format in a row', () => {
    const run = fc.property(hostilePath, soup, expectReadable);
    fc.assert(run, inputs(3_000));
  });

  test('in random bytes', () => {
    const run = fc.property(hostilePath, bytes, expectReadable);
    fc.assert(run, inputs(1_000));
  });

  test('in random YAML', () => {
    const run = fc.property(hostilePath, yamlText, expectReadable);
    fc.assert(run, inputs(1_500));
  });
});

const anyText = fc.oneof(
  yamlText,
  soup,
  bytes,
  mutated.map(({ text }) => text),
);

test('the YAML reader never throws, and its scalars stand where it says', () => {
  const run = fc.property(anyText, (text) => {
    const { documents, problems } = parseYaml(text);
    for (const { start, end, at } of problems) {
      expect(start <= at && at <= end && end <= text.length).toBe(true);
    }
    for (const { start, end, root } of documents) {
      for (const { node } of walk(root)) {
        expect(node.start >= start && node.start <= end).toBe(true);
        if (node.kind === 'scalar' && node.isVerbatim)
          expect(text.slice(node.start, node.end)).toBe(node.value);
      }
    }
  });
  fc.assert(run, inputs(2_000));
});

const POLICY = `calico_version_matrix:
  "1.33":
    recommended_version: "v3.31.7"
    minimum_version: v3.30.7
    operator_version: "v1.40.15"
clusters:
  - name: prod
    paths: ["a/**", b.yaml]
ignore:
  - code: pair-untested
    cluster: lab
    reason: new Kubernetes first
    expires: 2027-01-31
`;
const changedPolicy = fc
  .array(fc.tuple(fc.nat({ max: POLICY.length }), fc.nat({ max: 20 }), fc.oneof(soup, fc.constant(''))), {
    maxLength: 3,
  })
  .map((edits) =>
    edits.reduce((text, [at, drop, put]) => text.slice(0, at) + put + text.slice(at + drop), POLICY),
  );

test('a policy file is read, or refused in one sentence that names its line', () => {
  const run = fc.property(fc.oneof({ weight: 2, arbitrary: changedPolicy }, anyText), (text) => {
    try {
      const { rows, clusters, exceptions } = parsePolicy('policy.yml', text);
      expect([rows, clusters, exceptions].every(Array.isArray)).toBe(true);
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      expect((error as InputError).message).toMatch(/^The policy file policy\.yml:\d+:\d+ /);
    }
  });
  fc.assert(run, inputs(2_000));
});

const GOOD = { 'clusters/good/vars.yml': 'kubernetes_version: v1.33.0\ncalico_version: v3.28.2\n' };
const FOLDERS = ['', 'clusters/a/', 'clusters/b/', 'base/', 'archive/'];
const tree = fc
  .array(
    fc.tuple(
      fc.constantFrom(...FOLDERS),
      fc.oneof(
        mutated,
        fc.record({ path: hostilePath, text: anyText }),
        fc.record({
          path: fc.constantFrom('link', 'link.yaml'),
          text: fc.constantFrom('-> base', '-> link', '-> /etc', '-> ..'),
        }),
      ),
    ),
    { maxLength: 6 },
  )
  .map((files) => Object.fromEntries(files.map(([folder, { path, text }]) => [folder + path, text])));

test(
  'a whole check never throws, and never loses a file for the sake of others',
  async () => {
    const run = fc.asyncProperty(tree, async (hostile) => {
      const files: Record<string, string> = { ...hostile, ...GOOD };
      const outcome = await runCheck(createFakeWorkspace(files), null, {
        directory: '',
        isExcluded: () => false,
        isIncluded: null,
        policy: parsePolicy('policy.yml', POLICY),
        matchGlob: (glob, path) => picomatch.isMatch(path, glob),
        kubernetes: null,
        failOn: 'error',
        today: '2026-01-01',
      });
      const { detections, pairs } = buildCheckReport(outcome);
      for (const { path, line, column, text } of detections) {
        const source = files[path] ?? '';
        expect(source.startsWith(text, offsetOf(source, { line, column }))).toBe(true);
      }
      const here = { path: 'clusters/good/vars.yml' };
      expect(pairs).toContainEqual(
        expect.objectContaining({
          support: 'untested',
          kubernetesAt: { ...here, line: 1 },
          calicoAt: { ...here, line: 2 },
        }),
      );
    });
    await fc.assert(run, inputs(700));
  },
  TIMEOUT_MS,
);

test('the fixtures that are changed are all of them', () => {
  expect(FIXTURES.length).toBeGreaterThan(100);
});
