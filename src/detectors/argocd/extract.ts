import { Collector } from '../collector.js';
import type { Extraction } from '../detector.js';
import type { SourceFile } from '../source-file.js';
import { calicoChartOf, otherCniOf } from '../../version/charts.js';
import type { YamlNode } from '../../yaml/node.js';
import { asScalar, at, itemsOf, scalarAt, textAt, walk } from '../../yaml/query.js';

const UPSTREAM = /github\.com[/:]projectcalico\/calico(?:\.git)?$/;
const ENTERPRISE_REPOSITORY = 'downloads.tigera.io/ee';

/** Argo CD: the sources of `Application` and `ApplicationSet`, the cluster they go to, and how they are synced. */
export function extract(file: SourceFile): Extraction {
  const collector = new Collector();
  for (const { root } of file.yaml().documents) {
    for (const { node } of walk(root)) {
      if (node.kind !== 'map' || !textAt(node, 'apiVersion').startsWith('argoproj.io/')) continue;
      const kind = textAt(node, 'kind');
      if (kind === 'Application') readApplication(at(node, 'spec'), collector);
      if (kind === 'ApplicationSet') readApplication(at(node, 'spec', 'template', 'spec'), collector);
    }
  }
  return collector;
}

function readApplication(spec: YamlNode | null, collector: Collector): void {
  const single = at(spec, 'source');
  for (const source of [...(single ? [single] : []), ...itemsOf(at(spec, 'sources'))])
    readSource(source, spec, collector);
  const cluster = scalarAt(spec, 'destination', 'name');
  if (cluster && !['', 'in-cluster'].includes(cluster.value) && !cluster.value.includes('{{')) {
    collector.facts.push({ kind: 'cluster-name', name: cluster.value, offset: cluster.start });
  }
}

function readSource(source: YamlNode, spec: YamlNode | null, collector: Collector): void {
  const repository = textAt(source, 'repoURL');
  const revision = scalarAt(source, 'targetRevision');
  const reference = scalarAt(source, 'chart');
  if (reference) {
    const otherCni = otherCniOf(reference.value);
    if (otherCni) collector.facts.push({ kind: 'other-cni', name: otherCni, offset: reference.start });
    const chart = calicoChartOf(reference.value);
    if (!chart || repository.includes(ENTERPRISE_REPOSITORY)) return;
    const subject = { kind: 'chart', name: chart } as const;
    if (!collector.addScalar('calico', subject, revision) && !revision && reference.isVerbatim) {
      collector.addUnpinned('calico', subject, reference.value, reference.start);
    }
    collector.facts.push({
      kind: 'apply',
      target: `chart ${chart}`,
      mode: syncMode(spec),
      offset: reference.start,
    });
  } else if (UPSTREAM.test(repository)) {
    collector.addScalar('calico', { kind: 'manifest', file: '' }, revision);
  } else {
    const path = scalarAt(source, 'path');
    if (path) collector.addReference(path.value, path.start);
  }
}

/** Argo CD applies client-side unless `ServerSideApply=true` or `Replace=true` is among the sync options. */
function syncMode(spec: YamlNode | null): 'client-side' | 'server-side' | 'replace' {
  const options = itemsOf(at(spec, 'syncPolicy', 'syncOptions')).map(
    (option) => asScalar(option)?.value ?? '',
  );
  if (options.includes('ServerSideApply=true')) return 'server-side';
  return options.includes('Replace=true') ? 'replace' : 'client-side';
}
