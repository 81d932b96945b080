import type { Report, ReportFinding, ReportPair, ReportSkip } from '../../src/report/report.js';

/** A finding of a pair that upstream does not test, unless said otherwise. */
export function buildFinding(over: Partial<ReportFinding> = {}): ReportFinding {
  return {
    code: 'pair-untested',
    severity: 'error',
    message: 'Calico v3.24.6 is not tested with Kubernetes v1.27.3.',
    remedy: 'Move Calico to v3.26.4.',
    source: 'https://docs.tigera.io/calico/3.24/getting-started/kubernetes/requirements',
    path: 'clusters/prod/calico.yaml',
    line: 4803,
    column: 18,
    related: [],
    cluster: 'prod',
    isNew: true,
    fingerprint: 'f1',
    ...over,
  };
}

/** A pair that upstream tests, unless said otherwise. */
export function buildPair(over: Partial<ReportPair> = {}): ReportPair {
  return {
    cluster: 'dev',
    kubernetes: 'v1.29.2',
    calico: 'v3.27.3',
    support: 'tested',
    reason: 'Calico v3.27 is tested with Kubernetes v1.27 to v1.29.',
    source: 'https://docs.tigera.io/calico/3.27/getting-started/kubernetes/requirements',
    kubernetesAt: { path: 'clusters/dev/kind.yaml', line: 4 },
    calicoAt: { path: 'clusters/dev/calico.yaml', line: 12 },
    live: [],
    ...over,
  };
}

/** A template that could not be resolved, unless said otherwise. */
export function buildSkip(over: Partial<ReportSkip> = {}): ReportSkip {
  return { reason: 'template', path: 'charts/x/templates/ds.yaml', line: 12, detail: '', ...over };
}

/** A run that passed over one well cluster, unless said otherwise. */
export function buildReport(over: Partial<Report> = {}): Report {
  return {
    schemaVersion: 1,
    mode: 'check',
    result: 'passed',
    clusters: [{ name: 'dev', paths: ['clusters/dev'], kubernetes: ['v1.29.2'], calico: ['v3.27.3'] }],
    pairs: [buildPair()],
    detections: [],
    skips: [],
    findings: [],
    filesRead: 1,
    ignored: [],
    ...over,
  };
}

/** A run that failed: three clusters, one of them without Kubernetes, findings of each severity, skips, an exception. */
export function buildFailedReport(): Report {
  return buildReport({
    result: 'failed',
    clusters: [
      { name: 'dev', paths: ['clusters/dev'], kubernetes: ['v1.29.2'], calico: ['v3.27.3'] },
      { name: 'prod', paths: ['clusters/prod'], kubernetes: ['v1.27.3'], calico: ['v3.24.6'] },
      { name: 'edge', paths: ['clusters/edge'], kubernetes: [], calico: ['v3.28.0'] },
    ],
    pairs: [
      buildPair(),
      buildPair({
        cluster: 'prod',
        kubernetes: 'v1.27.3',
        calico: 'v3.24.6',
        support: 'untested',
        reason: 'Calico v3.24 is tested with Kubernetes v1.22 to v1.25.',
        kubernetesAt: { path: 'clusters/prod/kind.yaml', line: 4 },
        calicoAt: { path: 'clusters/prod/calico.yaml', line: 4803 },
      }),
    ],
    findings: [
      buildFinding({ related: [{ path: 'clusters/prod/kind.yaml', line: 4 }] }),
      buildFinding({
        code: 'kubernetes-unknown',
        severity: 'warning',
        message: 'Nothing says which Kubernetes the cluster edge runs.',
        remedy: 'Set the input kubernetes-version.',
        source: null,
        path: 'clusters/edge/calico.yaml',
        line: 7,
        column: 1,
        cluster: 'edge',
        isNew: false,
      }),
      buildFinding({
        code: 'newer-patch',
        severity: 'notice',
        message: 'Calico v3.27.5 is out.',
        remedy: 'Move to v3.27.5.',
        source: 'https://github.com/projectcalico/calico/releases/tag/v3.27.5',
        path: 'clusters/dev/calico.yaml',
        line: 12,
        column: 9,
        cluster: 'dev',
      }),
    ],
    skips: [
      buildSkip(),
      buildSkip({ line: 13 }),
      buildSkip({ line: 14 }),
      buildSkip({ path: 'charts/y.yaml', line: 1 }),
      buildSkip({ reason: 'too-large', path: 'big.yaml', line: 0 }),
    ],
    filesRead: 412,
    ignored: [
      {
        ...buildFinding({ code: 'floating-version', severity: 'warning' }),
        ignoredBecause: 'Tried on Friday.',
      },
    ],
  });
}
