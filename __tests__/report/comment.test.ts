import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { COMMENT_LIMIT, commentMarker, renderComment, shouldComment } from '../../src/report/comment.js';
import { hostileReport, hostileText } from './arbitrary-report.js';
import { buildFailedReport, buildFinding, buildPair, buildReport } from './build-report.js';

const noLinks = { blobUrl: null, runUrl: null };
const links = { blobUrl: 'https://github.com/o/r/blob/abc', runUrl: 'https://github.com/o/r/actions/runs/1' };
const marker = commentMarker('.');

test('shows the verdict, the pairs, and every finding with what to do', () => {
  expect(renderComment(buildFailedReport(), marker, noLinks)).toBe(`\
<!-- calico-upgrade-action:check . -->
## ❌ Calico and Kubernetes: failed

**failed: 1 error, 1 warning, 1 notice (2 new) in 3 clusters (412 files read)**

| Cluster | Kubernetes | Calico | Support | Where |
|---|---|---|---|---|
| prod | v1.27.3 | v3.24.6 | [❌ untested](https://docs.tigera.io/calico/3.27/getting-started/kubernetes/requirements) | <code>clusters/prod/calico.yaml:4803</code> |
| edge | – | v3.28.0 | ➖ not judged | no Kubernetes version found |
| dev | v1.29.2 | v3.27.3 | [✅ tested](https://docs.tigera.io/calico/3.27/getting-started/kubernetes/requirements) | <code>clusters/dev/calico.yaml:12</code> |

### Errors (1)

- **pair-untested** · <code>clusters/prod/calico.yaml:4803</code> · cluster prod<br>Calico v3.24.6 is not tested with Kubernetes v1.27.3.<br>➜ Move Calico to v3.26.4.<br>See also <code>clusters/prod/kind.yaml:4</code>. [Source](https://docs.tigera.io/calico/3.24/getting-started/kubernetes/requirements)

### Warnings (1)

- **kubernetes-unknown** · <code>clusters/edge/calico.yaml:7</code> · cluster edge · on the base branch already<br>Nothing says which Kubernetes the cluster edge runs.<br>➜ Set the input kubernetes-version.

<details><summary>Notices (1)</summary>

- **newer-patch** · <code>clusters/dev/calico.yaml:12</code> · cluster dev<br>Calico v3.27.5 is out.<br>➜ Move to v3.27.5.<br>[Source](https://github.com/projectcalico/calico/releases/tag/v3.27.5)

</details>

<details><summary>Ignored by the policy: 1 warning</summary>

- warning **floating-version** · <code>clusters/prod/calico.yaml:4803</code><br>Tried on Friday.

</details>

<details><summary>Skipped: 5 places that could not be judged</summary>

- 4 × template: <code>charts/x/templates/ds.yaml:12</code>, <code>charts/x/templates/ds.yaml:13</code>, <code>charts/x/templates/ds.yaml:14</code>, and 1 more
- 1 × too-large: <code>big.yaml</code>

</details>
`);
});

test('links places to their lines and ends with the run', () => {
  const body = renderComment(buildFailedReport(), marker, links);
  expect(body).toContain('](https://github.com/o/r/blob/abc/clusters/prod/kind.yaml#L4)');
  expect(body).toMatch(
    /\n\[The run and its full report\]\(https:\/\/github\.com\/o\/r\/actions\/runs\/1\)\n$/,
  );
});

test('a report without findings is short', () => {
  const body = renderComment(buildReport({ clusters: [], pairs: [] }), marker, noLinks);
  expect(body).toBe(
    `${marker}\n## ✅ Calico and Kubernetes: passed\n\n**passed: no findings in 0 clusters (1 file read)**\n`,
  );
});

describe('a report too large for a comment', () => {
  const message = 'x'.repeat(900);
  const report = buildReport({
    clusters: [],
    pairs: Array.from({ length: 500 }, (_, index) =>
      buildPair({ cluster: `c${index}`, support: index === 499 ? 'broken' : 'tested' }),
    ),
    findings: [
      ...Array.from({ length: 30 }, (_, line) => buildFinding({ message, line })),
      ...Array.from({ length: 50 }, (_, line) => buildFinding({ severity: 'notice', message, line })),
    ],
  });
  const body = renderComment(report, marker, links);

  test('is cut to the limit', () => {
    expect(body.length).toBeLessThanOrEqual(COMMENT_LIMIT);
    expect(body.length).toBeGreaterThan(COMMENT_LIMIT - 1500);
  });

  test('keeps the errors and the broken pair, and counts the rest', () => {
    expect(body.match(/\*\*pair-untested\*\*/g)?.length).toBeGreaterThanOrEqual(30);
    expect(body).toContain('### Errors (30)');
    expect(body).toContain('❌ broken');
    expect(body).toMatch(/_… and \d+ more rows; report\.json lists all\._/);
    expect(body).toContain('_… and 50 more notices; report.json lists all._');
  });
});

test('nothing in a report becomes markup, a mention, or a table cell of its own', () => {
  fc.assert(
    fc.property(hostileReport, (report) => {
      const body = renderComment(report, marker, links);
      const text = body.replace(/\]\(https?:[^)\s]*\)/g, ']').slice(marker.length);
      expect(text).not.toMatch(/@[\w-]/);
      expect(text).not.toMatch(/<(?!\/?(?:code|details|summary)>|br>)/);
      expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
      for (const row of text.split('\n').filter((line) => line.startsWith('|')))
        expect(row.split('|')).toHaveLength(7);
      const lines = text.split('\n').filter((line) => line !== '');
      for (const line of lines) expect(line).toMatch(/^(?:##|\||- |\*\*|<details>|<\/details>|_…|\[)/);
    }),
  );
});

test('stays within any limit that holds its frame', () => {
  fc.assert(
    fc.property(hostileReport, fc.integer({ min: 2000, max: 5000 }), (report, limit) => {
      expect(renderComment(report, marker, links, limit).length).toBeLessThanOrEqual(limit);
    }),
  );
});

describe('commentMarker', () => {
  test('differs for different directories, and is a comment whatever the directory is called', () => {
    expect(commentMarker('a')).not.toBe(commentMarker('b'));
    fc.assert(
      fc.property(hostileText, (scope) =>
        expect(commentMarker(scope)).toMatch(/^<!-- calico-upgrade-action:check (?:(?!--)[^<>\n])* -->$/),
      ),
    );
  });
});

test.each([
  ['always', 'passed', true],
  ['always', 'failed', true],
  ['on-failure', 'passed', false],
  ['on-failure', 'nothing-to-do', false],
  ['on-failure', 'failed', true],
  ['on-failure', 'rolled-back', true],
  ['never', 'failed', false],
] as const)('comment %s after %s: %s', (mode, result, expected) => {
  expect(shouldComment(mode, buildReport({ result }))).toBe(expected);
});
