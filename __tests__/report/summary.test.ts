import { expect, test } from '@jest/globals';
import { renderSummary, SUMMARY_LIMIT_BYTES } from '../../src/report/summary.js';
import { buildFailedReport, buildFinding, buildPair, buildReport } from './build-report.js';

const links = { blobUrl: null, runUrl: null };

test('begins with the verdict and folds notices, exceptions and skips', () => {
  const markdown = renderSummary(buildFailedReport(), links);
  expect(markdown).toMatch(/^## ❌ Calico and Kubernetes: failed\n\n\*\*failed: 1 error/);
  expect(markdown.match(/<details><summary>.*<\/summary>/g)).toEqual([
    '<details><summary>Notices (1)</summary>',
    '<details><summary>Ignored by the policy: 1 warning</summary>',
    '<details><summary>Skipped: 5 places that could not be judged</summary>',
  ]);
});

test('a report of a thousand clusters and many findings is cut to what GitHub takes, in bytes', () => {
  const report = buildReport({
    pairs: Array.from({ length: 5000 }, (_, index) => buildPair({ cluster: `日本-${index}` })),
    findings: Array.from({ length: 5000 }, (_, line) => buildFinding({ message: '日本'.repeat(100), line })),
  });
  const markdown = renderSummary(report, links);
  const bytes = Buffer.byteLength(markdown);
  expect(bytes).toBeLessThanOrEqual(SUMMARY_LIMIT_BYTES);
  expect(bytes).toBeGreaterThan(SUMMARY_LIMIT_BYTES - 2000);
  expect(markdown).toMatch(/_… and \d+ more errors; report\.json lists all\._/);
});
