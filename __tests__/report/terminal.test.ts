import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { renderTerminal } from '../../src/report/terminal.js';
import { displayWidth } from '../../src/report/text.js';
import { hostileReport } from './arbitrary-report.js';
import { buildFailedReport, buildFinding, buildPair, buildReport } from './build-report.js';

/** A pair of which one cell is a character that takes no width. */
const unseen = buildReport({ pairs: [buildPair({ cluster: '', kubernetes: '\u{e0020}' })] });
const plain = { colour: false, width: 100 };

test('shows pairs, findings worst first, exceptions and skips, and ends with the verdict', () => {
  expect(renderTerminal(buildFailedReport(), plain)).toBe(`\
CLUSTER  KUBERNETES  CALICO   SUPPORT     WHERE
prod     v1.27.3     v3.24.6  untested    clusters/prod/calico.yaml:4803
edge     -           v3.28.0  not judged  (no Kubernetes version found)
dev      v1.29.2     v3.27.3  tested      clusters/dev/calico.yaml:12

1 error
  clusters/prod/calico.yaml:4803:18  error pair-untested  Calico v3.24.6 is not tested with Kubernetes v1.27.3.
      Move Calico to v3.26.4.
      see also clusters/prod/kind.yaml:4
      https://docs.tigera.io/calico/3.24/getting-started/kubernetes/requirements

1 warning
  clusters/edge/calico.yaml:7:1  warning kubernetes-unknown  Nothing says which Kubernetes the cluster edge runs. (on the base branch already)
      Set the input kubernetes-version.

1 notice
  clusters/dev/calico.yaml:12:9  notice newer-patch  Calico v3.27.5 is out.
      Move to v3.27.5.
      https://github.com/projectcalico/calico/releases/tag/v3.27.5

ignored by the policy: 1 warning

skipped 5 places
  4 template: charts/x/templates/ds.yaml:12, charts/x/templates/ds.yaml:13, charts/x/templates/ds.yaml:14, and 1 more
  1 too-large: big.yaml

failed: 1 error, 1 warning, 1 notice (2 new) in 3 clusters (412 files read)
`);
});

test('says only the verdict where there is nothing else to say', () => {
  const report = buildReport({ clusters: [], pairs: [], filesRead: 0 });
  expect(renderTerminal(report, plain)).toBe('passed: no findings in 0 clusters (0 files read)\n');
});

test.each([
  [['v1.29.2'], [], '(no Calico found)'],
  [[], ['v3.27.3'], '(no Kubernetes version found)'],
  [[], [], '(no Kubernetes version and no Calico found)'],
  [['v1.29'], ['v3.27.3'], '(no pair of exact versions)'],
])('says why a cluster with Kubernetes %j and Calico %j has no pair', (kubernetes, calico, reason) => {
  const report = buildReport({ clusters: [{ name: 'dev', paths: [], kubernetes, calico }], pairs: [] });
  expect(renderTerminal(report, plain)).toContain(`not judged  ${reason}`);
});

test('cuts the table to the width: clusters and places lose their start', () => {
  const pair = buildPair({
    cluster: 'clusters/europe/production/blue',
    calicoAt: { path: 'clusters/europe/production/blue/calico.yaml', line: 12 },
  });
  const report = buildReport({ pairs: [pair], clusters: [] });
  expect(renderTerminal(report, { colour: false, width: 70 }).split('\n').slice(0, 2)).toEqual([
    'CLUSTER              KUBERNETES  CALICO   SUPPORT  WHERE',
    '…pe/production/blue  v1.29.2     v3.27.3  tested   …lue/calico.yaml:12',
  ]);
});

describe('colours', () => {
  test('are used when asked for', () => {
    const text = renderTerminal(buildFailedReport(), { colour: true, width: 100 });
    expect(text).toContain('\u001b[31muntested\u001b[0m');
    expect(text).toContain('\u001b[31mfailed: 1 error');
  });

  test('leave the columns where they are', () => {
    const coloured = renderTerminal(buildFailedReport(), { colour: true, width: 60 });
    // eslint-disable-next-line no-control-regex
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(
      renderTerminal(buildFailedReport(), { colour: false, width: 60 }),
    );
  });
});

test('wide characters keep the columns aligned', () => {
  const pairs = [buildPair({ cluster: '本番' }), buildPair({ cluster: 'dev' })];
  const [, first, second] = renderTerminal(buildReport({ pairs, clusters: [] }), plain).split('\n');
  expect([first, second]).toEqual([
    '本番     v1.29.2     v3.27.3  tested   clusters/dev/calico.yaml:12',
    'dev      v1.29.2     v3.27.3  tested   clusters/dev/calico.yaml:12',
  ]);
});

test('escape sequences of a file are shown, not obeyed', () => {
  const report = buildReport({
    findings: [buildFinding({ message: 'tag \u001b[2Jv3\n::error::x', path: 'a\u202eb.yaml' })],
  });
  const text = renderTerminal(report, plain);
  expect(text).toContain('tag ␛[2Jv3 ::error::x');
  expect(text).toContain('a\ufffdb.yaml:4803');
});

test('no report puts a control character or a line of its own into the text, nor widens the table', () => {
  fc.assert(
    fc.property(hostileReport, fc.integer({ min: 1, max: 120 }), (report, width) => {
      const lines = renderTerminal(report, { colour: false, width }).split('\n');
      expect(lines.join('')).not.toMatch(/\p{Cc}/u);
      const isTable = report.pairs.length + report.clusters.length > 0;
      const table = isTable ? lines.slice(0, lines.indexOf('')) : [];
      for (const line of table) expect(displayWidth(line)).toBeLessThanOrEqual(width);
      expect(lines.at(-2)).toMatch(/^(passed|failed|nothing to do): /);
    }),
    { examples: [[unseen, 1]] },
  );
});
