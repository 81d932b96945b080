import { Collector } from '../collector.js';
import type { Extraction } from '../detector.js';
import type { SourceFile } from '../source-file.js';
import { calicoChartOf, otherCniOf } from '../../version/charts.js';
import { classifyRepository } from '../../version/image.js';
import type { YamlNode, YamlScalar } from '../../yaml/node.js';
import { asScalar, at, itemsOf, scalarAt, textAt } from '../../yaml/query.js';

const RESOURCE_LISTS = [
  'resources',
  'bases',
  'components',
  'crds',
  'patchesStrategicMerge',
  'configurations',
  'generators',
];
/** A local file or folder that carries a release in its name: `calico-v3.26.1.yaml`, `calico/v3.26/`. */
const VERSIONED_NAME =
  /(?:calico|tigera-operator)[\w.]{0,40}?[-_/](?<version>v?3\.\d+(?:\.\d+)?)(?=[./_-]|$)/d;

/** Kustomize: resources and components, `images`, `helmCharts`, and files that carry a version in their name. */
export function extract(file: SourceFile): Extraction {
  const collector = new Collector();
  for (const { root } of file.yaml().documents) {
    for (const list of RESOURCE_LISTS) {
      for (const item of itemsOf(at(root, list))) readResource(asScalar(item), collector);
    }
    for (const patch of itemsOf(at(root, 'patches'))) readResource(scalarAt(patch, 'path'), collector);
    for (const image of itemsOf(at(root, 'images'))) readImage(image, collector);
    for (const chart of itemsOf(at(root, 'helmCharts'))) readChart(chart, collector);
  }
  return collector;
}

function readResource(resource: YamlScalar | null, collector: Collector): void {
  if (!resource || /^https?:|^git@|^(?:[\w-]+\.)+[\w-]+\/.*(?:\?ref=|\/\/)/.test(resource.value)) return;
  collector.addReference(resource.value, resource.start);
  const versioned = VERSIONED_NAME.exec(resource.value);
  const at = versioned?.indices?.groups?.['version']?.[0];
  if (!versioned || at === undefined || !resource.isVerbatim) return;
  const name = resource.value.split('/').at(-1) ?? '';
  const text = versioned.groups?.['version'] ?? '';
  collector.add({
    component: 'calico',
    subject: { kind: 'manifest', file: name },
    text,
    offset: resource.start + at,
  });
}

function readImage(image: YamlNode, collector: Collector): void {
  const tag = scalarAt(image, 'newTag');
  const of = classifyRepository(textAt(image, 'newName')) ?? classifyRepository(textAt(image, 'name'));
  if (of) collector.addScalar(of.component, { kind: 'image', name: of.name }, tag);
}

function readChart(chart: YamlNode, collector: Collector): void {
  const reference = scalarAt(chart, 'name');
  if (!reference) return;
  const otherCni = otherCniOf(reference.value);
  if (otherCni) collector.facts.push({ kind: 'other-cni', name: otherCni, offset: reference.start });
  const name = calicoChartOf(reference.value);
  if (!name) return;
  const version = scalarAt(chart, 'version');
  if (collector.addScalar('calico', { kind: 'chart', name }, version) || version || !reference.isVerbatim)
    return;
  collector.addUnpinned('calico', { kind: 'chart', name }, reference.value, reference.start);
}
