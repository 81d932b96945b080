import { versionOf } from '../../../catalog/queries.js';
import { compareVersions, formatVersion, type Version } from '../../../version/version.js';
import { catalog } from '../../../catalog/catalog.js';
import { compareMinors } from '../../../catalog/release-lines.js';
import { nameOf, referenceOf } from '../../../cluster/object-name.js';
import { count, evidenceOf, finding, listNames, nodeReference } from '../finding.js';
import type { PreflightCheck, PreflightFinding, PreflightInput } from '../preflight.js';
import { textAt } from '../../../cluster/fields.js';

/** The operator, its resources, and the Helm release that may hold both. */
export const operator: PreflightCheck = (input) => [
  ...missing(input),
  ...migration(input),
  ...deleting(input),
  ...imageSets(input),
  ...nonPrivileged(input),
  ...removedApis(input),
  ...release(input),
];

function missing({ calico }: PreflightInput): PreflightFinding[] {
  const state = calico.operator;
  if (!state?.installation || (state.deployment && state.replicas > 0)) return [];
  return [
    finding('operator-missing', 'mandatory', {
      message: state.deployment
        ? `${nameOf(state.deployment.reference)} is scaled to 0.`
        : 'There is an Installation, and no Deployment tigera-operator/tigera-operator.',
      remedy: state.deployment
        ? 'Find out who stopped the operator and why (it may be the brake of an earlier run), and scale it to 1.'
        : 'Apply the tigera-operator.yaml of the installed release first.',
      evidence: state.deployment
        ? [evidenceOf(state.deployment.reference, 'spec.replicas', state.replicas)]
        : [evidenceOf(referenceOf(state.installation), '', '')],
    }),
  ];
}

function migration({ calico, state }: PreflightInput): PreflightFinding[] {
  const marked = calico.operator?.migration;
  if (!marked || marked.preOperator === 0) return [];
  const nodes = state.nodes.filter(
    ({ labels }) => labels['projectcalico.org/operator-node-migration'] === 'pre-operator',
  );
  return [
    finding('operator-migration', 'mandatory', {
      message: `The operator’s migration has ${count(marked.preOperator, 'node')} to go and ${marked.migrated} behind it.`,
      remedy: 'Let the migration end; if it is stuck, see why the operator’s log says so.',
      evidence: nodes.map(({ name }) =>
        evidenceOf(
          nodeReference(name),
          'metadata.labels[projectcalico.org/operator-node-migration]',
          'pre-operator',
        ),
      ),
      source: 'https://github.com/projectcalico/calico/issues/4525',
    }),
  ];
}

function deleting({ calico }: PreflightInput): PreflightFinding[] {
  const installation = calico.operator?.installation;
  const since = installation?.metadata.deletionTimestamp;
  if (!installation || since === undefined) return [];
  return [
    finding('installation-deleting', 'mandatory', {
      message: `The Installation has been marked for deletion since ${since}.`,
      remedy: 'Do not remove its finalizers by hand unless Calico is to go; find out who deleted it.',
      evidence: [
        evidenceOf(referenceOf(installation), 'metadata.finalizers', installation.metadata.finalizers ?? []),
      ],
      source: 'https://github.com/tigera/operator/issues/2031',
    }),
  ];
}

function imageSets({ calico, path, to }: PreflightInput): PreflightFinding[] {
  const sets = (calico.operator?.imageSets ?? []).map(({ name }) => name);
  if (sets.length === 0) return [];
  const hops = path.kind === 'none' ? [] : path.hops.filter(({ component }) => component === 'calico');
  const releases = hops.length === 0 ? [to] : hops.map((hop) => hop.to.calico);
  const wanted = releases
    .map((version) => `calico-${formatVersion(version)}`)
    .filter((name) => !sets.includes(name));
  if (wanted.length === 0) return [];
  return [
    finding('imageset-missing', 'mandatory', {
      message: `ImageSets are used (${listNames(sets)}), and ${listNames(wanted)} ${wanted.length === 1 ? 'is' : 'are'} not there.`,
      remedy: `Create ${listNames(wanted)} with the digests of your images before the upgrade.`,
      evidence: sets.map((name) =>
        evidenceOf({ apiVersion: 'operator.tigera.io/v1', kind: 'ImageSet', namespace: null, name }, '', ''),
      ),
      source: 'https://docs.tigera.io/calico/latest/operations/image-options/imageset',
    }),
  ];
}

/** Where `nonPrivileged: Enabled` is refused. @see tigera/operator pkg/controller/installation/validation.go */
function refusesNonPrivileged(version: Version): boolean {
  const lines = ['v3.30.7', 'v3.31.5', 'v3.32.0'].map(versionOf);
  const own = lines.find((line) => compareMinors(line, version) === 0);
  return own ? compareVersions(version, own) >= 0 : compareMinors(version, versionOf('v3.32.0')) > 0;
}

function nonPrivileged({ calico, to }: PreflightInput): PreflightFinding[] {
  const installation = calico.operator?.installation;
  if (
    !installation ||
    textAt(installation, 'spec', 'nonPrivileged') !== 'Enabled' ||
    !refusesNonPrivileged(to)
  )
    return [];
  return [
    finding('non-privileged', 'mandatory', {
      message: `The Installation says nonPrivileged: Enabled, which ${formatVersion(to)} refuses.`,
      remedy: 'Set nonPrivileged to Disabled first, and let every calico-node restart.',
      evidence: [evidenceOf(referenceOf(installation), 'spec.nonPrivileged', 'Enabled')],
      source: 'https://github.com/tigera/operator/blob/v1.42.0/pkg/controller/installation/validation.go',
    }),
  ];
}

/** Helm compares with the manifest that it stored: what Kubernetes no longer serves makes it fail. */
function removedApis({ calico, state, kubernetesTo }: PreflightInput): PreflightFinding[] {
  const release = calico.helm;
  const kubernetes = kubernetesTo ?? state.kubernetes.version;
  if (!release) return [];
  const removed = catalog.removedApis.filter(
    (api) =>
      compareMinors(kubernetes, versionOf(api.removedIn)) >= 0 &&
      release.apiVersions.some(({ apiVersion, kind }) => apiVersion === api.apiVersion && kind === api.kind),
  );
  return removed.map((api) =>
    finding('helm-removed-api', 'mandatory', {
      message: `The Helm release ${release.namespace}/${release.name} (revision ${release.revision}) holds a ${api.apiVersion} ${api.kind}, which Kubernetes ${api.removedIn} removed.`,
      remedy: 'Rewrite the stored release with the plugin helm-mapkubeapis first.',
      evidence: [
        evidenceOf(
          {
            apiVersion: 'v1',
            kind: 'Secret',
            namespace: release.namespace,
            name: `sh.helm.release.v1.${release.name}.v${release.revision}`,
          },
          'data.release',
          `${api.apiVersion} ${api.kind}`,
        ),
      ],
      source: 'https://helm.sh/docs/topics/kubernetes_apis/',
    }),
  );
}

function release({ calico }: PreflightInput): PreflightFinding[] {
  const found = calico.helm;
  if (!found || found.status === 'deployed') return [];
  return [
    finding('helm-release-pending', found.status.startsWith('pending') ? 'mandatory' : 'skippable', {
      message: `The Helm release ${found.namespace}/${found.name} (revision ${found.revision}) is ${found.status}.`,
      remedy: 'Bring it to “deployed” with helm rollback or helm upgrade first.',
      source: 'https://helm.sh/docs/helm/helm_rollback/',
    }),
  ];
}
