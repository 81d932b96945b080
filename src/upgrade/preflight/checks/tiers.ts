import { versionOf } from '../../../catalog/queries.js';
import type { ObjectReference } from '../../../ports/cluster-client.js';
import { compareVersions, formatVersion, type Version } from '../../../version/version.js';
import { CONTROLLER_MANAGER } from '../../../cluster/read/tier-access.js';
import { evidenceOf, finding } from '../finding.js';
import type { PreflightCheck, PreflightInput } from '../preflight.js';

/**
 * From then on the Calico API server shows policies only to those who may read their tier.
 * @see https://github.com/projectcalico/calico/blob/v3.29.0/apiserver/pkg/registry/projectcalico/authorizer/authorizer.go
 */
const ASKS_FROM = versionOf('v3.29.0');
/** What lets kube-controller-manager read tiers, in upstream's files and in what the operator renders. */
const ROLE = 'calico-tier-getter';
const REVIEW: ObjectReference = {
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'SubjectAccessReview',
  namespace: null,
  name: CONTROLLER_MANAGER,
};
const BINDING =
  `kubectl create clusterrole ${ROLE} --verb=get --resource=tiers.projectcalico.org && ` +
  `kubectl create clusterrolebinding ${ROLE} --clusterrole=${ROLE} --user=${CONTROLLER_MANAGER}`;

/** Whether Kubernetes' garbage collector sees Calico's policies, now and after the upgrade. */
export const tiers: PreflightCheck = (input) => {
  const { to } = input;
  const service = input.calico.components.apiserver?.apiService;
  if (service?.mayReadTiers !== false || compareVersions(to, ASKS_FROM) < 0) return [];
  const isAskedNow = compareVersions(apiServerRelease(input), ASKS_FROM) >= 0;
  const comes = rightComes(input, isAskedNow);
  if (!isAskedNow && comes === 'yes') return [];
  const when = isAskedNow
    ? 'Namespaces do not get deleted now, and nothing is garbage-collected'
    : `With ${formatVersion(to)} namespaces will not get deleted any more, and nothing will be garbage-collected`;
  return [
    finding('tiers-not-readable', comes === 'yes' ? 'warning' : 'skippable', {
      message: `${CONTROLLER_MANAGER} may not get tiers.projectcalico.org, which the Calico API server asks for from v3.29 on. ${when}; ${SAYS[comes]}.`,
      remedy:
        comes === 'yes' ? `Do not wait for the upgrade: ${BINDING}.` : `Give it the right first: ${BINDING}.`,
      evidence: [
        evidenceOf(REVIEW, 'status.allowed', 'false'),
        evidenceOf(service.reference, 'spec.service', 'set'),
      ],
      source: 'https://github.com/projectcalico/calico/issues/9527',
    }),
  ];
};

/** Whether the upgrade brings the right. */
type Comes = 'yes' | 'no' | 'unknown';

const SAYS: Readonly<Record<Comes, string>> = {
  yes: `the upgrade brings the ClusterRole ${ROLE}`,
  no: `the upgrade does not bring the ClusterRole ${ROLE}`,
  unknown: `whether the upgrade brings the ClusterRole ${ROLE} is not known`,
};

/** What the API server's image says; what Calico runs where it says nothing. */
function apiServerRelease({ calico, from }: PreflightInput): Version {
  const reading = calico.versions.readings.find(({ source, version }) => source === 'apiserver' && version);
  return reading?.version ?? from;
}

/**
 * Operators from v1.36.0 on, which are those of v3.29, render the role; where they run it should be there already.
 * @see https://github.com/tigera/operator/blob/v1.36.0/pkg/render/apiserver.go
 */
function rightComes({ calico, comparisons }: PreflightInput, isAskedNow: boolean): Comes {
  if (calico.method !== 'manifest') return isAskedNow ? 'no' : 'yes';
  const last = comparisons.at(-1);
  if (last?.kind !== 'compared') return 'unknown';
  const isThere = (wanted: string): boolean =>
    last.result.objects.some(({ kind, metadata }) => kind === wanted && metadata.name === ROLE);
  return isThere('ClusterRole') && isThere('ClusterRoleBinding') ? 'yes' : 'no';
}
