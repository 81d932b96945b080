/** Helm charts of Calico whose version is the Calico release that they install. */
const CALICO_CHARTS: ReadonlySet<string> = new Set([
  'tigera-operator',
  'crd.projectcalico.org.v1',
  'projectcalico.org.v3',
]);

/** Charts of other CNIs, by what they install. */
const OTHER_CNI_CHARTS: ReadonlySet<string> = new Set([
  'cilium',
  'flannel',
  'weave-net',
  'antrea',
  'kube-ovn',
  'kube-router',
  'aws-vpc-cni',
]);

/** The name of the Calico chart that a chart reference (`repo/chart`, `oci://…/chart`, `chart`) points at, or null. */
export function calicoChartOf(reference: string): string | null {
  const name = lastSegment(reference);
  return CALICO_CHARTS.has(name) ? name : null;
}

/** The CNI, other than Calico, that a chart reference installs, or null. */
export function otherCniOf(reference: string): string | null {
  const name = lastSegment(reference);
  return OTHER_CNI_CHARTS.has(name) ? name : null;
}

/** First folders of a path that leads to a chart in the same repository, not to a chart repository. */
const CHART_FOLDERS: ReadonlySet<string> = new Set(
  'charts chart helm helm-charts deploy deployment kubernetes k8s manifests addons apps infra infrastructure clusters'.split(
    ' ',
  ),
);

/** Whether a chart reference is a path in the repository: `./charts/x`, `charts/x`, `${path.module}/x`, not `repo/x`. */
export function isLocalChart(reference: string): boolean {
  if (/^(?:oci|https?|git|s3|gs):/.test(reference)) return false;
  const segments = reference.split('/');
  if (segments.length < 2) return false;
  const first = segments[0] ?? '';
  if (/^(?:|\.{1,2}|~|file:)$/.test(first) || /[${}]/.test(first) || CHART_FOLDERS.has(first)) return true;
  return segments.length > 2 && !/[.:]/.test(first);
}

function lastSegment(reference: string): string {
  return reference.trim().split('/').filter(Boolean).at(-1) ?? '';
}
