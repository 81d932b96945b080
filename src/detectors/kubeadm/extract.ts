import { Collector } from '../collector.js';
import type { Extraction } from '../detector.js';
import type { SourceFile } from '../source-file.js';
import { createValueReader } from '../../text/templates.js';
import type { YamlNode } from '../../yaml/node.js';
import { scalarAt, textAt, walk } from '../../yaml/query.js';

const UPGRADE = /\bkubeadm[ \t]+upgrade[ \t]+apply[ \t]+(?:-\S+[ \t]+){0,20}["']?/g;
const readVersion = createValueReader(String.raw`[\w.+-]`);

/** kubeadm: `kubernetesVersion` of a `ClusterConfiguration` or `InitConfiguration`, and `kubeadm upgrade apply`. */
export function extract(file: SourceFile): Extraction {
  const collector = new Collector();
  for (const { root } of file.yaml().documents) {
    if (textAt(root, 'apiVersion').startsWith('kubeadm.k8s.io/')) readConfiguration(root, collector);
    for (const { node, keys } of walk(root)) {
      if (node.kind === 'map' && keys.at(-1) === 'clusterConfiguration') readConfiguration(node, collector);
    }
  }
  const code = file.code();
  for (const match of code.matchAll(UPGRADE)) {
    const offset = match.index + match[0].length;
    const text = readVersion(code, offset);
    if (text === '') continue;
    collector.add({
      component: 'kubernetes',
      subject: { kind: 'field', name: 'kubeadm upgrade apply' },
      text,
      offset,
    });
  }
  return collector;
}

function readConfiguration(configuration: YamlNode, collector: Collector): void {
  const subject = { kind: 'field', name: 'ClusterConfiguration.kubernetesVersion' } as const;
  collector.addScalar('kubernetes', subject, scalarAt(configuration, 'kubernetesVersion'));
  const name = scalarAt(configuration, 'clusterName');
  if (name && name.value !== 'kubernetes' && name.value !== '' && !name.value.includes('$')) {
    collector.facts.push({ kind: 'cluster-name', name: name.value, offset: name.start });
  }
}
