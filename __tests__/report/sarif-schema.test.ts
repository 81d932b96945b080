import { createRequire } from 'node:module';
import { expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import * as formats from 'ajv-formats';
import fc from 'fast-check';
import { renderSarif } from '../../src/report/sarif.js';
import { hostileReport } from './arbitrary-report.js';
import { buildFailedReport, buildReport } from './build-report.js';

/** The published schema, which is a draft-04 one: `id` and `$schema` are all that sets it apart from what Ajv reads. */
const published = createRequire(import.meta.url)(
  '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json',
) as object;
const schema = Object.fromEntries(
  Object.entries(published).filter(([key]) => key !== 'id' && key !== '$schema'),
);

// One pattern of the schema is no regular expression in Unicode mode.
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
formats.default.default(ajv);
const validate = ajv.compile(schema);

const options = { toolVersion: '0.1.0', docsUrl: 'https://example.com/findings.md', withIgnored: true };

test.each([
  ['a report without findings', buildReport()],
  ['a report with findings of every kind', buildFailedReport()],
])('%s follows the schema of SARIF 2.1.0', (_, report) => {
  validate(JSON.parse(renderSarif(report, options)));
  expect(validate.errors).toBeNull();
});

test('every report follows the schema of SARIF 2.1.0', () => {
  fc.assert(
    fc.property(hostileReport, (report) => {
      validate(JSON.parse(renderSarif(report, { ...options, docsUrl: null })));
      expect(validate.errors).toBeNull();
    }),
  );
});

test('the schema is one that refuses what SARIF does not know', () => {
  expect(validate({ version: '2.1.0', runs: [{ tool: {} }] })).toBe(false);
});
