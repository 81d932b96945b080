import { expect, test } from '@jest/globals';
import { OUTPUT_NAMES, outputsOf } from '../../src/report/outputs.js';
import { buildFailedReport, buildReport } from './build-report.js';

const places = { reportDir: 'calico-report', sarifFile: 'calico-report/findings.sarif' };

test('a check sets what it knows and leaves the rest empty', () => {
  expect(outputsOf(buildReport(), places)).toEqual({
    result: 'passed',
    'findings-count': '0',
    'errors-count': '0',
    'kubernetes-version': 'v1.29.2',
    'calico-version-before': 'v3.27.3',
    'calico-version-after': '',
    'report-dir': 'calico-report',
    'sarif-file': 'calico-report/findings.sarif',
    'backup-artifact': '',
    'longest-gap-ms': '',
  });
});

test('several versions make a list, each once, oldest first', () => {
  const outputs = outputsOf(buildFailedReport(), places);
  expect(outputs['kubernetes-version']).toBe('v1.27.3,v1.29.2');
  expect(outputs['calico-version-before']).toBe('v3.24.6,v3.27.3,v3.28.0');
  expect(outputs['findings-count']).toBe('3');
  expect(outputs['errors-count']).toBe('1');
});

test('places that could not be written to are empty', () => {
  const outputs = outputsOf(buildReport({ clusters: [] }), { reportDir: null, sarifFile: null });
  expect([outputs['report-dir'], outputs['sarif-file'], outputs['kubernetes-version']]).toEqual(['', '', '']);
});

test('every declared output is set', () => {
  expect(Object.keys(outputsOf(buildReport(), places))).toEqual([...OUTPUT_NAMES]);
});
