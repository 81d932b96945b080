import type { OperatorRelease } from '../../src/catalog/types.js';
import { RefreshError } from './errors.js';
import type { Commit, GitRepository } from './git.js';
import { byVersion, minorOf } from './order.js';
import { parseDocsReleases, type DocsRelease } from './parse-docs.js';
import { parseCalicoTags, parseOperatorTitle, parsePinnedOperator, parseVersionsFile } from './parse-tags.js';

/** What a Calico tag says of itself. */
export interface TagFacts {
  readonly version: string;
  readonly commit: Commit;
  /** Whether the tag holds ready manifests; older ones hold templates. */
  readonly hasManifests: boolean;
  /** Operator that the tag names, and the file that says so. */
  readonly operator: string | null;
  readonly operatorPath: string;
  /** Release whose images the tag's manifests run (the first other one, if any), and the file that says so. */
  readonly installs: string | null;
  readonly installsPath: string;
}

/** What upstream's docs or data say of a release: nothing is said of those that were never released. */
export type Announcements = ReadonlyMap<string, DocsRelease>;

/** The oldest minor that the catalog has release rows for. */
export const FIRST_RELEASE = 'v3.20.0';

const CALICO_TAG = /^v3\.\d+\.\d+$/;
const OPERATOR_TAG = /^v1\.\d+\.\d+(?:\.\d+)?$/;
const VERSIONS_FILES = ['calico/_data/versions.yml', '_data/versions.yml'];
const DOCS_BRANCHES = /^archive-oss?-\d+\.\d+$/;

/**
 * Tags of Calico releases, oldest version first.
 * @throws RefreshError where there are none
 */
export function calicoTags(calico: GitRepository): string[] {
  const tags = [...calico.tags(CALICO_TAG)].sort(byVersion);
  if (tags.some((tag) => byVersion(tag, FIRST_RELEASE) >= 0)) return tags;
  throw new RefreshError(
    `The clone of ${calico.name} has no release tags (${FIRST_RELEASE} or newer).`,
    'Run git fetch --tags in it, and check that it is the right repository.',
  );
}

/** Reads what each tag from {@link FIRST_RELEASE} on says of itself, oldest version first. */
export function readTags(calico: GitRepository): TagFacts[] {
  return calicoTags(calico)
    .filter((tag) => byVersion(tag, FIRST_RELEASE) >= 0)
    .map((tag) => readManifestTag(calico, tag) ?? readTemplateTag(calico, tag));
}

function readManifestTag(calico: GitRepository, version: string): TagFacts | null {
  const operatorPath = 'manifests/tigera-operator.yaml';
  const installsPath = 'manifests/calico.yaml';
  const operator = parsePinnedOperator(calico.text(version, operatorPath) ?? '');
  const images = parseCalicoTags(calico.text(version, installsPath) ?? '');
  const installs = images.find((tag) => tag !== version) ?? images[0];
  if (!operator || !installs) return null;
  return {
    version,
    commit: calico.commit(version),
    hasManifests: true,
    operator,
    operatorPath,
    installs,
    installsPath,
  };
}

function readTemplateTag(calico: GitRepository, version: string): TagFacts {
  for (const path of VERSIONS_FILES) {
    const text = calico.text(version, path);
    if (text === null) continue;
    const listed = parseVersionsFile(text);
    const current = listed.find((entry) => entry.version === version) ?? listed[0];
    return {
      version,
      commit: calico.commit(version),
      hasManifests: false,
      operator: current?.operator ?? null,
      operatorPath: path,
      installs: listed[0]?.version ?? null,
      installsPath: path,
    };
  }
  throw new RefreshError(
    `Tag ${version} of ${calico.name} names neither its images nor its operator in a place that is known.`,
    'Upstream moved its manifests: adapt scripts/catalog-refresh/read-releases.ts.',
  );
}

/**
 * Tagged operators that install a release of the catalog, oldest version first.
 * @throws RefreshError where there are none
 */
export function readOperators(operator: GitRepository): OperatorRelease[] {
  const rows = [...operator.tags(OPERATOR_TAG)].sort(byVersion).flatMap((version) => {
    const calico = parseOperatorTitle(operator.text(version, 'config/calico_versions.yml') ?? '');
    if (!calico || byVersion(calico, FIRST_RELEASE) < 0) return [];
    const source = `${operator.name}@${version}:config/calico_versions.yml`;
    return [{ version, calico, source, date: operator.commit(version).date }];
  });
  if (rows.length > 0) return rows;
  throw new RefreshError(
    `The clone of ${operator.name} has no release tags that name a Calico release.`,
    'Run git fetch --tags in it, and check that it is the right repository.',
  );
}

/**
 * Releases that upstream announced: the docs list them, or, where the docs have no list for a minor, the data of
 * that minor's newest tag.
 */
export function readAnnouncements(
  calico: GitRepository,
  docs: GitRepository,
  tags: readonly TagFacts[],
): Announcements {
  const announced = new Map<string, DocsRelease>();
  for (const minor of new Set(tags.map((tag) => minorOf(tag.version)))) {
    const newest = tags.findLast((tag) => minorOf(tag.version) === minor);
    const path = `calico_versioned_docs/version-${minor.slice(1)}/releases.json`;
    const listed = newestText(docs, path);
    const releases = listed === null ? listedAtTag(calico, newest) : parseDocsReleases(listed);
    for (const release of releases) announced.set(release.version, release);
  }
  return announced;
}

function listedAtTag(calico: GitRepository, tag: TagFacts | undefined): DocsRelease[] {
  if (!tag || tag.hasManifests) return [];
  return parseVersionsFile(calico.text(tag.version, tag.operatorPath) ?? '[]').map(({ version }) => ({
    version,
    operator: null,
  }));
}

/** The refs of the docs that publish pages: the default branch, and those that keep minors it no longer has. */
export function docsRefs(docs: GitRepository): string[] {
  return ['HEAD', ...docs.branches(DOCS_BRANCHES)];
}

/** A page's newest text on any ref, also where the default branch has dropped the page; null where it never was. */
function newestText(docs: GitRepository, path: string): string | null {
  const versions = docsRefs(docs).flatMap((ref) => docs.history(ref, [path]));
  for (const commit of versions.sort((a, b) => b.time - a.time)) {
    const text = docs.text(commit.id, path);
    if (text !== null) return text;
  }
  return null;
}
