import { isUtf8 } from 'node:buffer';
import type {
  Definition,
  Extraction,
  Fact,
  Found,
  Reference,
  SkipReason,
  TemplateUse,
} from '../detectors/detector.js';
import { DETECTORS } from '../detectors/registry.js';
import { createSourceFile, type SourceFile } from '../detectors/source-file.js';
import type { Listing, Workspace } from '../ports/workspace.js';
import type { Location } from '../text/lines.js';
import { uniqueBy } from '../text/unique.js';
import { isArchived, isConfigFile } from './config-file.js';
import { createHintFilter } from './hint-filter.js';

/** Files larger than this are not configuration that anybody writes by hand or vendors; upstream's largest has 3 MB. */
export const MAX_FILE_BYTES = 10 * 1024 * 1024;

/** Something read from a file, with where it stands. */
export type Located<Read> = Read & {
  readonly location: Location;
  /** The part of the file, such as a job of a workflow, that it stands in. */
  readonly section: string | null;
};

/** A place that was seen and not read, and why. `line` is 0 where the whole file was passed over. */
export interface Skip {
  readonly reason: SkipReason;
  readonly path: string;
  readonly line: number;
  readonly detail: string;
}

/** A version, with the format it was read from. */
export type FoundIn = Located<Found> & { readonly format: string };

/** All that was read from one file. */
export interface ScannedFile {
  readonly path: string;
  readonly found: readonly FoundIn[];
  readonly templates: readonly (Located<TemplateUse> & { readonly format: string })[];
  readonly definitions: readonly Located<Definition>[];
  readonly references: readonly Reference[];
  readonly facts: readonly Located<Fact>[];
  readonly skips: readonly Skip[];
}

export interface Scan {
  readonly files: readonly ScannedFile[];
  readonly skips: readonly Skip[];
  readonly listing: Listing;
  /** Files that hold nothing a detector looks for. */
  readonly passedOver: readonly string[];
  /** How many files were looked into. */
  readonly filesRead: number;
}

export interface ScanOptions {
  /** Directory below the workspace; empty for all of it. */
  readonly directory: string;
  readonly isExcluded: (path: string) => boolean;
  /** Files to scan whatever their name says; null to go by the name. */
  readonly isIncluded: ((path: string) => boolean) | null;
  readonly onProgress?: (done: number, total: number) => void;
}

const HINTS = DETECTORS.map((detector) => ({ detector, hint: new RegExp(detector.hint, 'im') }));
const SPECIALISTS = HINTS.filter(({ detector }) => detector.matches);
const GENERALISTS = HINTS.filter(({ detector }) => !detector.matches);
const mayBeHinted = createHintFilter(GENERALISTS.map(({ detector }) => detector.hint));
const PLAIN = /^[\0-\x7f]*$/;
const YAML_NAME = /\.(?:ya?ml|json)$/i;
const PROGRESS_EVERY = 500;

/** Reads every file of the workspace that can name a version. */
export function scan(workspace: Workspace, options: ScanOptions): Scan {
  const listing = workspace.list(options.directory, options.isExcluded);
  const wanted = listing.files.filter(options.isIncluded ?? isConfigFile);
  const files: ScannedFile[] = [];
  const passedOver: string[] = [];
  const skips: Skip[] = listing.skipped.map(({ path, reason }) => ({
    reason,
    path,
    line: 0,
    detail: DETAILS[reason],
  }));
  for (const [done, path] of wanted.entries()) {
    if (done % PROGRESS_EVERY === 0) options.onProgress?.(done, wanted.length);
    const read = readText(workspace, path);
    if (read === null) passedOver.push(path);
    else if ('reason' in read)
      skips.push({ reason: read.reason, path, line: 0, detail: DETAILS[read.reason] });
    else addFile(scanText(path, read.text), files, skips);
  }
  return { files, skips, listing, passedOver, filesRead: wanted.length };
}

/** Reads files that hold one of the names, for what they define. */
export function scanFor(
  workspace: Workspace,
  paths: readonly string[],
  names: ReadonlySet<string>,
): ScannedFile[] {
  const wanted = new RegExp([...names].map((name) => name.replace(/[^\w]/g, '\\$&')).join('|'));
  return paths.flatMap((path) => {
    const read = readText(workspace, path, (_, text) => wanted.test(text));
    return read && 'text' in read ? [scanText(path, read.text, () => true)] : [];
  });
}

/** An archived file that names versions is passed over with a word. */
function addFile(file: ScannedFile, files: ScannedFile[], skips: Skip[]): void {
  const [first] = file.found;
  if (!isArchived(file.path)) files.push(file);
  else if (first)
    skips.push({ reason: 'archived', path: file.path, line: first.location.line, detail: DETAILS.archived });
}

/** Text of a file that can matter; null where it cannot; a reason where it might but is not readable. */
function readText(
  workspace: Workspace,
  path: string,
  isWanted = isHinted,
): { text: string } | { reason: SkipReason } | null {
  const bytes = workspace.read(path, MAX_FILE_BYTES);
  if (typeof bytes === 'string') return { reason: bytes };
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  if (!isWanted(path, raw)) return null;
  if (raw.includes('\0')) return YAML_NAME.test(path) ? { reason: 'binary' } : null;
  if (PLAIN.test(raw)) return { text: raw };
  return isUtf8(bytes) ? { text: Buffer.from(bytes).toString('utf8') } : { reason: 'invalid-utf8' };
}

function isHinted(path: string, text: string): boolean {
  return (
    isHintedAnywhere(text) ||
    SPECIALISTS.some(({ detector, hint }) => detector.matches?.(path) && hint.test(text))
  );
}

/** Whether it holds what a detector without a format of its own could read. */
function isHintedAnywhere(text: string): boolean {
  return mayBeHinted(text) && GENERALISTS.some(({ hint }) => hint.test(text));
}

const DETAILS: Readonly<Record<SkipReason, string>> = {
  archived: 'is archived or a backup, which nothing deploys from',
  binary: 'is a binary file',
  'broken-yaml': 'cannot be read as YAML',
  'image-cache': 'lists images without running them',
  'invalid-utf8': 'is not valid UTF-8',
  'outside-workspace': 'is a link that leads out of the workspace',
  'symlink-loop': 'is a link that leads nowhere or to itself',
  template: 'the version comes from a template',
  'too-large': `is larger than ${MAX_FILE_BYTES / 1024 / 1024} MiB`,
  unreadable: 'cannot be read',
};

/** Runs the detectors on the text of one file. */
export function scanText(path: string, text: string, isWanted?: () => boolean): ScannedFile {
  const file = createSourceFile(path, text, isWanted ?? ((document) => isHinted(path, document)));
  const applies = HINTS.filter(
    ({ detector, hint }) => (detector.matches?.(path) ?? true) && (isWanted?.() ?? hint.test(text)),
  );
  const extractions = applies.map(({ detector }) => ({
    format: detector.format,
    extraction: detector.extract(file),
  }));
  const gather = <Read>(pick: (extraction: Extraction) => readonly Read[] | undefined): Read[] =>
    extractions.flatMap(({ extraction }) => pick(extraction) ?? []);
  const ignored = gather(({ ignored }) => ignored);
  const facts = gather(({ facts }) => facts);
  const isIgnored = (offset: number): boolean =>
    ignored.some(({ start, end }) => offset >= start && offset < end);
  const sections = facts.filter((fact) => fact.kind === 'section');
  const locate = <Read extends { readonly offset: number }>(read: Read): Located<Read> => ({
    ...read,
    location: { path, ...file.lines().locate(read.offset) },
    section: sections.find(({ offset, end }) => read.offset >= offset && read.offset < end)?.name ?? null,
  });
  const claimed = <Read extends { readonly component: string; readonly offset: number }>(
    pick: (extraction: Extraction) => readonly Read[] | undefined,
    at: (read: Read) => number,
  ): (Located<Read> & { readonly format: string })[] => {
    const all = extractions.flatMap(({ format, extraction }) =>
      (pick(extraction) ?? []).map((read) => ({ ...locate(read), format })),
    );
    return uniqueBy(
      all.filter((read) => !isIgnored(at(read))),
      (read) => `${read.component} ${at(read)}`,
    );
  };
  return {
    path,
    found: claimed(
      ({ found }) => found,
      ({ versionOffset }) => versionOffset,
    ),
    templates: claimed(
      ({ templates }) => templates,
      ({ offset }) => offset,
    ),
    definitions: gather(({ definitions }) => definitions)
      .filter(({ offset }) => !isIgnored(offset))
      .map(locate),
    references: gather(({ references }) => references),
    facts: facts.map(locate),
    skips: [...problemSkips(file), ...ignoredSkips(file, ignored)],
  };
}

/** Versions in what no YAML parser reads are still looked for as text. */
function problemSkips(file: SourceFile): Skip[] {
  if (!YAML_NAME.test(file.path)) return [];
  const problems = file
    .yaml()
    .problems.filter(({ start, end }) => isHintedAnywhere(file.text.slice(start, end)));
  return problems.map(({ start, end, at, message }) => {
    const isTemplate = hasStatements(file.text.slice(start, end));
    return {
      reason: isTemplate ? 'template' : 'broken-yaml',
      path: file.path,
      line: file.lines().locate(at).line,
      detail: isTemplate
        ? 'is a template that only its engine can read'
        : `${DETAILS['broken-yaml']}: ${message}`,
    };
  });
}

function hasStatements(text: string): boolean {
  return /\{\{|\{%|<%|%\{/.test(text);
}

function ignoredSkips(
  file: SourceFile,
  ignored: readonly { readonly start: number; readonly reason: SkipReason | null }[],
): Skip[] {
  return ignored.flatMap(({ start, reason }) =>
    reason === null
      ? []
      : [{ reason, path: file.path, line: file.lines().locate(start).line, detail: DETAILS[reason] }],
  );
}
