import { Collector } from '../collector.js';
import type { Extraction } from '../detector.js';
import type { SourceFile } from '../source-file.js';
import { scalarAt, textAt } from '../../yaml/query.js';

/** kind and k3d configuration: the images of the nodes and the name of the cluster. */
export function extract(file: SourceFile, group: string): Extraction {
  const collector = new Collector();
  for (const { root, start, end } of file.yaml().documents) {
    if (!textAt(root, 'apiVersion').startsWith(group)) continue;
    collector.addImages(file.code().slice(start, end), start);
    const name = scalarAt(root, 'name') ?? scalarAt(root, 'metadata', 'name');
    if (name && name.value !== '')
      collector.facts.push({ kind: 'cluster-name', name: name.value, offset: name.start });
  }
  return collector;
}
