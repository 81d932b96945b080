import { EnvironmentError } from '../../src/errors.js';
import { type RealNode } from './real-node.js';

/**
 * Gives a node the images of an archive; one of the same name is replaced.
 *
 * @throws EnvironmentError with what containerd said.
 */
export async function importImages(node: RealNode, archive: Buffer): Promise<void> {
  const command = ['ctr', '--namespace=k8s.io', 'images', 'import', '--snapshotter=overlayfs', '-'] as const;
  const { status, stderr } = await node.run(command, archive);
  if (status === 0) return;
  throw new EnvironmentError(
    `${node.name} does not take the images: ${stderr.trim()}`,
    `See the log of containerd on ${node.name}.`,
  );
}
