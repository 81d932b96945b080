import { calicoOfOperator, versionOf } from '../../catalog/queries.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import { parseVersion } from '../../version/version.js';
import type { HelmRelease, VersionReading, VersionSource } from '../calico-state.js';
import type { PodState } from '../workload-state.js';
import { textAt } from '../fields.js';
import { evidenceOf } from '../object-name.js';
import { NODE_CONTAINER } from './calico-node.js';
import { type Role, workloadsOf } from './find-workloads.js';
import { versionOfImage } from './image-version.js';
import { containerOf } from './workload.js';

/** What versions are read off. */
export interface VersionSources {
  readonly workloads: readonly KubernetesObject[];
  readonly podsOf: (workload: KubernetesObject) => readonly PodState[];
  readonly clusterInformation: KubernetesObject | null;
  readonly installation: KubernetesObject | null;
  readonly helm: HelmRelease | null;
}

const POD_SOURCES: readonly (readonly [VersionSource, Role, string])[] = [
  ['node-pods', 'node', NODE_CONTAINER],
  ['typha', 'typha', 'calico-typha'],
  ['kube-controllers', 'kube-controllers', 'calico-kube-controllers'],
  ['apiserver', 'apiserver', 'calico-apiserver'],
];

/** Every source that names a version, pods first. */
export function readVersions(sources: VersionSources): VersionReading[] {
  return [
    ...POD_SOURCES.flatMap(([source, role, container]) =>
      workloadsOf(sources.workloads, role).flatMap((workload) =>
        readPods(source, workload, container, sources.podsOf(workload)),
      ),
    ),
    ...workloadsOf(sources.workloads, 'node').map((workload) =>
      readTemplate('node-daemonset', workload, NODE_CONTAINER),
    ),
    ...readObject('cluster-information', sources.clusterInformation, ['spec', 'calicoVersion']),
    ...readObject('installation-status', sources.installation, ['status', 'calicoVersion']),
    ...workloadsOf(sources.workloads, 'operator').map(readOperator),
    ...readHelm(sources.helm),
  ];
}

/** One reading per image that the pods run; what has ended or was evicted runs nothing. */
function readPods(
  source: VersionSource,
  workload: KubernetesObject,
  container: string,
  pods: readonly PodState[],
): VersionReading[] {
  const counts = new Map<string, { count: number; pod: PodState }>();
  for (const pod of pods) {
    const image = pod.images[container];
    if (image === undefined || pod.phase === 'Failed' || pod.phase === 'Succeeded') continue;
    const known = counts.get(image);
    if (known) known.count += 1;
    else counts.set(image, { count: 1, pod });
  }
  const field = `spec.containers[name=${container}].image`;
  return [...counts].map(([image, { count, pod }]) => ({
    source,
    version: versionOfImage(image),
    text: image,
    count,
    at: {
      object: {
        apiVersion: 'v1',
        kind: 'Pod',
        namespace: workload.metadata.namespace ?? null,
        name: pod.name,
      },
      field,
      value: image,
    },
  }));
}

function readTemplate(source: VersionSource, workload: KubernetesObject, name: string): VersionReading {
  const image = textAt(containerOf(workload, name), 'image');
  const at = evidenceOf(workload, `spec.template.spec.containers[name=${name}].image`, image);
  return { source, version: versionOfImage(image), text: image, count: 1, at };
}

/** The Calico that the operator's image installs, by the catalog. */
function readOperator(workload: KubernetesObject): VersionReading {
  const reading = readTemplate('operator-image', workload, 'tigera-operator');
  const calico = reading.version && calicoOfOperator(reading.version);
  return { ...reading, version: calico ? versionOf(calico) : null };
}

function readObject(
  source: VersionSource,
  object: KubernetesObject | null,
  path: readonly string[],
): VersionReading[] {
  const text = textAt(object, ...path);
  if (!object || text === '') return [];
  return [
    { source, version: parseVersion(text), text, count: 1, at: evidenceOf(object, path.join('.'), text) },
  ];
}

function readHelm(release: HelmRelease | null): VersionReading[] {
  if (!release) return [];
  const { name, namespace, chart, chartVersion, revision } = release;
  const object = {
    apiVersion: 'v1',
    kind: 'Secret',
    namespace,
    name: `sh.helm.release.v1.${name}.v${revision}`,
  };
  const text = `${chart} ${chartVersion}`;
  // Only upstream's chart has Calico's version for its own
  const version = chart === 'tigera-operator' ? parseVersion(chartVersion) : null;
  return [
    {
      source: 'helm-chart',
      version,
      text,
      count: 1,
      at: { object, field: 'chart.metadata.version', value: chartVersion },
    },
  ];
}
