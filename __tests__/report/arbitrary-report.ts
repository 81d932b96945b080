import fc from 'fast-check';
import { FINDING_KINDS, type FindingCode } from '../../src/findings/registry.js';
import type { Report, ReportFinding } from '../../src/report/report.js';

/** Texts as hostile files hold them: markup, escape sequences, mentions, workflow commands, half characters. */
export const hostileText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
      fc.constantFrom(
        '|',
        '`',
        '<script>',
        '</details>',
        '\n',
        '\r\n## x',
        '@octocat',
        '\u001b[31m',
        '::error::',
        '##[group]',
        ']]>',
        '-->',
        '&lt;',
        '](javascript:1)',
        '\ud800',
        '\u202e',
        '%0A',
        '$x$',
        '#1',
        '日本',
      ),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''));

const line = fc.nat({ max: 100_000 });
const place = fc.record({ path: hostileText, line });
const version = fc.oneof(hostileText, fc.constantFrom('v1.27.3', 'v3.24.6'));

const finding: fc.Arbitrary<ReportFinding> = fc.record({
  code: fc.constantFrom(...(Object.keys(FINDING_KINDS) as FindingCode[])),
  severity: fc.constantFrom('error', 'warning', 'notice'),
  message: hostileText,
  remedy: hostileText,
  source: fc.option(fc.oneof(hostileText, fc.webUrl({ withQueryParameters: true, withFragments: true }))),
  path: hostileText,
  line,
  column: fc.nat({ max: 500 }),
  related: fc.array(place, { maxLength: 3 }),
  cluster: fc.option(hostileText),
  isNew: fc.boolean(),
  fingerprint: fc.stringMatching(/^[0-9a-f]{32}$/),
});

const pair = fc.record({
  cluster: hostileText,
  kubernetes: version,
  calico: version,
  support: fc.constantFrom('tested' as const, 'untested' as const, 'broken' as const, 'unknown' as const),
  reason: hostileText,
  source: fc.oneof(hostileText, fc.webUrl()),
  kubernetesAt: fc.option(place),
  calicoAt: fc.option(place),
  live: fc.subarray(['kubernetes' as const, 'calico' as const]),
});

/** Any report whatever, its texts hostile. */
export const hostileReport: fc.Arbitrary<Report> = fc.record({
  schemaVersion: fc.constant(1 as const),
  mode: fc.constant('check' as const),
  result: fc.constantFrom('passed' as const, 'failed' as const, 'nothing-to-do' as const),
  clusters: fc.array(
    fc.record({
      name: hostileText,
      paths: fc.array(hostileText, { maxLength: 2 }),
      kubernetes: fc.array(version, { maxLength: 2 }),
      calico: fc.array(version, { maxLength: 2 }),
    }),
    { maxLength: 4 },
  ),
  pairs: fc.array(pair, { maxLength: 4 }),
  detections: fc.constant([]),
  skips: fc.array(fc.record({ reason: hostileText, path: hostileText, line, detail: hostileText }), {
    maxLength: 6,
  }),
  findings: fc.array(finding, { maxLength: 8 }),
  filesRead: fc.nat(),
  ignored: fc.array(
    fc.tuple(finding, hostileText).map(([ignored, ignoredBecause]) => ({ ...ignored, ignoredBecause })),
    { maxLength: 3 },
  ),
});
