import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FINDING_KINDS } from '../../src/findings/registry.js';
import type { Report } from '../../src/report/report.js';
import { renderSarif, SARIF_LIMITS, type SarifOptions } from '../../src/report/sarif.js';
import { hostileReport } from './arbitrary-report.js';
import { buildFailedReport, buildFinding, buildReport } from './build-report.js';

interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly message: { readonly text: string };
  readonly partialFingerprints: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

const options: SarifOptions = {
  toolVersion: '0.1.0',
  docsUrl: 'https://example.com/findings.md',
  withIgnored: true,
};

function readRun(report: Report, over: Partial<SarifOptions> = {}) {
  const log = JSON.parse(renderSarif(report, { ...options, ...over })) as {
    runs: [
      { tool: { driver: { rules: Record<string, unknown>[] } }; results: Result[]; invocations: unknown[] },
    ];
  };
  return log.runs[0];
}

const fingerprintsOf = (report: Report): readonly string[] =>
  readRun(report).results.map((result) => result.partialFingerprints['calicoUpgradeFinding/v1'] ?? '');

test('a finding becomes a result at its place, with related places linked from the message', () => {
  const [result] = readRun(buildFailedReport()).results;
  expect(result).toEqual({
    ruleId: 'pair-untested',
    ruleIndex: 1,
    level: 'error',
    message: {
      text: 'Calico v3.24.6 is not tested with Kubernetes v1.27.3. Move Calico to v3.26.4. See also [clusters/prod/kind.yaml:4](1).',
    },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: 'clusters/prod/calico.yaml', uriBaseId: '%SRCROOT%' },
          region: { startLine: 4803, startColumn: 18 },
        },
      },
    ],
    relatedLocations: [
      {
        id: 1,
        physicalLocation: {
          artifactLocation: { uri: 'clusters/prod/kind.yaml', uriBaseId: '%SRCROOT%' },
          region: { startLine: 4 },
        },
        message: { text: 'Also concerned' },
      },
    ],
    partialFingerprints: { 'calicoUpgradeFinding/v1': 'f1:1' },
    baselineState: 'new',
    properties: {
      remedy: 'Move Calico to v3.26.4.',
      cluster: 'prod',
      source: 'https://docs.tigera.io/calico/3.24/getting-started/kubernetes/requirements',
    },
  });
});

test('severities become levels, and what the base branch has is unchanged', () => {
  const { results } = readRun(buildFailedReport());
  expect(results.map(({ level, baselineState }) => [level, baselineState])).toEqual([
    ['error', 'new'],
    ['warning', 'unchanged'],
    ['note', 'new'],
    ['warning', 'new'],
  ]);
});

describe('ignored findings', () => {
  test('are suppressed with the reason of the policy', () => {
    expect(readRun(buildFailedReport()).results.at(-1)?.['suppressions']).toEqual([
      { kind: 'external', status: 'accepted', justification: 'Tried on Friday.' },
    ]);
  });

  test('can be left out', () => {
    expect(readRun(buildFailedReport(), { withIgnored: false }).results).toHaveLength(3);
  });
});

describe('rules', () => {
  const { rules } = readRun(buildReport()).tool.driver;

  test('are all codes, in the order that results name them by', () => {
    expect(rules.map((rule) => rule['id'])).toEqual(Object.keys(FINDING_KINDS));
    for (const result of readRun(buildFailedReport()).results)
      expect(rules[result.ruleIndex]?.['id']).toBe(result.ruleId);
  });

  test('explain the code and say what to do', () => {
    expect(rules[0]).toEqual({
      id: 'pair-broken',
      name: 'PairBroken',
      shortDescription: { text: FINDING_KINDS['pair-broken'].title },
      fullDescription: { text: FINDING_KINDS['pair-broken'].explanation },
      help: {
        text: `${FINDING_KINDS['pair-broken'].explanation}\n\n${FINDING_KINDS['pair-broken'].remedy}`,
        markdown: `${FINDING_KINDS['pair-broken'].explanation}\n\n**What to do:** ${FINDING_KINDS['pair-broken'].remedy}`,
      },
      helpUri: 'https://example.com/findings.md#pair-broken',
      defaultConfiguration: { level: 'error' },
      properties: {
        tags: ['calico', 'kubernetes', 'compatibility'],
        precision: 'high',
        'problem.severity': 'error',
      },
    });
  });
});

describe('fingerprints', () => {
  const finding = buildFinding({ message: 'calico.yaml:12 and line 40 differ.' });

  test('stay when the finding moves within its file', () => {
    const moved = { ...finding, line: 9, column: 2, message: 'calico.yaml:19:4 and line 47 differ.' };
    expect(fingerprintsOf(buildReport({ findings: [moved] }))).toEqual(
      fingerprintsOf(buildReport({ findings: [finding] })),
    );
  });

  test('are the finding’s own', () => {
    const other = buildReport({ findings: [{ ...finding, fingerprint: 'f2' }] });
    expect(fingerprintsOf(other)).toEqual(['f2:1']);
  });

  test('of two alike differ in their number', () => {
    const [first, second] = fingerprintsOf(buildReport({ findings: [finding, { ...finding, line: 1 }] }));
    expect(second).toBe(first?.replace(/:1$/, ':2'));
  });
});

test('paths are percent-encoded, and a finding about no line has no region', () => {
  const [result] = readRun(
    buildReport({ findings: [buildFinding({ path: 'a b/ü#?.yaml', line: 0 })] }),
  ).results;
  expect(result?.['locations']).toEqual([
    { physicalLocation: { artifactLocation: { uri: 'a%20b/%C3%BC%23%3F.yaml', uriBaseId: '%SRCROOT%' } } },
  ]);
});

test('text of a file makes no link in a message', () => {
  const [result] = readRun(
    buildReport({ findings: [buildFinding({ message: 'See [here](https://evil.example).' })] }),
  ).results;
  expect(result?.message.text).toBe('See [here] (https://evil.example). Move Calico to v3.26.4.');
});

test('what GitHub would drop is left out, the least bad first, and counted', () => {
  const findings = [
    ...Array.from({ length: 5000 }, (_, line) => buildFinding({ severity: 'notice', line })),
    buildFinding({ severity: 'error' }),
  ];
  const run = readRun(buildReport({ findings }));
  expect(run.results).toHaveLength(SARIF_LIMITS.results);
  expect(run.results[0]?.['level']).toBe('error');
  expect(run.invocations).toEqual([
    {
      executionSuccessful: true,
      toolExecutionNotifications: [
        { level: 'warning', message: { text: '1 more finding left out; report.json lists all.' } },
      ],
    },
  ]);
});

test('no result is larger than GitHub takes', () => {
  const related = Array.from({ length: 2000 }, (_, line) => ({ path: `${'p'.repeat(300)}.yaml`, line }));
  const [result] = readRun(
    buildReport({ findings: [buildFinding({ message: 'm'.repeat(9000), related })] }),
  ).results;
  expect(result?.message.text.length).toBeLessThanOrEqual(SARIF_LIMITS.message);
  expect(result?.['relatedLocations']).toHaveLength(SARIF_LIMITS.locations - 1);
});

test('addresses of places are relative and lead nowhere else, whatever the paths are', () => {
  fc.assert(
    fc.property(hostileReport, (report) => {
      const uris = [...renderSarif(report, options).matchAll(/"uri": "([^"]*)"/g)].map(
        (match) => match[1] ?? '',
      );
      for (const uri of uris) expect(uri).toMatch(/^(?:[\w\-.!~*'()/]|%[0-9A-F]{2})+$/);
    }),
  );
});
