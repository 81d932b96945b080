import { caveatsBetween, versionOf } from '../../../catalog/queries.js';
import { compareVersions, formatVersion } from '../../../version/version.js';
import { nameOf } from '../../../cluster/object-name.js';
import { count, evidenceOf, finding, listNames } from '../finding.js';
import type { PreflightCheck, PreflightFinding, PreflightInput } from '../preflight.js';

/** The user's policies and other data, as far as the target reads them differently. */
export const data: PreflightCheck = (input) => [
  ...ownerReferences(input),
  ...adminNetworkPolicies(input),
  ...allowTigera(input),
  ...policyNames(input),
  ...hostEndpoints(input),
];

function crosses({ from, to }: PreflightInput, release: string): boolean {
  const line = versionOf(release);
  return compareVersions(from, line) < 0 && compareVersions(to, line) >= 0;
}

function ownerReferences(input: PreflightInput): PreflightFinding[] {
  const { dependents } = input.state;
  const changes = caveatsBetween(input.from, input.to, 'upgrade').some(({ id }) =>
    id.startsWith('v3-uids-change'),
  );
  if (!changes || dependents.length === 0) return [];
  return [
    finding('owner-references', 'mandatory', {
      message: `${count(dependents.length, 'object names', 'objects name')} a projectcalico.org/v3 object as owner, and the UIDs of these change: Kubernetes would delete ${listNames(dependents.map(({ object }) => nameOf(object)))}.`,
      remedy: 'Take the ownerReferences out first, then restart what watches v3 objects.',
      evidence: dependents.map(({ object, owner }) =>
        evidenceOf(object, 'metadata.ownerReferences', nameOf(owner)),
      ),
      source: 'https://github.com/projectcalico/calico/issues/9191',
    }),
  ];
}

function adminNetworkPolicies(input: PreflightInput): PreflightFinding[] {
  const policies = input.calico.data.adminNetworkPolicies;
  if (policies.length === 0) return [];
  const evidence = policies.map((policy) => evidenceOf(policy, '', ''));
  const names = listNames(policies.map(nameOf));
  if (crosses(input, 'v3.32.0')) {
    return [
      finding('admin-network-policies', 'skippable', {
        message: `${names} will not be enforced by ${formatVersion(input.to)}.`,
        remedy:
          'Write them anew as ClusterNetworkPolicy or in a tier of Calico’s, and try them, before the upgrade.',
        evidence,
        source: 'https://github.com/projectcalico/calico/pull/11144',
      }),
    ];
  }
  if (!crosses(input, 'v3.29.0') && !crosses(input, 'v3.30.0')) return [];
  return [
    finding('admin-network-policies-begin', 'skippable', {
      message: `${names} may begin to be enforced by ${formatVersion(input.to)}.`,
      remedy: 'Read what they allow and deny, and delete those that are not meant to act.',
      evidence,
      source: 'https://docs.tigera.io/calico/latest/release-notes/',
    }),
  ];
}

function allowTigera(input: PreflightInput): PreflightFinding[] {
  const policies = input.calico.data.allowTigeraPolicies;
  if (policies.length === 0 || !crosses(input, 'v3.32.0')) return [];
  return [
    finding('allow-tigera-tier', 'skippable', {
      message: `${count(policies.length, 'policy is', 'policies are')} in the tier allow-tigera, which v3.32 renames to calico-system: ${listNames(policies.map(nameOf))}.`,
      remedy: 'Move them to a tier of your own before the upgrade.',
      evidence: policies.map((policy) => evidenceOf(policy, 'spec.tier', 'allow-tigera')),
      source: 'https://github.com/projectcalico/calico/pull/11842',
    }),
  ];
}

/** Stored names of the default tier: with `default.` for most of v3.29 and older, without from v3.32 on. */
function policyNames(input: PreflightInput): PreflightFinding[] {
  const { withPrefix } = input.calico.data.defaultPrefix;
  if (withPrefix === 0 || !crosses(input, 'v3.32.0')) return [];
  const isGitOps = input.state.owners.some(({ tool }) => ['flux', 'argocd', 'fleet'].includes(tool));
  return [
    finding('policy-names', isGitOps ? 'skippable' : 'warning', {
      message: `${count(withPrefix, 'policy', 'policies')} of the default tier ${withPrefix === 1 ? 'is' : 'are'} stored as “default.…”, and v3.32 renames them once every node is new; older releases do not find them again.`,
      remedy:
        'To keep a way back, set KubeControllersConfiguration spec.controllers.policyMigration.enabled to Disabled after the CRDs are new and before the nodes are.',
      source: 'https://github.com/projectcalico/calico/pull/11493',
    }),
  ];
}

function hostEndpoints(input: PreflightInput): PreflightFinding[] {
  const endpoints = input.calico.data.allInterfaceHostEndpoints;
  if (endpoints.length === 0 || !crosses(input, 'v3.14.0')) return [];
  return [
    finding('host-endpoints-drop', 'mandatory', {
      message: `${listNames(endpoints.map(nameOf))} cover all interfaces, and begin to drop what no policy allows.`,
      remedy: 'Create the allow-all GlobalNetworkPolicy that upstream’s guide gives before the upgrade.',
      evidence: endpoints.map((endpoint) => evidenceOf(endpoint, 'spec.interfaceName', '*')),
      source: 'https://docs.tigera.io/archive/v3.14/maintenance/kubernetes-upgrade',
    }),
  ];
}
