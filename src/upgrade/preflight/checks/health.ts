import { installObjects } from '../../../catalog/queries.js';
import { versionOf } from '../../../catalog/queries.js';
import type { Workload } from '../../../cluster/workload-state.js';
import { compareVersions, formatVersion } from '../../../version/version.js';
import { nameOf, referenceOf } from '../../../cluster/object-name.js';
import { count, evidenceOf, finding, listNames } from '../finding.js';
import type { PreflightCheck, PreflightFinding, PreflightInput } from '../preflight.js';
import { valueAt } from '../../../cluster/fields.js';

/** Whether what is there now is well: what fails before fails after. */
export const health: PreflightCheck = (input) => [
  ...workloads(input),
  ...tigeraStatuses(input),
  ...apiserver(input),
  ...datastore(input),
  ...missingObjects(input),
];

function workloads({ calico }: PreflightInput): PreflightFinding[] {
  const components: readonly (Workload | null)[] = Object.values(calico.components);
  const all = [...components, calico.operator?.deployment ?? null];
  return all.filter((workload) => workload !== null).flatMap(judgeWorkload);
}

function judgeWorkload(workload: Workload): PreflightFinding[] {
  const name = nameOf(workload.reference);
  const waiting = workload.pods.find(({ waitingReason }) => waitingReason !== null);
  if (workload.observedGeneration < workload.generation || workload.updated < workload.desired) {
    return [
      finding('rollout-unfinished', 'mandatory', {
        message: `${name} is not through with its last change: ${workload.updated} of ${count(workload.desired, 'pod')} updated.`,
        remedy: 'Wait for the rollout to end, or find out what holds it up.',
        evidence: [
          evidenceOf(
            workload.reference,
            'status',
            `updated ${workload.updated}, desired ${workload.desired}`,
          ),
        ],
      }),
    ];
  }
  if (workload.ready >= workload.desired) return [];
  const why = waiting ? `; ${waiting.name}: ${waiting.waitingReason ?? ''}` : '';
  return [
    finding('workload-unhealthy', 'skippable', {
      message: `${name} has ${workload.ready} of ${count(workload.desired, 'pod')} ready${why}.`,
      remedy: 'Repair it first; with force the upgrade goes on and counts only what gets worse.',
      evidence: workload.pods
        .filter(({ isReady }) => !isReady)
        .map((pod) =>
          evidenceOf(
            { apiVersion: 'v1', kind: 'Pod', namespace: pod.namespace, name: pod.name },
            'status',
            pod.waitingReason ?? pod.phase,
          ),
        ),
    }),
  ];
}

function tigeraStatuses({ calico }: PreflightInput): PreflightFinding[] {
  const statuses = calico.operator?.tigeraStatuses ?? [];
  return statuses
    .filter(({ isAvailable, isDegraded, isProgressing }) => !isAvailable || isDegraded || isProgressing)
    .map((status) => {
      const says = status.isDegraded ? 'Degraded' : status.isAvailable ? 'Progressing' : 'not Available';
      return finding('tigera-status', status.isDegraded || !status.isAvailable ? 'skippable' : 'warning', {
        message: `TigeraStatus ${status.name} is ${says}${status.reason === '' ? '' : ` (${status.reason})`}${status.message === '' ? '' : `: ${status.message}`}.`,
        remedy: 'Put right what the operator names first.',
        evidence: [
          evidenceOf(
            { apiVersion: 'operator.tigera.io/v1', kind: 'TigeraStatus', namespace: null, name: status.name },
            'status.conditions',
            says,
          ),
        ],
      });
    });
}

function apiserver({ calico }: PreflightInput): PreflightFinding[] {
  const service = calico.components.apiserver?.apiService;
  if (!service || service.isAvailable) return [];
  return [
    finding('apiserver-unavailable', 'mandatory', {
      message: `APIService ${service.reference.name} is not Available (${service.reason}): ${service.message}`,
      remedy:
        'Repair the Calico API server, or remove its APIService if it is not used, before anything else.',
      evidence: [evidenceOf(service.reference, 'status.conditions[type=Available].reason', service.reason)],
      source: 'https://github.com/projectcalico/calico/issues/7555',
    }),
  ];
}

function datastore({ calico }: PreflightInput): PreflightFinding[] {
  const found: PreflightFinding[] = [];
  const information = calico.config.clusterInformation;
  if (information && valueAt(information, 'spec', 'datastoreReady') === false) {
    found.push(
      finding('datastore-not-ready', 'mandatory', {
        message: 'ClusterInformation says datastoreReady: false.',
        remedy: 'Finish the migration that locked it (“calicoctl datastore migrate unlock”).',
        evidence: [evidenceOf(referenceOf(information), 'spec.datastoreReady', 'false')],
        source: 'https://docs.tigera.io/calico/latest/operations/datastore-migration',
      }),
    );
  }
  const migration = calico.datastoreMigration;
  if (migration && !/^(?:complete|completed)$/i.test(migration.phase)) {
    found.push(
      finding('datastore-migration', 'mandatory', {
        message: `${nameOf(migration.reference)} is in phase ${migration.phase === '' ? 'unknown' : migration.phase}.`,
        remedy: 'Let the migration to native v3 CRDs end, or delete it, first.',
        evidence: [evidenceOf(migration.reference, 'status.phase', migration.phase)],
        source: 'https://docs.tigera.io/calico/latest/operations/crd-migration',
      }),
    );
  }
  return found;
}

/** Kinds whose absence shows that a file was applied in part, or only its images were moved. */
const TELLING_KINDS: ReadonlySet<string> = new Set([
  'ClusterRole',
  'ClusterRoleBinding',
  'ServiceAccount',
  'CustomResourceDefinition',
]);

function missingObjects({ calico, from }: PreflightInput): PreflightFinding[] {
  if (calico.method !== 'manifest') return [];
  const file = `${calico.variant}.yaml`;
  const live = new Set(calico.objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`));
  const missing = installObjects().filter(
    ({ kind, name, since, until, files }) =>
      TELLING_KINDS.has(kind) &&
      files.includes(file) &&
      compareVersions(versionOf(since), from) <= 0 &&
      (until === null || compareVersions(from, versionOf(until)) <= 0) &&
      !live.has(`${kind}/${name}`),
  );
  if (missing.length === 0 || live.size === 0) return [];
  return [
    finding('install-incomplete', 'warning', {
      message: `${count(missing.length, 'object', 'objects')} of ${file} ${formatVersion(from)} ${missing.length === 1 ? 'is' : 'are'} not in the cluster: ${listNames(missing.map(({ kind, name }) => `${kind} ${name}`))}.`,
      remedy:
        'The upgrade brings what the target has; find out who removed them, or whether only an image was moved.',
      source: 'https://github.com/projectcalico/calico/issues/4911',
    }),
  ];
}
