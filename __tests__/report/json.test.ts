import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { renderJson } from '../../src/report/json.js';
import type { Report } from '../../src/report/report.js';
import { hostileReport } from './arbitrary-report.js';
import { buildFailedReport, buildReport } from './build-report.js';

test('writes keys in the order of the contract', () => {
  const report = buildReport({
    pairs: [],
    clusters: [{ calico: [], kubernetes: ['v1.29.2'], paths: ['dev'], name: 'dev' }],
  });
  expect(renderJson(report)).toBe(`\
{
  "schemaVersion": 1,
  "mode": "check",
  "result": "passed",
  "filesRead": 1,
  "clusters": [
    {
      "name": "dev",
      "paths": [
        "dev"
      ],
      "kubernetes": [
        "v1.29.2"
      ],
      "calico": []
    }
  ],
  "pairs": [],
  "detections": [],
  "skips": [],
  "findings": [],
  "ignored": []
}
`);
});

test('is the same text whatever order the report was built in', () => {
  const report = buildFailedReport();
  const reversed = Object.fromEntries(Object.entries(report).reverse()) as unknown as Report;
  expect(renderJson(reversed)).toBe(renderJson(report));
});

test('says all that the report says', () => {
  fc.assert(fc.property(hostileReport, (report) => expect(JSON.parse(renderJson(report))).toEqual(report)));
});
