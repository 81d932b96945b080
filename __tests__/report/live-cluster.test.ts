import { expect, test } from '@jest/globals';
import { renderHtml } from '../../src/report/html.js';
import { renderJunit } from '../../src/report/junit.js';
import { renderSarif } from '../../src/report/sarif.js';
import { renderSummary } from '../../src/report/summary.js';
import { renderTerminal } from '../../src/report/terminal.js';
import { buildFinding, buildPair, buildReport } from './build-report.js';

/** A pair that runs and that no file says, and the finding about it. */
const report = buildReport({
  result: 'failed',
  clusters: [{ name: 'admin@prod', paths: [], kubernetes: ['v1.27.3'], calico: ['v3.24.6'] }],
  pairs: [
    buildPair({
      cluster: 'admin@prod',
      kubernetes: 'v1.27.3',
      calico: 'v3.24.6',
      support: 'untested',
      kubernetesAt: null,
      calicoAt: null,
      live: ['kubernetes', 'calico'],
    }),
  ],
  findings: [
    buildFinding({
      path: '',
      line: 0,
      column: 0,
      cluster: 'admin@prod',
      message: 'Calico v3.24.6 with Kubernetes v1.27.3 is not tested.',
    }),
  ],
});

test('what runs is marked as such in every form for people', () => {
  for (const text of [
    renderTerminal(report, { colour: false, width: 140 }),
    renderSummary(report, { blobUrl: 'https://example.com/blob/1', runUrl: null }),
    renderHtml(report),
  ]) {
    expect(text).toContain('v1.27.3 (live)');
    expect(text).toContain('v3.24.6 (live)');
    expect(text).toContain('live cluster');
    expect(text).not.toContain('https://example.com/blob/1/');
  }
});

test('in JUnit the error fails the test of its pair', () => {
  const text = renderJunit(report);
  expect(text).toContain('tests="1" failures="1"');
  expect(text).toContain('name="Calico v3.24.6 with Kubernetes v1.27.3 (live cluster)"');
});

test('SARIF leaves out what has no place, and says how many that are', () => {
  const { runs } = JSON.parse(
    renderSarif(report, { toolVersion: '1.0.0', docsUrl: null, withIgnored: false }),
  ) as {
    readonly runs: readonly [
      { readonly results: readonly object[]; readonly invocations: readonly [object] },
    ];
  };
  expect(runs[0].results).toEqual([]);
  expect(JSON.stringify(runs[0].invocations)).toContain('1 more finding left out');
});
