import { calicoOfOperator, versionOf } from '../../catalog/queries.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { ImageSetState, OperatorState, TigeraStatusState } from '../calico-state.js';
import type { NodeState } from '../node-state.js';
import type { PodState } from '../workload-state.js';
import { listAt, numberAt, textAt } from '../fields.js';
import { workloadsOf } from './find-workloads.js';
import { versionOfImage } from './image-version.js';
import { containerOf, readWorkload } from './workload.js';

/** What the operator is read off. */
export interface OperatorSources {
  readonly workloads: readonly KubernetesObject[];
  readonly podsOf: (workload: KubernetesObject) => readonly PodState[];
  readonly installation: KubernetesObject | null;
  readonly tigeraStatuses: readonly KubernetesObject[];
  readonly imageSets: readonly KubernetesObject[];
  /** Every other object of the group operator.tigera.io. */
  readonly resources: readonly KubernetesObject[];
  readonly nodes: readonly NodeState[];
}

/** The operator's view; null where neither the operator nor an Installation is there. */
export function readOperator(sources: OperatorSources): OperatorState | null {
  const deployment = workloadsOf(sources.workloads, 'operator')[0] ?? null;
  if (!deployment && !sources.installation) return null;
  const image = deployment ? textAt(containerOf(deployment, 'tigera-operator'), 'image') : '';
  const version = versionOfImage(image);
  const installs = version && calicoOfOperator(version);
  return {
    deployment: deployment && readWorkload(deployment, sources.podsOf(deployment)),
    version,
    installs: installs ? versionOf(installs) : null,
    replicas: deployment ? (numberAt(deployment, 'spec', 'replicas') ?? 1) : 0,
    installation: sources.installation,
    imageSets: sources.imageSets.map(readImageSet).sort((a, b) => (a.name < b.name ? -1 : 1)),
    tigeraStatuses: sources.tigeraStatuses.map((status) => readStatus(status, sources)),
    resources: sources.resources,
    migration: migrationOf(sources.nodes),
  };
}

function readImageSet(set: KubernetesObject): ImageSetState {
  const images = listAt(set, 'spec', 'images');
  return {
    name: set.metadata.name,
    digests: Object.fromEntries(images.map((image) => [textAt(image, 'image'), textAt(image, 'digest')])),
  };
}

/** Statuses whose conditions speak of another object than one of their own name. */
const SUBJECTS: Readonly<Record<string, string>> = {
  calico: 'Installation',
  ippools: 'Installation',
  tiers: 'Installation',
  'kubeproxy-monitor': 'Installation',
  apiserver: 'APIServer',
  goldmane: 'Goldmane',
  whisker: 'Whisker',
  gatewayapi: 'GatewayAPI',
  istio: 'Istio',
};

function readStatus(status: KubernetesObject, sources: OperatorSources): TigeraStatusState {
  const conditions = listAt(status, 'status', 'conditions');
  const condition = (type: string): (typeof conditions)[number] | undefined =>
    conditions.find((item) => item['type'] === type);
  const isTrue = (type: string): boolean => condition(type)?.['status'] === 'True';
  const told =
    ['Degraded', 'Progressing', 'Available'].filter(isTrue).map(condition)[0] ?? condition('Degraded');
  const generation = subjectOf(status, sources)?.metadata.generation;
  return {
    name: status.metadata.name,
    isAvailable: isTrue('Available'),
    isProgressing: isTrue('Progressing'),
    isDegraded: isTrue('Degraded'),
    reason: textAt(told, 'reason'),
    message: textAt(told, 'message'),
    isCurrent: conditions.every((item) => {
      const observed = numberAt(item, 'observedGeneration') ?? 0;
      // Operators before 1.28 do not say which generation they speak of
      return generation === undefined || observed === 0 || observed >= generation;
    }),
  };
}

/** The object whose generation the conditions name. */
function subjectOf({ metadata }: KubernetesObject, sources: OperatorSources): KubernetesObject | null {
  const kind = SUBJECTS[metadata.name];
  if (kind === 'Installation') return sources.installation;
  return sources.resources.find((resource) => resource.kind === kind) ?? null;
}

const MIGRATION_LABEL = 'projectcalico.org/operator-node-migration';

function migrationOf(nodes: readonly NodeState[]): OperatorState['migration'] {
  const marks = nodes.flatMap(({ labels }) => labels[MIGRATION_LABEL] ?? []);
  if (marks.length === 0) return null;
  const migrated = marks.filter((mark) => mark === 'migrated').length;
  return { preOperator: marks.length - migrated, migrated };
}
