import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CalicoBehaviour, calicoImages, createStandInLayer } from '../images/calico-images.js';
import { type Layer, writeImageArchive } from '../images/image.js';
import { importImages } from './import-images.js';
import { realNodesDirectory } from './layout.js';
import { openRealNodes } from './real-node.js';

/** The layers that every real node has from the start, so that later images need not bring them. */
export interface CommonLayers {
  readonly base: Layer;
  readonly agnhost: Layer;
}

/**
 * Gives the real nodes of the cluster in this directory stand-ins of all images of a Calico version, under the names
 * that upstream's manifests use. Called again for the same version, new containers behave as it says then.
 *
 * @param version `v3.28.2`.
 * @throws EnvironmentError where a node does not take them.
 */
export async function provideCalicoImages(
  clusterDirectory: string,
  version: string,
  behaviour: CalicoBehaviour = {},
): Promise<void> {
  const layers = { ...readCommonLayers(clusterDirectory), standIn: createStandInLayer() };
  const archive = writeImageArchive(calicoImages(version, layers, behaviour));
  await Promise.all(openRealNodes(clusterDirectory).map((node) => importImages(node, archive)));
}

export function recordCommonLayers(clusterDirectory: string, { base, agnhost }: CommonLayers): void {
  const layers: CommonLayers = { base: { ...base, content: null }, agnhost: { ...agnhost, content: null } };
  writeFileSync(layersFile(clusterDirectory), JSON.stringify(layers));
}

function readCommonLayers(clusterDirectory: string): CommonLayers {
  return JSON.parse(readFileSync(layersFile(clusterDirectory), 'utf8')) as CommonLayers;
}

function layersFile(clusterDirectory: string): string {
  return join(realNodesDirectory(clusterDirectory), 'layers.json');
}
