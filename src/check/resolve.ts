import type { Definition, TemplateUse } from '../detectors/detector.js';
import type { Location } from '../text/lines.js';
import { uniqueBy } from '../text/unique.js';
import type { FoundIn, Located, ScannedFile } from './scan.js';
import { readVersionText } from '../version/version-text.js';

/** A reference whose version comes from a template. */
export interface TemplatedReference {
  readonly use: Located<TemplateUse> & { readonly format: string };
  /** Where the repository defines the version; empty where it does not. */
  readonly definedAt: readonly Location[];
}

export interface Resolution {
  readonly files: readonly ScannedFile[];
  readonly references: readonly TemplatedReference[];
}

/** Names that say nothing outside the file that they stand in. */
const GENERIC_NAME =
  /^(?:.*\.)?(?:version|ver|tag|image|image_?tag|release|chart_?version|app_?version|name|value|item|default|ref|branch|target_?revision)s?$/i;
const NAMESPACE =
  /^(?:env|vars|inputs|github\.event\.inputs|var|local|variables|parameters|params|spec|self|steps\.\w+\.outputs|needs\.[\w-]+\.outputs)\./;

/**
 * Looks for the values of templated versions in the same repository. The place where a value is defined becomes a
 * detection of the component that the template names; the template itself stays a reference to it.
 */
export function resolveTemplates(files: readonly ScannedFile[]): Resolution {
  const index = indexDefinitions(files);
  const known = new Map<string, readonly FoundIn[]>();
  const added = new Map<string, FoundIn[]>();
  const resolve = (name: string, use: TemplatedReference['use']): readonly FoundIn[] => {
    const key = [name, use.component, use.section ?? '', use.location.path].join('\n');
    const before = known.get(key);
    if (before) return before;
    const found = findDefinitions(name, use, index).flatMap((definition) => toFound(use, definition) ?? []);
    for (const each of found) addTo(added, each.location.path, each);
    known.set(key, found);
    return found;
  };
  const references = files.flatMap(({ templates }) =>
    templates.map((use) => {
      const found = use.variables.flatMap(({ name }) => resolve(name, use));
      return { use, definedAt: found.map(({ location }) => location) };
    }),
  );
  return { files: files.map((file) => addFound(file, added.get(file.path) ?? [])), references };
}

/** The specific names that templates read and no scanned file defines: worth a look into the files that were passed over. */
export function unresolvedNames(files: readonly ScannedFile[]): ReadonlySet<string> {
  const index = indexDefinitions(files);
  const names = files.flatMap(({ templates }) =>
    templates.flatMap((use) =>
      use.variables
        .filter(({ name }) => findDefinitions(name, use, index).length === 0)
        .map(({ name }) => bareName(name)),
    ),
  );
  return new Set(names.filter((name) => !GENERIC_NAME.test(name) && name.length >= 6));
}

type Index = ReadonlyMap<string, readonly Located<Definition>[]>;

/** Definitions by the last part of their name. */
function indexDefinitions(files: readonly ScannedFile[]): Index {
  const index = new Map<string, Located<Definition>[]>();
  for (const { definitions } of files) {
    for (const definition of definitions) addTo(index, lastPart(withoutDefault(definition.name)), definition);
  }
  return index;
}

function addTo<Item>(map: Map<string, Item[]>, key: string, item: Item): void {
  const known = map.get(key);
  if (known) known.push(item);
  else map.set(key, [item]);
}

function findDefinitions(
  name: string,
  use: Located<TemplateUse>,
  index: Index,
): readonly Located<Definition>[] {
  const candidates = index.get(lastPart(name)) ?? [];
  const sameFile = candidates.filter(({ location }) => location.path === use.location.path);
  if (name.startsWith('matrix.'))
    return sameFile.filter((definition) => isMatrixValue(name, definition, use));
  if (name.startsWith('.Values.'))
    return candidates.filter((definition) => isChartValue(name, definition, use));
  if (name.startsWith('.Chart.'))
    return ownChart(
      candidates.filter((each) => each.name === name.slice(1)),
      use,
    );
  const bare = bareName(name);
  const matching = (definition: Located<Definition>): boolean =>
    endsWithName(withoutDefault(definition.name), bare);
  if (/^(?:var|local)\./.test(name))
    return candidates.filter((each) => isSameFolder(each.location.path, use.location.path) && matching(each));
  const own = sameFile.filter(matching);
  if (own.length > 0 || GENERIC_NAME.test(bare)) return own;
  return candidates.filter(matching);
}

function isMatrixValue(name: string, definition: Located<Definition>, use: Located<TemplateUse>): boolean {
  if (definition.section !== use.section) return false;
  const rest = name.slice('matrix.'.length);
  return endsWithName(definition.name, name) || endsWithName(definition.name, `include.${rest}`);
}

/** A chart's values: in a values file at or above the template's folder. */
function isChartValue(name: string, definition: Located<Definition>, use: Located<TemplateUse>): boolean {
  const path = definition.location.path;
  if (!/(?:^|\/)values[\w.-]*\.ya?ml$/.test(path) || definition.name !== name.slice('.Values.'.length))
    return false;
  return use.location.path.startsWith(folderOf(path));
}

/** The `Chart.yaml` of the chart that a template is part of: the nearest above it. */
function ownChart(
  candidates: readonly Located<Definition>[],
  use: Located<TemplateUse>,
): readonly Located<Definition>[] {
  const above = candidates.filter(({ location }) => use.location.path.startsWith(folderOf(location.path)));
  const depth = Math.max(...above.map(({ location }) => folderOf(location.path).length));
  return above.filter(({ location }) => folderOf(location.path).length === depth);
}

function toFound(
  use: Located<TemplateUse> & { readonly format: string },
  definition: Located<Definition>,
): FoundIn | null {
  const read = readVersionText(use.component, definition.text);
  if (read?.kind !== 'literal') return null;
  const { location, section, offset, text, name } = definition;
  return {
    component: use.component,
    version: read.version,
    exactness: read.exactness,
    text,
    offset,
    versionOffset: offset,
    subject: { kind: 'variable', name },
    location,
    section,
    format: 'variables',
  };
}

function addFound(file: ScannedFile, added: readonly FoundIn[]): ScannedFile {
  const known = new Set(file.found.map(claimOf));
  const fresh = uniqueBy(added, claimOf).filter((found) => !known.has(claimOf(found)));
  return fresh.length === 0 ? file : { ...file, found: [...file.found, ...fresh] };
}

function claimOf({ component, versionOffset }: FoundIn): string {
  return `${component} ${versionOffset}`;
}

/** Go writes a dot in front of its variables. */
function bareName(name: string): string {
  return name.replace(/^\.{1,2}/, '').replace(NAMESPACE, '');
}

function withoutDefault(name: string): string {
  return name.endsWith('.default') ? name.slice(0, -'.default'.length) : name;
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

function endsWithName(name: string, end: string): boolean {
  return name === end || name.endsWith(`.${end}`);
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

function isSameFolder(a: string, b: string): boolean {
  return folderOf(a) === folderOf(b);
}
