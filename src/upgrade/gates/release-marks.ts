import { listAt, textAt } from '../../cluster/fields.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import { withoutBuild } from '../../cluster/interpret/image-version.js';
import { parseImage } from '../customisations/image-reference.js';

const CONTAINERS = ['initContainers', 'containers'] as const;

/**
 * What tells the release of a workload, wherever its images are pulled from: their tags, or digests where they have
 * some. Each once: `:v3.30.7`, `@sha256:…`. Builds of a release (`v3.30.7-fips`) are that release.
 */
export function releaseMarks(workload: KubernetesObject): readonly string[] {
  const images = CONTAINERS.flatMap((list) => listAt(workload, 'spec', 'template', 'spec', list));
  const marks = images.flatMap((container) => {
    const image = parseImage(textAt(container, 'image'));
    if (image === null) return [];
    return image.digest === '' ? `:${withoutBuild(image.tag)}` : `@${image.digest}`;
  });
  return [...new Set(marks)];
}

/** Whether a workload bears all of the marks; what others added to it may bear more. */
export function bearsMarks(workload: KubernetesObject, marks: readonly string[]): boolean {
  const borne = releaseMarks(workload);
  return marks.every((mark) => borne.includes(mark));
}
