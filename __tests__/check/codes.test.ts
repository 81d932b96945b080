import { describe, expect, test } from '@jest/globals';
import picomatch from 'picomatch';
import type { LiveCluster } from '../../src/check/live-cluster.js';
import { runCheck } from '../../src/check/run-check.js';
import { FINDING_KINDS, type FindingCode } from '../../src/findings/registry.js';
import { parsePolicy } from '../../src/policy/parse-policy.js';
import { buildCheckReport } from '../../src/report/check-report.js';
import type { ReportFinding } from '../../src/report/report.js';
import { versionOf } from '../../src/catalog/queries.js';
import { createFakeWorkspace } from '../ports/fake-workspace.js';
import { chart, kubeadm, node, operator, url, workload } from './build-files.js';

/** Files by path; `policy.yml` is the policy. */
type Files = Readonly<Record<string, string>>;

interface Row {
  readonly fires: Files;
  /** Where it is flagged. */
  readonly at: string;
  /** As near to it as can be, without the fault. */
  readonly silent: Files;
  /** What the live cluster runs, in both; absent without one. */
  readonly live?: LiveCluster;
}

const row = (recommended: string, minimum: string, operatorVersion: string): string =>
  `calico_version_matrix:\n  "1.30":\n    recommended_version: ${recommended}\n    minimum_version: ${minimum}\n    operator_version: ${operatorVersion}\n`;
const exception = (expires: string): string =>
  `ignore:\n  - code: pair-untested\n    reason: tried out first\n    expires: ${expires}\n`;
const cluster = (kubernetes: string, calico: string): Record<string, string> => ({
  'k.yaml': kubeadm(kubernetes),
  'calico.yaml': node(calico),
});
const vars = (kubernetes: string, calico: string): string =>
  `kubernetes_version: ${kubernetes}\ncalico_version: ${calico}\n`;
const running = (kubernetes: string, calico: string): LiveCluster => ({
  names: ['admin@live', 'live'],
  kubernetes: versionOf(kubernetes),
  calico: [versionOf(calico)],
  install: 'manifest',
});
const imageSet = (version: string): string =>
  `apiVersion: operator.tigera.io/v1\nkind: ImageSet\nmetadata:\n  name: calico-${version}\n`;
const budget = (version: string): string =>
  `apiVersion: policy/${version}\nkind: PodDisruptionBudget\nmetadata:\n  name: calico-kube-controllers\n`;
const kustomization = (manifest: string, tag: string): string =>
  `resources:\n  - ${url(manifest, 'calico.yaml')}\nimages:\n  - name: docker.io/calico/node\n    newTag: ${tag}\n`;

const ROWS: Readonly<Record<FindingCode, Row>> = {
  'pair-broken': {
    fires: { 'k.yaml': kubeadm('v1.25.0'), 'calico.yaml': `${node('v3.22.5')}---\n${budget('v1beta1')}` },
    at: 'calico.yaml:11',
    silent: { 'k.yaml': kubeadm('v1.25.0'), 'calico.yaml': `${node('v3.25.2')}---\n${budget('v1')}` },
  },
  'pair-untested': {
    fires: cluster('v1.33.0', 'v3.28.2'),
    at: 'calico.yaml:9',
    silent: cluster('v1.30.0', 'v3.28.2'),
  },
  'upgrade-order': {
    fires: cluster('v1.34.0', 'v3.32.1'),
    at: 'calico.yaml:9',
    silent: cluster('v1.34.0', 'v3.31.7'),
    live: running('v1.33.4', 'v3.30.7'),
  },
  'live-cluster-unmapped': {
    fires: {
      'clusters/a/vars.yml': vars('v1.34.0', 'v3.32.1'),
      'clusters/b/vars.yml': vars('v1.33.0', 'v3.31.7'),
    },
    at: ':0',
    silent: { 'clusters/a/vars.yml': vars('v1.34.0', 'v3.32.1') },
    live: running('v1.33.4', 'v3.31.7'),
  },
  'version-unknown': {
    fires: cluster('v1.34.0', 'v3.32.99'),
    at: 'calico.yaml:9',
    silent: cluster('v1.34.0', 'v3.32.1'),
  },
  'kubernetes-unknown': {
    fires: { 'calico.yaml': node('v3.31.7') },
    at: 'calico.yaml:9',
    silent: cluster('v1.34.0', 'v3.31.7'),
  },
  'kubernetes-too-old': {
    fires: cluster('v1.22.17', 'v3.24.5'),
    at: 'k.yaml:3',
    silent: cluster('v1.23.17', 'v3.24.5'),
  },
  'calico-out-of-support': {
    fires: cluster('v1.30.0', 'v3.29.7'),
    at: 'calico.yaml:9',
    silent: cluster('v1.34.0', 'v3.31.7'),
  },
  'release-trap': {
    fires: cluster('v1.25.0', 'v3.24.6'),
    at: 'calico.yaml:9',
    silent: cluster('v1.25.0', 'v3.24.5'),
  },
  'operator-mismatch': {
    fires: { 'vars.yml': 'calico_version: v3.27.4\n', 'o.yaml': operator('v1.36.1') },
    at: 'o.yaml:9',
    silent: { 'vars.yml': 'calico_version: v3.27.4\n', 'o.yaml': operator('v1.32.10') },
  },
  'mixed-versions': {
    fires: {
      'calico.yaml': workload('DaemonSet', 'calico-node', 'calico/cni:v3.28.2', 'calico/node:v3.28.1'),
    },
    at: 'calico.yaml:10',
    silent: {
      'calico.yaml': workload('DaemonSet', 'calico-node', 'calico/cni:v3.28.2', 'calico/node:v3.28.2'),
    },
  },
  'image-only-bump': {
    fires: { 'kustomization.yaml': kustomization('v3.27.4', 'v3.28.2') },
    at: 'kustomization.yaml:5',
    silent: { 'kustomization.yaml': kustomization('v3.28.1', 'v3.28.2') },
  },
  'floating-version': {
    fires: { 'calico.yaml': node('latest') },
    at: 'calico.yaml:9',
    silent: { 'calico.yaml': node('v3.31.7') },
  },
  'client-side-apply': {
    fires: { 'up.sh': `kubectl apply -f ${url('v3.28.2', 'tigera-operator.yaml')}\n` },
    at: 'up.sh:1',
    silent: { 'up.sh': `kubectl apply --server-side -f ${url('v3.28.2', 'tigera-operator.yaml')}\n` },
  },
  'helm-crds-separate': {
    fires: { 'h.yaml': chart('v3.32.1') },
    at: 'h.yaml:9',
    silent: { 'h.yaml': chart('v3.31.7') },
  },
  'imageset-missing': {
    fires: { 'h.yaml': chart('v3.31.7'), 'i.yaml': imageSet('v3.30.7') },
    at: 'h.yaml:9',
    silent: { 'h.yaml': chart('v3.31.7'), 'i.yaml': imageSet('v3.31.7') },
  },
  'known-vulnerability': {
    fires: cluster('v1.28.0', 'v3.26.4'),
    at: 'calico.yaml:9',
    silent: cluster('v1.28.0', 'v3.26.5'),
  },
  'newer-patch': {
    fires: cluster('v1.30.0', 'v3.29.5'),
    at: 'calico.yaml:9',
    silent: cluster('v1.30.0', 'v3.29.7'),
  },
  'policy-operator-wrong': {
    fires: { 'policy.yml': row('v3.28.5', 'v3.28.0', 'v1.38.1') },
    at: 'policy.yml:5',
    silent: { 'policy.yml': row('v3.28.5', 'v3.28.0', 'v1.34.13') },
  },
  'policy-recommendation-untested': {
    fires: { 'policy.yml': row('v3.26.5', 'v3.26.0', 'v1.30.11') },
    at: 'policy.yml:3',
    silent: { 'policy.yml': row('v3.28.5', 'v3.28.0', 'v1.34.13') },
  },
  'policy-below-minimum': {
    fires: { ...cluster('v1.30.0', 'v3.28.2'), 'policy.yml': row('v3.29.7', 'v3.29.4', 'v1.36.16') },
    at: 'calico.yaml:9',
    silent: { ...cluster('v1.30.0', 'v3.29.4'), 'policy.yml': row('v3.29.7', 'v3.29.4', 'v1.36.16') },
  },
  'policy-not-recommended': {
    fires: { ...cluster('v1.30.0', 'v3.29.5'), 'policy.yml': row('v3.29.7', 'v3.29.4', 'v1.36.16') },
    at: 'calico.yaml:9',
    silent: { ...cluster('v1.30.0', 'v3.29.7'), 'policy.yml': row('v3.29.7', 'v3.29.4', 'v1.36.16') },
  },
  'policy-ignore-expired': {
    fires: { ...cluster('v1.33.0', 'v3.28.2'), 'policy.yml': exception('2025-12-31') },
    at: 'policy.yml:2',
    silent: { ...cluster('v1.33.0', 'v3.28.2'), 'policy.yml': exception('2026-01-01') },
  },
};

/** The findings of a code in a check of the files on 2026-01-01. */
async function check(
  code: FindingCode,
  files: Files,
  live: LiveCluster | null = null,
): Promise<readonly ReportFinding[]> {
  const { 'policy.yml': policy = '', ...tree } = files;
  const outcome = await runCheck(createFakeWorkspace(tree), null, {
    directory: '',
    isExcluded: () => false,
    isIncluded: null,
    policy: parsePolicy('policy.yml', policy),
    matchGlob: (glob, path) => picomatch.isMatch(path, glob),
    kubernetes: null,
    failOn: 'error',
    today: '2026-01-01',
    live,
  });
  return buildCheckReport(outcome).findings.filter((finding) => finding.code === code);
}

const codes = Object.keys(FINDING_KINDS) as FindingCode[];

describe.each(codes)('%s', (code) => {
  test('is flagged once, on the line, in whole sentences', async () => {
    const { fires, at, live } = ROWS[code];
    const findings = await check(code, fires, live);
    expect(findings.map(({ path, line }) => `${path}:${line}`)).toEqual([at]);
    for (const { message, remedy, severity, isNew } of findings) {
      expect([message, remedy].join('\n')).not.toMatch(/undefined|null|NaN|\[object/);
      expect([message, remedy].every((text) => text.endsWith('.'))).toBe(true);
      expect([severity, isNew]).toEqual([FINDING_KINDS[code].severity, true]);
    }
  });

  test('is silent without the fault', async () => {
    expect(await check(code, ROWS[code].silent, ROWS[code].live)).toEqual([]);
  });

  test('says in the registry what it means and what to do', () => {
    const { title, explanation, remedy } = FINDING_KINDS[code];
    expect(title).toMatch(/^[A-Z].*[^.]$/);
    expect([explanation, remedy].every((text) => /^[A-Z].*\.$/.test(text))).toBe(true);
  });
});
