import type { OperatorState } from './calico-state.js';

/**
 * The digest by which an operator pulls an image of a release: `sha256:…`; null where no ImageSet of the release has one.
 *
 * @param release `v3.31.7`
 * @param image `calico/node`
 */
export function digestOf(
  operator: Pick<OperatorState, 'imageSets'> | null | undefined,
  release: string,
  image: string,
): string | null {
  const set = operator?.imageSets.find(({ name }) => name === `calico-${release}`);
  const digest = set?.digests[image] ?? '';
  return digest === '' ? null : digest;
}
