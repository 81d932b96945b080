import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { PullFailure } from '../cluster-state.js';
import { listAt, textAt } from '../fields.js';
import { evidenceOf } from '../object-name.js';
import type { Accumulator } from './accumulator.js';

/** What containers wait with whose image cannot be had. */
const REASONS: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'ImageInspectError',
  'InvalidImageName',
  'RegistryUnavailable',
  'SignatureValidationFailed',
]);
/** So many images are kept; a cluster with more has other worries. */
const MOST_IMAGES = 200;

/** Whether a reason says that an image cannot be had. */
export function isPullFailure(reason: string | null): boolean {
  return reason !== null && REASONS.has(reason);
}

/** Sums up the pods that wait for an image, by image. */
export function findPullFailures(): Accumulator<PullFailure[]> {
  const byImage = new Map<string, PullFailure>();
  return {
    add(pod) {
      for (const failure of failuresOf(pod)) {
        const known = byImage.get(failure.image);
        if (known) byImage.set(failure.image, { ...known, pods: known.pods + 1 });
        else if (byImage.size < MOST_IMAGES) byImage.set(failure.image, failure);
      }
    },
    result: () => [...byImage.values()].sort((a, b) => (a.image < b.image ? -1 : 1)),
  };
}

/** One failure for each image, however many containers of the pod want it. */
function failuresOf(pod: KubernetesObject): PullFailure[] {
  const found = new Map<string, PullFailure>();
  for (const list of ['initContainerStatuses', 'containerStatuses']) {
    for (const status of listAt(pod, 'status', list)) {
      const reason = textAt(status, 'state', 'waiting', 'reason');
      if (!isPullFailure(reason)) continue;
      const image = imageOf(pod, textAt(status, 'name')) || textAt(status, 'image');
      const field = `status.${list}[name=${textAt(status, 'name')}].state.waiting.reason`;
      found.set(image, { image, pods: 1, evidence: evidenceOf(pod, field, reason) });
    }
  }
  return [...found.values()];
}

/** The status writes the image in other words than the spec while it is not there. */
function imageOf(pod: KubernetesObject, container: string): string {
  const containers = [...listAt(pod, 'spec', 'initContainers'), ...listAt(pod, 'spec', 'containers')];
  return textAt(
    containers.find((item) => item['name'] === container),
    'image',
  );
}
