import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { renderJunit } from '../../src/report/junit.js';
import { hostileReport } from './arbitrary-report.js';
import { buildFailedReport, buildFinding, buildPair, buildReport } from './build-report.js';
import { readElements } from './read-markup.js';

test('has a suite for each cluster, a test for each pair and each finding about none', () => {
  expect(renderJunit(buildFailedReport())).toBe(`\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="Calico Upgrade Action" tests="4" failures="1" errors="0" skipped="0" time="0">
  <testsuite name="dev" tests="2" failures="0" errors="0" skipped="0" time="0">
    <testcase name="Calico v3.27.3 with Kubernetes v1.29.2 (clusters/dev/calico.yaml:12)" classname="dev" file="clusters/dev/calico.yaml" time="0">
      <system-out>tested: Calico v3.27 is tested with Kubernetes v1.27 to v1.29.
https://docs.tigera.io/calico/3.27/getting-started/kubernetes/requirements</system-out>
    </testcase>
    <testcase name="newer-patch (clusters/dev/calico.yaml:12:9)" classname="dev" file="clusters/dev/calico.yaml" time="0">
      <system-out>notice: Calico v3.27.5 is out.
Move to v3.27.5.
clusters/dev/calico.yaml:12:9
https://github.com/projectcalico/calico/releases/tag/v3.27.5</system-out>
    </testcase>
  </testsuite>
  <testsuite name="prod" tests="1" failures="1" errors="0" skipped="0" time="0">
    <testcase name="Calico v3.24.6 with Kubernetes v1.27.3 (clusters/prod/calico.yaml:4803)" classname="prod" file="clusters/prod/calico.yaml" time="0">
      <failure type="pair-untested" message="Calico v3.24.6 is not tested with Kubernetes v1.27.3.">Calico v3.24.6 is not tested with Kubernetes v1.27.3.
Move Calico to v3.26.4.
clusters/prod/calico.yaml:4803:18
see also clusters/prod/kind.yaml:4
https://docs.tigera.io/calico/3.24/getting-started/kubernetes/requirements</failure>
      <system-out>untested: Calico v3.24 is tested with Kubernetes v1.22 to v1.25.
https://docs.tigera.io/calico/3.27/getting-started/kubernetes/requirements</system-out>
    </testcase>
  </testsuite>
  <testsuite name="edge" tests="1" failures="0" errors="0" skipped="0" time="0">
    <testcase name="kubernetes-unknown (clusters/edge/calico.yaml:7:1)" classname="edge" file="clusters/edge/calico.yaml" time="0">
      <system-out>warning: Nothing says which Kubernetes the cluster edge runs.
Set the input kubernetes-version.
clusters/edge/calico.yaml:7:1</system-out>
    </testcase>
  </testsuite>
</testsuites>
`);
});

describe('an error about pairs', () => {
  const calicoAt = { path: 'calico.yaml', line: 7 };
  const old = buildPair({ kubernetes: 'v1.28.1', kubernetesAt: { path: 'old.yaml', line: 1 }, calicoAt });
  const next = buildPair({ kubernetes: 'v1.33.1', kubernetesAt: { path: 'next.yaml', line: 1 }, calicoAt });
  const error = buildFinding({
    cluster: 'dev',
    path: 'calico.yaml',
    line: 7,
    related: [{ path: 'next.yaml', line: 1 }],
  });

  test('fails the pair whose Kubernetes it names, and no other', () => {
    const xml = renderJunit(buildReport({ pairs: [old, next], findings: [error] }));
    expect(xml).toContain('tests="2" failures="1"');
    expect(xml).toMatch(/v1\.33\.1[^\n]*\n\s*<failure/);
  });

  test('fails nothing where the base branch has it already', () => {
    const xml = renderJunit(buildReport({ pairs: [next], findings: [{ ...error, isNew: false }] }));
    expect(xml).toContain('tests="1" failures="0" errors="0" skipped="1"');
    expect(xml).toContain('<skipped message="on the base branch already: Calico v3.24.6');
  });
});

test('an error about no pair that the base branch has already is skipped', () => {
  const findings = [buildFinding({ code: 'mixed-versions', cluster: 'dev', isNew: false })];
  expect(renderJunit(buildReport({ findings }))).toContain('tests="2" failures="0" errors="0" skipped="1"');
});

test('an error about no pair, or about no cluster, is a failed test of its own', () => {
  const findings = [
    buildFinding({ code: 'mixed-versions', cluster: 'dev' }),
    buildFinding({ code: 'policy-below-minimum', cluster: null }),
  ];
  const xml = renderJunit(buildReport({ findings }));
  expect(xml).toContain('tests="3" failures="2"');
  expect(xml).toContain('<testsuite name="(no cluster)" tests="1" failures="1"');
});

test('characters that XML cannot hold are left out', () => {
  const finding = buildFinding({ message: 'a\u0000b\u001b[1m<c> & "d" \uffff]]>' });
  expect(renderJunit(buildReport({ findings: [finding] }))).toContain(
    'message="ab[1m&lt;c&gt; &amp; &quot;d&quot; ]]&gt;"',
  );
});

test('is well-formed whatever the report holds, and loses no error', () => {
  fc.assert(
    fc.property(hostileReport, (report) => {
      const elements = readElements(renderJunit(report));
      const errors = report.findings.filter((finding) => finding.severity === 'error' && finding.isNew);
      expect(elements.filter((name) => name === 'failure').length).toBeGreaterThanOrEqual(errors.length);
    }),
  );
});
