import { caveatsBetween, operatorFor } from '../../catalog/queries.js';
import type { CalicoState } from '../../cluster/calico-state.js';
import type { NodeState } from '../../cluster/node-state.js';
import type { Workload } from '../../cluster/workload-state.js';
import { listAt, textAt } from '../../cluster/fields.js';
import { digestOf } from '../../cluster/image-set.js';
import { isCalicoImage, withoutBuild } from '../../cluster/interpret/image-version.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import { uniqueBy } from '../../text/unique.js';
import { formatVersion } from '../../version/version.js';
import { parseImage } from '../customisations/image-reference.js';
import type { Comparison, PlannedImage } from './preflight.js';

const HUB = 'docker.io';

/** An image, and the workload that runs it. */
interface Use {
  readonly image: string;
  readonly by: string;
}

/**
 * The images that the hops bring. Manifest installs: those of upstream's files, from the registry that the cluster takes
 * them from. Operator installs: those of the components that run now, at the hop's release, and the operator's own; what
 * a release brings besides is not in them.
 */
export function planImages(
  calico: CalicoState,
  nodes: readonly NodeState[],
  comparisons: readonly Comparison[],
): readonly PlannedImage[] {
  const held = nodes.map((node) => new Set(node.images.map(fullName)));
  const planned = comparisons.flatMap((hop) => {
    const uses = calico.method === 'manifest' ? usesInFiles(hop) : usesByOperator(calico, hop);
    return uniqueBy(uses, ({ image }) => image).map(({ image }) => ({
      image,
      release: hop.to,
      usedBy: [...new Set(uses.filter((use) => use.image === image).map(({ by }) => by))].sort(),
      onNodes: held.filter((images) => images.has(image)).length,
    }));
  });
  return uniqueBy(planned, ({ image }) => image);
}

/** The registry that an image comes from, Docker Hub written out: `docker.io`, `registry.example.com:5000`. */
export function registryOfImage(image: string): string {
  return parseImage(image)?.repository.split('/')[0] ?? '';
}

function usesInFiles(hop: Comparison): readonly Use[] {
  return hop.kind === 'compared' ? hop.result.objects.flatMap(usesOf) : [];
}

/** The images of a workload's pods. */
function usesOf(object: KubernetesObject): readonly Use[] {
  if (object.kind !== 'DaemonSet' && object.kind !== 'Deployment') return [];
  return ['initContainers', 'containers'].flatMap((list) =>
    listAt(object, 'spec', 'template', 'spec', list).map((container) => ({
      image: fullName(textAt(container, 'image')),
      by: `${object.kind} ${object.metadata.name}`,
    })),
  );
}

function usesByOperator(calico: CalicoState, hop: Comparison): readonly Use[] {
  const release = formatVersion(hop.to);
  const workloads = Object.values(calico.components).filter(
    (workload): workload is Workload => workload !== null,
  );
  const rendered = workloads.flatMap(({ reference, images }) =>
    images
      .filter(({ image }) => isCalicoImage(image))
      .map(({ image }) => ({
        image: `${movedRegistry(calico, hop, image)}${markOf(calico, release, image)}`,
        by: `${reference.kind} ${reference.name}`,
      })),
  );
  return [...operatorUse(calico, hop), ...rendered];
}

/** `:v3.31.7`; of the kind of build that runs now (`:v3.31.7-fips`), or by the digest that the release's ImageSet has. */
function markOf({ operator }: CalicoState, release: string, image: string): string {
  const { path, tag } = parseImage(image) ?? { path: image, tag: '' };
  const name = path.slice(path.lastIndexOf('/') + 1);
  const prefix = textAt(operator?.installation, 'spec', 'imagePrefix');
  const bare = prefix !== '' && name.startsWith(prefix) ? name.slice(prefix.length) : name;
  const digest = digestOf(operator, release, `calico/${bare}`);
  return digest === null ? `:${release}${tag.slice(withoutBuild(tag).length)}` : `@${digest}`;
}

/** From v3.30.4 on the operator takes images from quay.io where the Installation names no registry. */
function movedRegistry(calico: CalicoState, { from, to }: Comparison, image: string): string {
  const { repository, path } = parseImage(image) ?? { repository: image, path: image };
  const isOwn = textAt(calico.operator?.installation, 'spec', 'registry') !== '';
  const moves = caveatsBetween(from, to, 'upgrade').some(({ id }) => id === 'operator-registry-quay');
  return !isOwn && moves && repository.startsWith(`${HUB}/`) ? `quay.io/${path}` : repository;
}

/** The operator's image: of upstream's file where that was compared, else the live one's repository with its tag of then. */
function operatorUse(calico: CalicoState, hop: Comparison): readonly Use[] {
  const inFiles = usesInFiles(hop);
  if (inFiles.length > 0) return inFiles;
  const live = calico.operator?.deployment?.images.find(({ container }) => container === 'tigera-operator');
  const tag = operatorFor(hop.to);
  const image = parseImage(live?.image);
  return image && tag !== null
    ? [{ image: `${image.repository}:${tag}`, by: 'Deployment tigera-operator' }]
    : [];
}

/** The image with its registry, as the kubelet lists it. */
export function fullName(image: string): string {
  const parsed = parseImage(image);
  if (!parsed) return image;
  const tag = parsed.tag === '' ? '' : `:${parsed.tag}`;
  return `${parsed.repository}${parsed.digest === '' ? tag : `@${parsed.digest}`}`;
}
