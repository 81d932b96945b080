import { installObjects } from '../../catalog/queries.js';
import {
  compareVersions,
  formatMinor,
  formatVersion,
  parseVersion,
  type Version,
} from '../../version/version.js';
import type { Finding } from '../../findings/finding.js';
import type { FoundIn, ScannedFile } from '../scan.js';
import { type ClusterView, placeOf } from './cluster-view.js';
import { groupBy } from './group-by.js';
import { type Judge, toFinding } from './judge.js';

/** Images that one install of Calico is made of. */
const PARTS: ReadonlySet<string> = new Set([
  'node',
  'cni',
  'kube-controllers',
  'typha',
  'apiserver',
  'csi',
  'node-driver-registrar',
  'pod2daemon-flexvol',
  'goldmane',
  'whisker',
  'whisker-backend',
  'webhooks',
]);
/** What the catalog says the oldest release has, older ones may have had too. */
const OLDEST_RELEASE = 'v3.20.0';
/** Fewer CRDs than this in a file are a choice of some, not upstream's manifest. */
const FEWEST_DEFINITIONS = 5;

interface Part {
  readonly name: string;
  readonly version: Version;
  readonly found: FoundIn;
}

/** Images of one install at different versions: in one manifest, or in one folder whose files share the install out. */
export const judgeMixedVersions: Judge = (view) => {
  const parts = partsOf(
    view.found.filter(({ format }) => format === 'kubernetes-manifest' || format === 'kustomize'),
  );
  const byFile = groupBy(parts, ({ found }) => found.location.path);
  const inFiles = [...byFile.values()].flatMap((group) => mixed(view, group));
  if (inFiles.length > 0) return inFiles;
  const byFolder = groupBy(parts, ({ found }) => found.location.path.replace(/[^/]*$/, ''));
  return [...byFolder.values()].filter(isShared).flatMap((group) => mixed(view, group));
};

function partsOf(found: readonly FoundIn[]): Part[] {
  return found.flatMap((each) => {
    const { component, subject, version } = each;
    const isPart = component === 'calico' && subject.kind === 'image' && PARTS.has(subject.name);
    return isPart && version?.patch != null ? [{ name: subject.name, version, found: each }] : [];
  });
}

/** Whether each image occurs at one version only: two manifests of two releases side by side are no mixture. */
function isShared(parts: readonly Part[]): boolean {
  return [...groupBy(parts, ({ name }) => name).values()].every(
    (group) => new Set(group.map(({ version }) => formatVersion(version))).size === 1,
  );
}

function mixed(view: ClusterView, parts: readonly Part[]): Finding[] {
  const versions = [...groupBy(parts, ({ version }) => formatVersion(version))].sort(
    ([, a], [, b]) => b.length - a.length,
  );
  const [most, ...others] = versions;
  const main = most?.[1][0];
  if (!most || !main) return [];
  return others.flatMap(([release, [odd]]) => {
    if (!odd) return [];
    return toFinding(view.name, {
      code: 'mixed-versions',
      message: `calico/${odd.name} is at ${release}, but calico/${main.name} (${placeOf(main.found.location)}) is at ${most[0]}.`,
      remedy: `Bring every image of the install to ${compareVersions(odd.version, main.version) > 0 ? release : most[0]}, with the manifest of that release.`,
      location: odd.found.location,
      related: [main.found.location],
      key: `${odd.name} ${release} ${most[0]}`,
    });
  });
}

/** Image tags of one release over the manifest of an older one. */
export const judgeImageOnlyBump: Judge = (view) => [
  ...view.files.flatMap((file) => staleManifest(view, file)),
  ...view.files.flatMap((file) => overriddenTag(view, file)),
];

/** The file holds Calico's CRDs, and not all that its images need. */
function staleManifest(view: ClusterView, file: ScannedFile): Finding[] {
  const node = partsOf(file.found).find(({ name }) => name === 'node');
  const objects = new Set(
    file.facts.flatMap((fact) => (fact.kind === 'object' ? [`${fact.objectKind} ${fact.name}`] : [])),
  );
  const definitions = [...objects].filter((object) => object.startsWith('CustomResourceDefinition '));
  if (!node || definitions.length < FEWEST_DEFINITIONS) return [];
  const missing = installObjects().filter(
    ({ kind, name, since, until, files }) =>
      (kind === 'CustomResourceDefinition' ||
        (kind === 'ServiceAccount' &&
          since !== OLDEST_RELEASE &&
          objects.has('ServiceAccount calico-node'))) &&
      files.includes('calico.yaml') &&
      isWithin(node.version, since, until) &&
      !objects.has(`${kind} ${name}`),
  );
  const [first] = missing;
  if (!first) return [];
  const names =
    missing
      .map(({ kind, name }) => `${kind} ${name}`)
      .slice(0, 3)
      .join(', ') + (missing.length > 3 ? ` and ${missing.length - 3} more` : '');
  return [
    toFinding(view.name, {
      code: 'image-only-bump',
      message: `The images are ${formatVersion(node.version)}, but the manifest is older: it lacks ${names}, which ${first.since} and later need.`,
      remedy: `Replace the file with upstream’s manifest of ${formatVersion(node.version)} and carry your own changes over.`,
      location: node.found.location,
      source: 'https://github.com/projectcalico/calico/issues/4911',
      key: formatVersion(node.version),
    }),
  ];
}

function isWithin(version: Version, since: string, until: string | null): boolean {
  const first = parseVersion(since);
  const last = until === null ? null : parseVersion(until);
  return (
    first !== null &&
    compareVersions(version, first) >= 0 &&
    (last === null || compareVersions(version, last) <= 0)
  );
}

/** A kustomization that takes the manifest of one minor and puts the images of another into it. */
function overriddenTag(view: ClusterView, file: ScannedFile): Finding[] {
  const manifest = file.found.find(
    ({ component, subject, version }) =>
      component === 'calico' && subject.kind === 'manifest' && version !== null,
  );
  if (!manifest?.version) return [];
  const base = manifest.version;
  return file.found.flatMap((tag) => {
    if (
      tag.format !== 'kustomize' ||
      tag.subject.kind !== 'image' ||
      tag.component !== 'calico' ||
      !tag.version ||
      formatMinor(tag.version) === formatMinor(base)
    )
      return [];
    return toFinding(view.name, {
      code: 'image-only-bump',
      message: `The tag of calico/${tag.subject.name} is moved to ${formatVersion(tag.version)} over the manifest of ${formatVersion(base)}.`,
      remedy: `Take the manifest of ${formatVersion(tag.version)} as the resource.`,
      location: tag.location,
      related: [manifest.location],
      source: 'https://github.com/projectcalico/calico/issues/4911',
      key: `${tag.subject.name} ${formatVersion(tag.version)}`,
    });
  });
}
