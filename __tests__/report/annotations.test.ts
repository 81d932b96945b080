import { expect, test } from '@jest/globals';
import { chooseAnnotations } from '../../src/report/annotations.js';
import { buildFailedReport, buildFinding, buildReport } from './build-report.js';

const many = (number: number, over: Parameters<typeof buildFinding>[0]) =>
  Array.from({ length: number }, (_, index) => buildFinding({ ...over, line: index + 1 }));

test('an annotation names the kind, says what is wrong and what to do, and stands at the version', () => {
  const [first] = chooseAnnotations(buildFailedReport()).annotations;
  expect(first).toEqual({
    severity: 'error',
    title: 'Calico and Kubernetes are not tested together (pair-untested)',
    message:
      'Calico v3.24.6 is not tested with Kubernetes v1.27.3.\nMove Calico to v3.26.4.\nhttps://docs.tigera.io/calico/3.24/getting-started/kubernetes/requirements',
    path: 'clusters/prod/calico.yaml',
    line: 4803,
    column: 18,
  });
});

test('nothing is left out of a report with few findings', () => {
  expect(chooseAnnotations(buildFailedReport()).leftOut).toBeNull();
});

test('each severity gets ten, the worst first, and the rest is counted', () => {
  const findings = [
    ...many(12, {}),
    ...many(3, { severity: 'warning' }),
    ...many(11, { severity: 'notice' }),
  ];
  const { annotations, leftOut } = chooseAnnotations(buildReport({ findings }));
  expect(annotations.map(({ severity }) => severity)).toEqual([
    ...Array<string>(10).fill('error'),
    ...Array<string>(3).fill('warning'),
    ...Array<string>(10).fill('notice'),
  ]);
  expect(leftOut).toBe(
    '2 more errors, 1 more notice without an annotation: the job summary and report.json list all findings.',
  );
});

test('new findings come before those that the base branch has already', () => {
  const findings = [...many(10, { isNew: false }), buildFinding({ line: 99 })];
  expect(chooseAnnotations(buildReport({ findings })).annotations[0]?.line).toBe(99);
});
