import { Collector } from '../collector.js';
import type { Extraction } from '../detector.js';
import type { SourceFile } from '../source-file.js';
import { calicoChartOf, isLocalChart, otherCniOf } from '../../version/charts.js';
import { classifyRepository } from '../../version/image.js';
import type { YamlMap, YamlNode, YamlScalar, YamlSequence } from '../../yaml/node.js';
import { asScalar, at, itemsOf, scalarAt, textAt, walk } from '../../yaml/query.js';
import { readCommands } from './commands.js';

/** Keys under which tools name a chart: helmfile, HelmChart, HelmChartProxy, Fleet, k0s, Sveltos, Ansible, kustomize. */
const CHART_KEYS: ReadonlySet<string> = new Set([
  'chart',
  'chartName',
  'chartname',
  'chart_name',
  'chart_ref',
  'chartRef',
  'remoteChart',
  'helmChart',
]);
const VERSION_KEYS = ['version', 'chartVersion', 'chart_version', 'chartversion', 'targetRevision'];
const REPOSITORY_KEYS: ReadonlySet<string> = new Set(['repository', 'image', 'imageName', 'name', 'repo']);
const TAG_KEYS = ['tag', 'imageTag', 'newTag', 'version'];
/** Fields of `Chart.yaml` and what its templates call them. */
const CHART_FIELDS = [
  ['appVersion', 'Chart.AppVersion'],
  ['version', 'Chart.Version'],
] as const;
const UPSTREAM_REPOSITORY = /projectcalico|tigera/;
const ENTERPRISE_REPOSITORY = 'downloads.tigera.io/ee';

/** Helm: `Chart.yaml`, `Chart.lock`, values, whatever names a chart and its version in YAML, and `helm` commands. */
export function extract(file: SourceFile): Extraction {
  const collector = new Collector();
  const isChart = /(?:^|\/)(?:Chart|requirements)\.(?:ya?ml|lock)$/.test(file.path);
  for (const { root } of file.yaml().documents) {
    if (isChart) readChartFile(root, collector);
    readFleet(root, collector);
    for (const { node, parent } of walk(root)) {
      if (node.kind === 'sequence') readStates(node, collector);
      else if (node.kind === 'map' && !isStates(parent)) readMap(node, collector);
    }
  }
  readCommands(file.code(), collector);
  return collector;
}

function readChartFile(root: YamlNode, collector: Collector): void {
  for (const dependency of itemsOf(at(root, 'dependencies'))) {
    const name = scalarAt(dependency, 'name');
    if (name) readChart(name, scalarAt(dependency, 'version'), textAt(dependency, 'repository'), collector);
  }
  for (const [key, name] of CHART_FIELDS) {
    const scalar = scalarAt(root, key);
    if (scalar?.isVerbatim) collector.definitions.push({ name, text: scalar.value, offset: scalar.start });
  }
  const chart = calicoChartOf(textAt(root, 'name'));
  if (!chart) return;
  for (const key of ['version', 'appVersion']) {
    collector.addScalar('calico', { kind: 'chart', name: chart }, scalarAt(root, key));
  }
}

/** Fleet's `fleet.yaml` repeats only what differs: the version for some clusters, without the chart. */
function readFleet(root: YamlNode, collector: Collector): void {
  const chart = calicoChartOf(textAt(root, 'helm', 'chart'));
  if (!chart || textAt(root, 'helm', 'repo').includes(ENTERPRISE_REPOSITORY)) return;
  for (const target of itemsOf(at(root, 'targetCustomizations'))) {
    collector.addScalar('calico', { kind: 'chart', name: chart }, scalarAt(target, 'helm', 'version'));
  }
}

/** Salt writes one map as a list of maps with one key each. */
function readStates(sequence: YamlSequence, collector: Collector): void {
  if (!isStates(sequence)) return;
  const entries = sequence.items.flatMap((item) => (item.kind === 'map' ? item.entries : []));
  readMap({ kind: 'map', start: sequence.start, entries }, collector);
}

function isStates(node: YamlNode | null): boolean {
  return (
    node?.kind === 'sequence' &&
    node.items.length > 1 &&
    node.items.every((item) => item.kind === 'map' && item.entries.length === 1)
  );
}

function readMap(map: YamlMap, collector: Collector): void {
  for (const { key, value } of map.entries) {
    const scalar = asScalar(value);
    if (CHART_KEYS.has(key.value) && scalar) readChart(scalar, versionOf(map), repositoryOf(map), collector);
    if (CHART_KEYS.has(key.value) && value.kind === 'map') readChartMap(value, collector);
    if (REPOSITORY_KEYS.has(key.value) && scalar) readSplitImage(key.value, scalar, map, collector);
    if (key.value === 'tigeraOperator') {
      collector.addScalar('tigera-operator', { kind: 'image', name: 'operator' }, scalarAt(value, 'version'));
    }
    if (key.value === 'calicoctl') {
      collector.addScalar('calicoctl', { kind: 'image', name: 'ctl' }, scalarAt(value, 'tag'));
    }
  }
  const name = scalarAt(map, 'name');
  const isNamedChart = name && UPSTREAM_REPOSITORY.test(repositoryOf(map));
  if (isNamedChart) readChart(name, versionOf(map), repositoryOf(map), collector);
}

/** Crossplane, vendir and the first Helm operator: `chart: { name, repository, version }`. */
function readChartMap(map: YamlMap, collector: Collector): void {
  const name = scalarAt(map, 'name');
  if (name && versionOf(map)) readChart(name, versionOf(map), repositoryOf(map), collector);
}

function versionOf(map: YamlMap): YamlScalar | null {
  for (const key of VERSION_KEYS) {
    const version = scalarAt(map, key);
    if (version) return version;
  }
  return null;
}

function repositoryOf(map: YamlMap): string {
  return (
    ['repo', 'repoURL', 'repository', 'repositoryURL', 'chart_repo_url']
      .map((key) => textAt(map, key))
      .find(Boolean) ?? ''
  );
}

function readChart(
  reference: YamlScalar,
  version: YamlScalar | null,
  repository: string,
  collector: Collector,
): void {
  const otherCni = otherCniOf(reference.value);
  if (otherCni) collector.facts.push({ kind: 'other-cni', name: otherCni, offset: reference.start });
  const chart = calicoChartOf(reference.value);
  if (!chart || repository.includes(ENTERPRISE_REPOSITORY)) return;
  if (isLocalChart(reference.value)) {
    collector.addReference(reference.value, reference.start);
    return;
  }
  if (collector.addScalar('calico', { kind: 'chart', name: chart }, version) || version) return;
  // A bare name alone may be a chart that lies beside: only one that is fetched floats
  if (reference.isVerbatim && (reference.value.includes('/') || repository !== '')) {
    collector.addUnpinned('calico', { kind: 'chart', name: chart }, reference.value, reference.start);
  }
}

/** An image whose repository and tag are two keys of one map. */
function readSplitImage(key: string, repository: YamlScalar, map: YamlMap, collector: Collector): void {
  const image = classifyRepository(repository.value);
  if (!image) return;
  // `name: kube-proxy` is an addon of the cloud's and `name: tigera-operator` a chart, with versions of their own
  if (key === 'name' && image.component !== 'calico' && !repository.value.includes('/')) return;
  for (const key of TAG_KEYS) {
    if (collector.addScalar(image.component, { kind: 'image', name: image.name }, scalarAt(map, key))) return;
  }
}
