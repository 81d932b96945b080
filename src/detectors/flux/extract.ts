import { Collector } from '../collector.js';
import type { Extraction } from '../detector.js';
import type { SourceFile } from '../source-file.js';
import { calicoChartOf, otherCniOf } from '../../version/charts.js';
import { parseVersion } from '../../version/version.js';
import type { YamlNode } from '../../yaml/node.js';
import { asMap, asScalar, at, scalarAt, textAt } from '../../yaml/query.js';

/** Flux: `HelmRelease` and `HelmChart`, `OCIRepository` and `GitRepository` of Calico, `Kustomization`'s path. */
export function extract(file: SourceFile): Extraction {
  const collector = new Collector();
  for (const { root } of file.yaml().documents) {
    const group = textAt(root, 'apiVersion').split('/')[0] ?? '';
    if (!group.endsWith('toolkit.fluxcd.io')) continue;
    READERS[textAt(root, 'kind')]?.(root, collector);
  }
  return collector;
}

const READERS: Readonly<Record<string, (root: YamlNode, collector: Collector) => void>> = {
  HelmRelease: (root, collector) => {
    readChart(at(root, 'spec', 'chart', 'spec'), collector);
  },
  HelmChart: (root, collector) => {
    readChart(at(root, 'spec'), collector);
  },
  OCIRepository: readOciRepository,
  GitRepository: readGitRepository,
  Kustomization: readKustomization,
};

function readChart(spec: YamlNode | null, collector: Collector): void {
  const reference = scalarAt(spec, 'chart');
  if (!reference) return;
  const otherCni = otherCniOf(reference.value);
  if (otherCni) collector.facts.push({ kind: 'other-cni', name: otherCni, offset: reference.start });
  const chart = calicoChartOf(reference.value);
  if (!chart) return;
  if (textAt(spec, 'sourceRef', 'kind') === 'GitRepository') {
    collector.addReference(reference.value, reference.start);
    return;
  }
  const version = scalarAt(spec, 'version');
  if (
    collector.addScalar('calico', { kind: 'chart', name: chart }, version) ||
    version ||
    !reference.isVerbatim
  )
    return;
  collector.addUnpinned('calico', { kind: 'chart', name: chart }, reference.value, reference.start);
}

function readOciRepository(root: YamlNode, collector: Collector): void {
  const url = scalarAt(root, 'spec', 'url');
  if (!url) return;
  const otherCni = otherCniOf(url.value);
  if (otherCni) collector.facts.push({ kind: 'other-cni', name: otherCni, offset: url.start });
  const chart = calicoChartOf(url.value);
  if (!chart) return;
  const version = scalarAt(root, 'spec', 'ref', 'tag') ?? scalarAt(root, 'spec', 'ref', 'semver');
  if (collector.addScalar('calico', { kind: 'chart', name: chart }, version)) return;
  if (!version && url.isVerbatim && !at(root, 'spec', 'ref', 'digest'))
    collector.addUnpinned('calico', { kind: 'chart', name: chart }, url.value, url.start);
}

function readGitRepository(root: YamlNode, collector: Collector): void {
  if (!/github\.com[/:]projectcalico\/calico(?:\.git)?$/.test(textAt(root, 'spec', 'url'))) return;
  const ref =
    scalarAt(root, 'spec', 'ref', 'tag') ??
    scalarAt(root, 'spec', 'ref', 'semver') ??
    scalarAt(root, 'spec', 'ref', 'branch');
  collector.addScalar('calico', { kind: 'manifest', file: '' }, ref);
}

function readKustomization(root: YamlNode, collector: Collector): void {
  const path = scalarAt(root, 'spec', 'path');
  if (path) collector.addReference(path.value, path.start);
  for (const { key, value } of asMap(at(root, 'spec', 'postBuild', 'substitute'))?.entries ?? []) {
    const scalar = asScalar(value);
    if (scalar?.isVerbatim && parseVersion(scalar.value)) {
      collector.definitions.push({ name: key.value, text: scalar.value, offset: scalar.start });
    }
  }
}
