import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { renderHtml } from '../../src/report/html.js';
import { hostileReport } from './arbitrary-report.js';
import { buildFailedReport, buildFinding, buildReport } from './build-report.js';
import { readElements } from './read-markup.js';

const html = renderHtml(buildFailedReport());

test('has a table with a caption and headings for pairs, findings, exceptions and skips', () => {
  const elements = readElements(html);
  for (const [name, number] of [
    ['table', 4],
    ['caption', 4],
    ['thead', 4],
  ] as const) {
    expect(elements.filter((element) => element === name)).toHaveLength(number);
  }
  expect(html).toContain('<th scope="col">Kubernetes</th>');
  expect(html).toContain(
    '<tr><th scope="row">prod</th><td>v1.27.3</td><td>v3.24.6</td><td><span class="untested">untested</span></td>',
  );
  expect(html).toContain(
    '<p class="verdict failure">failed: 1 error, 1 warning, 1 notice (2 new) in 3 clusters (412 files read)</p>',
  );
});

test('has no empty tables', () => {
  expect(readElements(renderHtml(buildReport({ clusters: [], pairs: [] })))).not.toContain('table');
});

test('loads nothing and runs nothing: its policy allows its own style alone', () => {
  const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  expect(html).toContain(
    `content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'"`,
  );
  expect(html).not.toMatch(/<script|<link|<img|\ssrc=|\sstyle=|url\(|@import/);
});

test('is made for dark screens and for paper too', () => {
  expect(html).toContain('@media (prefers-color-scheme: dark)');
  expect(html).toContain('@media print');
});

test('a source that is no web address is no link', () => {
  const page = renderHtml(
    buildReport({ pairs: [], findings: [buildFinding({ source: 'javascript:alert(1)' })] }),
  );
  expect(page).not.toContain('<a ');
});

test('is well-formed, with the same elements only, whatever the report holds', () => {
  const known = new Set([...readElements(html)]);
  fc.assert(
    fc.property(hostileReport, (report) => {
      for (const name of readElements(renderHtml(report))) expect(known).toContain(name);
    }),
  );
});
