import { posix } from 'node:path';
import { YAMLException } from 'js-yaml';
import { RefreshError } from './errors.js';
import type { GitRepository, TreeEntry } from './git.js';
import { parseObjects, scanTemplate, type ManifestObject, type TemplateObject } from './objects.js';
import type { TagFacts } from './read-releases.js';

/** Objects of one release, each with the upstream file that holds it. */
export interface ReleaseObjects {
  readonly release: string;
  readonly date: string;
  readonly objects: readonly FoundObject[];
  /** Objects that only templates name, for tags without ready manifests. */
  readonly templates: readonly (TemplateObject & { readonly path: string })[];
}

/** An object, the file as upstream publishes it, and the path at the tag that it was read from. */
export interface FoundObject extends ManifestObject {
  readonly file: string | null;
  readonly path: string;
}

/** The manifests whose objects the catalog knows. */
export const OBJECT_FILES = [
  'calico.yaml',
  'calico-typha.yaml',
  'calico-vxlan.yaml',
  'calico-policy-only.yaml',
  'tigera-operator.yaml',
  'operator-crds.yaml',
  'v3_projectcalico_org.yaml',
];

const CHARTS = ['calico/_includes/charts', '_includes/charts'];
const CRD_FOLDERS = ['calico/crds', 'tigera-operator/crds'];
const TEMPLATE_FOLDERS = ['calico/templates', 'tigera-operator/templates/tigera-operator'];

/** Reads the objects that every tag's manifests or templates create, in the order of the tags. */
export function readObjects(calico: GitRepository, tags: readonly TagFacts[]): ReleaseObjects[] {
  const parsed = new Map<string, ManifestObject[]>();
  return tags.map((tag) => ({
    release: tag.version,
    date: tag.commit.date,
    objects: readFiles(
      calico,
      tag.hasManifests ? manifests(calico, tag.version) : crdFiles(calico, tag.version),
      parsed,
    ),
    templates: tag.hasManifests ? [] : readTemplates(calico, tag.version),
  }));
}

interface ObjectFile extends TreeEntry {
  readonly file: string | null;
}

function manifests(calico: GitRepository, version: string): ObjectFile[] {
  return calico.list(version, 'manifests/').flatMap((entry) => {
    const file = entry.path.slice('manifests/'.length);
    return OBJECT_FILES.includes(file) ? [{ ...entry, file }] : [];
  });
}

/** CRDs were files of their own even where the rest was templates. */
function crdFiles(calico: GitRepository, version: string): ObjectFile[] {
  return CHARTS.flatMap((chart) =>
    CRD_FOLDERS.flatMap((folder) => listThroughLinks(calico, version, `${chart}/${folder}`)),
  )
    .filter(({ path }) => path.endsWith('.yaml'))
    .map((entry) => ({ ...entry, file: null }));
}

function listThroughLinks(calico: GitRepository, version: string, folder: string): TreeEntry[] {
  return calico.list(version, folder).flatMap((entry) => {
    if (!entry.isLink) return [entry];
    const target = calico.text(version, entry.path) ?? '';
    return listThroughLinks(calico, version, posix.join(posix.dirname(entry.path), target));
  });
}

function readFiles(
  calico: GitRepository,
  files: readonly ObjectFile[],
  parsed: Map<string, ManifestObject[]>,
): FoundObject[] {
  const missing = [...new Set(files.map(({ id }) => id))].filter((id) => !parsed.has(id));
  for (const [id, content] of calico.contents(missing))
    parsed.set(id, readObjectFile(content.toString('utf8'), id));
  return files.flatMap(({ id, file, path }) =>
    (parsed.get(id) ?? []).map((object) => ({ ...object, file, path })),
  );
}

function readObjectFile(text: string, id: string): ManifestObject[] {
  try {
    return parseObjects(text);
  } catch (error) {
    const reason = error instanceof YAMLException ? error.reason : String(error);
    throw new RefreshError(
      `The manifest with git id ${id} is not readable as YAML: ${reason}.`,
      'Look at it with git cat-file.',
      {
        cause: error,
      },
    );
  }
}

function readTemplates(calico: GitRepository, version: string): (TemplateObject & { path: string })[] {
  const entries = CHARTS.flatMap((chart) =>
    TEMPLATE_FOLDERS.flatMap((folder) => calico.list(version, `${chart}/${folder}`)),
  );
  const contents = calico.contents(entries.map(({ id }) => id));
  return entries.flatMap(({ id, path }) =>
    scanTemplate(contents.get(id)?.toString('utf8') ?? '').map((object) => ({ ...object, path })),
  );
}
