import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { operatorsOf, versionOf } from '../../src/catalog/queries.js';
import {
  type CalicoBehaviour,
  calicoImages,
  type CalicoLayers,
  operatorImages,
} from '../images/calico-images.js';
import { writeImageArchive } from '../images/image.js';
import { importImages } from './import-images.js';
import { realNodesDirectory } from './layout.js';
import { openRealNodes } from './real-node.js';

/**
 * Gives the real nodes of the cluster in this directory stand-ins of all images of a Calico version, and of its
 * operator, under the names that upstream's manifests use. Called again for the same version, new containers behave as it says then.
 *
 * @param version `v3.28.2`.
 * @throws EnvironmentError where a node does not take them.
 */
export async function provideCalicoImages(
  clusterDirectory: string,
  version: string,
  behaviour: CalicoBehaviour = {},
): Promise<void> {
  const nodes = openRealNodes(clusterDirectory);
  if (nodes.length === 0) return;
  const layers = readLayers(clusterDirectory);
  const archive = writeImageArchive([
    ...calicoImages(version, layers, behaviour),
    ...operatorImages(operatorsOf(versionOf(version)), layers),
  ]);
  await Promise.all(nodes.map((node) => importImages(node, archive)));
}

/** Notes layers that every real node has from the start, so that images of a version bring no content. */
export function recordLayers(clusterDirectory: string, { base, agnhost, standIn }: CalicoLayers): void {
  const layers: CalicoLayers = {
    base: { ...base, content: null },
    agnhost: { ...agnhost, content: null },
    standIn: { ...standIn, content: null },
  };
  writeFileSync(layersFile(clusterDirectory), JSON.stringify(layers));
}

function readLayers(clusterDirectory: string): CalicoLayers {
  return JSON.parse(readFileSync(layersFile(clusterDirectory), 'utf8')) as CalicoLayers;
}

function layersFile(clusterDirectory: string): string {
  return join(realNodesDirectory(clusterDirectory), 'layers.json');
}
