import type { CalicoState } from '../../cluster/calico-state.js';
import type { ClusterClient, KubernetesObject } from '../../ports/cluster-client.js';
import type { Version } from '../../version/version.js';
import { compareVersions } from '../../version/version.js';
import { versionOf } from '../../catalog/queries.js';
import { nameOf } from '../../cluster/object-name.js';
import { merge } from '../customisations/merge.js';
import type { ManifestReader } from '../customisations/read-manifest.js';
import { variantFile } from '../customisations/variant-file.js';
import type { Comparison } from '../preflight/preflight.js';
import { compareOperatorInstall, type UpstreamObjects } from './compare-operator.js';
import { findNewerDefinitions } from './newer-definitions.js';
import { movedStay, type OtherFile, otherFiles, strangerIn, writtenOf } from './other-files.js';

/** First release whose tigera-operator.yaml holds no CRDs: they are in a file of their own. */
const CRDS_APART = versionOf('v3.30.0');

/**
 * What the user changed and what becomes of it on one hop of Calico.
 * @param live the install's objects as they are when the hop begins
 * @throws EnvironmentError where upstream's files cannot be read, ClusterError where the cluster cannot be
 */
export async function compareHop(
  client: ClusterClient,
  calico: CalicoState,
  hop: { readonly from: Version; readonly to: Version },
  live: readonly KubernetesObject[],
  manifests: ManifestReader,
): Promise<Comparison> {
  const [base, target] = [
    await readFiles(calico, hop.from, manifests),
    await readFiles(calico, hop.to, manifests),
  ];
  if (base.kind === 'none') return { kind: 'unknown', ...hop, reason: base.message };
  if (target.kind === 'none') return { kind: 'unknown', ...hop, reason: target.message };
  const moved = movedStay(base.others, target.others);
  if (moved !== null) return { kind: 'unknown', ...hop, reason: moved };
  const result =
    calico.method === 'manifest'
      ? merge(base.objects, live, target.objects)
      : compareOperatorInstall(calico, live, { target: hop.to, base, wanted: target });
  const newerDefinitions = await findNewerDefinitions(client, calico, {
    base: base.objects,
    target: target.objects,
  });
  const isKept = ({ kind, metadata }: KubernetesObject): boolean =>
    kind === 'CustomResourceDefinition' && newerDefinitions.includes(metadata.name);
  const objects = result.objects.filter((object) => !isKept(object));
  return { kind: 'compared', ...hop, result: { ...result, objects }, newerDefinitions };
}

type Files =
  | ({
      readonly kind: 'objects';
      /** All objects of files beside the variant's own. */
      readonly others: readonly KubernetesObject[];
    } & UpstreamObjects)
  | { readonly kind: 'none'; readonly message: string };

async function readFiles(calico: CalicoState, release: Version, manifests: ManifestReader): Promise<Files> {
  const { variant, method } = calico;
  const isOperator = method !== 'manifest';
  const names = isOperator
    ? ['tigera-operator.yaml', ...(compareVersions(release, CRDS_APART) >= 0 ? ['operator-crds.yaml'] : [])]
    : [variantFile(variant)];
  const objects: KubernetesObject[] = [];
  for (const name of names) {
    const read = await manifests.read(release, name);
    if (read.kind === 'none') return read;
    objects.push(...read.objects);
  }
  const others: KubernetesObject[] = [];
  for (const other of otherFiles(calico)) {
    const read = await readOther(other, release, manifests);
    if (read.kind === 'none') return read;
    others.push(...read.objects);
  }
  return {
    kind: 'objects',
    objects: [...objects, ...writtenOf(others)],
    others,
    samples: isOperator ? await readSamples(release, manifests) : [],
  };
}

/** Without its file a part would stay behind at the installed release. */
async function readOther(
  other: OtherFile,
  release: Version,
  manifests: ManifestReader,
): Promise<
  | { readonly kind: 'objects'; readonly objects: readonly KubernetesObject[] }
  | { readonly kind: 'none'; readonly message: string }
> {
  const read = await manifests.read(release, other.file);
  const name = nameOf(other.workload.reference);
  if (read.kind === 'none') {
    return { kind: 'none', message: `${read.message} ${name} came from such a file, and would stay behind.` };
  }
  const stranger = strangerIn(other, read.objects);
  return stranger === null ? read : { kind: 'none', message: stranger };
}

/** Without upstream's sample the definitions' own defaults are what there is to compare with. */
async function readSamples(
  release: Version,
  manifests: ManifestReader,
): Promise<readonly KubernetesObject[]> {
  const read = await manifests.read(release, 'custom-resources.yaml');
  return read.kind === 'none' ? [] : read.objects;
}
