import type { KubernetesObject } from '../../ports/cluster-client.js';
import { compareVersions, type Version } from '../../version/version.js';
import type { CalicoVersions, VersionReading, VersionSource } from '../calico-state.js';
import { textAt } from '../fields.js';
import { nameOf, referenceOf } from '../object-name.js';
import { workloadsOf } from './find-workloads.js';
import { isCalicoImage, isSameRelease, parseImage, releaseName, versionOfImage } from './image-version.js';
import { readVersions, type VersionSources } from './version-readings.js';
import { templateContainers } from './workload.js';

type Known = VersionReading & { readonly version: Version };
type Verdict = Pick<CalicoVersions, 'running' | 'verdict' | 'explanation'>;

const NAMES: Readonly<Record<VersionSource, string>> = {
  'node-pods': 'calico-node',
  'node-daemonset': 'the template of calico-node',
  typha: 'Typha',
  'kube-controllers': 'kube-controllers',
  apiserver: 'the Calico API server',
  'cluster-information': 'ClusterInformation',
  'installation-status': 'Installation.status',
  'operator-image': 'the operator',
  'helm-chart': 'the Helm release',
};
/** Sources that are written before or after the pods change, and lag without harm. */
const LAGGING = new Set<VersionSource>(['cluster-information', 'installation-status']);
/** Sources that say what is to run: where they are ahead of the pods an upgrade has begun. */
const WANTED = new Set<VersionSource>(['node-daemonset', 'operator-image']);

const isOfPods = ({ source }: VersionReading): boolean =>
  !LAGGING.has(source) && !WANTED.has(source) && source !== 'helm-chart';

/** The version by every source, and what the sources say together. */
export function judgeVersions(sources: VersionSources): CalicoVersions {
  const readings = readVersions(sources);
  const known = readings.filter((reading): reading is Known => reading.version !== null);
  const nodes = known.filter(({ source }) => source === 'node-pods');
  const verdict =
    nodes.length > 0 ? judgeByPods(known, nodes, sources.workloads) : judgeWithoutPods(readings, known);
  return { readings, ...verdict };
}

/** The pods of calico-node say what runs; everything else is held against them. */
function judgeByPods(
  known: readonly Known[],
  nodes: readonly Known[],
  workloads: readonly KubernetesObject[],
): Verdict {
  const [oldest] = nodes.map(({ version }) => version).sort(compareVersions);
  if (!oldest)
    return { running: null, verdict: 'unknown', explanation: 'No pod of calico-node says a version.' };
  const name = releaseName(oldest);
  const others = known.filter(({ version }) => !isSameRelease(version, oldest));
  const pods = others.filter(isOfPods);
  if (pods.length > 0) {
    const explanation = `Pods of several releases run: ${describe([...nodes, ...pods])}; an upgrade is under way or stopped half way.`;
    return { running: oldest, verdict: 'mixed', explanation };
  }
  const inside = mixedTemplate(workloads, oldest);
  if (inside !== null) return { running: oldest, verdict: 'conflict', explanation: inside };
  const wanted = others.filter(({ source }) => WANTED.has(source));
  if (wanted.length > 0) {
    const explanation = `Every pod of calico-node runs ${name}, but ${describe(wanted)}: a change has begun that reached no node yet.`;
    return { running: oldest, verdict: 'mixed', explanation };
  }
  const lagging = others.filter(({ source }) => LAGGING.has(source));
  const rest = others.filter(({ source }) => !LAGGING.has(source));
  if (rest.length > 0) {
    const explanation = `The pods run ${name}, but ${describe(rest)}: it was changed by something else since.`;
    return { running: oldest, verdict: 'conflict', explanation };
  }
  if (lagging.length > 0) {
    const explanation = `Every pod runs ${name}; ${describe(lagging)}, which is known to lag and is not relied on.`;
    return { running: oldest, verdict: 'stale', explanation };
  }
  return { running: oldest, verdict: 'agreed', explanation: `Every source says ${name}.` };
}

/** Images by digest, tags of one's own, or no pods at all: only the others are left to ask. */
function judgeWithoutPods(readings: readonly VersionReading[], known: readonly Known[]): Verdict {
  const hasPods = readings.some(({ source }) => source === 'node-pods');
  const why = hasPods ? 'The images of calico-node carry no version' : 'No pod of calico-node runs';
  const [first] = known;
  if (!first)
    return { running: null, verdict: 'unknown', explanation: `${why}, and nothing else names one.` };
  if (known.some(({ version }) => !isSameRelease(version, first.version)))
    return {
      running: null,
      verdict: 'conflict',
      explanation: `${why}, and the other sources differ: ${describe(known)}.`,
    };
  const agreement = `${known.map(({ source }) => NAMES[source]).join(', ')} ${known.length > 1 ? 'say' : 'says'} ${releaseName(first.version)}`;
  return {
    running: first.version,
    verdict: hasPods ? 'agreed' : 'unknown',
    explanation: `${why}; ${agreement}.`,
  };
}

/** Calico's images within one pod template belong together; a single one moved by hand is no release. */
function mixedTemplate(workloads: readonly KubernetesObject[], running: Version): string | null {
  for (const workload of workloadsOf(workloads, 'node')) {
    for (const { container } of templateContainers(workload)) {
      const image = textAt(container, 'image');
      const version = isCalicoImage(image) ? versionOfImage(image) : null;
      if (!version || isSameRelease(version, running) || container['name'] === 'calico-node') continue;
      const { tag } = parseImage(image);
      return `calico-node runs ${releaseName(running)}, but its container ${textAt(container, 'name')} (${nameOf(referenceOf(workload))}) runs ${tag}: only part of the images was changed.`;
    }
  }
  return null;
}

/** `calico-node v3.28.2 (2 pods), ClusterInformation v3.29.7` */
function describe(readings: readonly Known[]): string {
  const parts = readings.map((reading) => {
    const { source, version, count } = reading;
    const isPods = isOfPods(reading);
    const pods = isPods ? ` (${count} ${count === 1 ? 'pod' : 'pods'})` : '';
    const verb = source === 'operator-image' ? ' installs' : isPods ? '' : ' says';
    return `${NAMES[source]}${verb} ${releaseName(version)}${pods}`;
  });
  return [...new Set(parts)].join(', ');
}
