import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CatalogMeta, Trap } from '../../src/catalog/types.js';
import { deriveChartDefaults } from './derive-chart-defaults.js';
import { deriveInstallObjects } from './derive-install-objects.js';
import { deriveManifests } from './derive-manifests.js';
import { deriveReleases } from './derive-releases.js';
import { deriveTested } from './derive-tested.js';
import { deriveTraps } from './derive-traps.js';
import { RefreshError } from './errors.js';
import type { GitRepository } from './git.js';
import { findMissingFixes } from './missing-fixes.js';
import { readObjects } from './read-objects.js';
import { readAnnouncements, readOperators, readTags } from './read-releases.js';
import {
  compareTable,
  readJson,
  readTable,
  writeTable,
  type Row,
  type Table,
  type TableChange,
} from './tables.js';

/** The three upstream repositories. */
export interface Upstream {
  readonly calico: GitRepository;
  readonly operator: GitRepository;
  readonly docs: GitRepository;
}

/** What a refresh found, and how to keep it. */
export interface Refresh {
  readonly changes: readonly TableChange[];
  readonly meta: CatalogMeta;
  /** Writes the changed tables and `meta.json`. */
  readonly write: () => void;
}

const MISSING_SHOWN = 5;

/**
 * Rebuilds the derived tables from upstream and compares them with the data folder. Curated rows stay as they are.
 * `meta.json` moves only with a table: it says what the tables were made from.
 * @throws RefreshError where upstream or the data folder is not what it has to be
 */
export function refresh(upstream: Upstream, folder: string): Refresh {
  const tables = buildTables(upstream, folder);
  const changes = tables.flatMap((table) => compareTable(readTable(folder, table.file), table) ?? []);
  for (const change of changes) refuseLostTags(change);
  const meta = buildMeta(upstream, folder);
  return {
    changes,
    meta,
    write: () => {
      if (changes.length === 0) return;
      const changed = new Set(changes.map(({ file }) => file));
      for (const table of tables) if (changed.has(table.file)) writeTable(folder, table);
      writeFileSync(join(folder, 'meta.json'), `${JSON.stringify(meta, null, 2)}\n`);
    },
  };
}

function buildTables({ calico, operator, docs }: Upstream, folder: string): Table[] {
  const tags = readTags(calico);
  const operators = readOperators(operator);
  const announced = readAnnouncements(calico, docs, tags);
  const derived = [...deriveTraps(tags, operators, announced), ...findMissingFixes(calico, tags)];
  const traps = mergeTraps(readTable(folder, 'traps.json'), derived);
  const objects = deriveInstallObjects(readObjects(calico, tags));
  return [
    {
      file: 'releases.json',
      rows: deriveReleases(tags, operators, announced),
      nameOf: (row) => String(row['version']),
    },
    { file: 'operators.json', rows: operators, nameOf: (row) => String(row['version']) },
    {
      file: 'tested-kubernetes.json',
      rows: deriveTested(calico, docs),
      nameOf: (row) => String(row['calico']),
    },
    { file: 'traps.json', rows: traps, nameOf: (row) => String(row['id']) },
    {
      file: 'install-objects.json',
      rows: objects,
      nameOf: (row) => `${String(row['kind'])} ${String(row['name'])}`,
    },
    {
      file: 'manifests.json',
      rows: deriveManifests(calico, tags),
      nameOf: (row) => `${String(row['release'])} ${String(row['file'])}`,
    },
    {
      file: 'chart-defaults.json',
      rows: deriveChartDefaults(calico, tags),
      nameOf: (row) => `${String(row['path'])} ${String(row['since'])}`,
    },
  ];
}

/** Derived rows are made anew, but keep the page that a person added; curated rows follow as they are. */
export function mergeTraps(before: readonly Row[], derived: readonly Trap[]): object[] {
  const seeAlso = new Map(before.map((row) => [row['id'], row['seeAlso'] as string | null]));
  return [
    ...derived.map((trap) => ({ ...trap, seeAlso: seeAlso.get(trap.id) ?? trap.seeAlso })),
    ...before.filter((row) => row['origin'] === 'curated'),
  ];
}

/** Upstream does not take back tags: a row that would go means that the clone does not have them all. */
function refuseLostTags({ file, removed }: TableChange): void {
  if (removed.length === 0 || (file !== 'releases.json' && file !== 'operators.json')) return;
  const shown = removed.slice(0, MISSING_SHOWN).join(', ');
  throw new RefreshError(
    `The clone lacks ${removed.length} tags that ${file} has rows for: ${shown}${removed.length > MISSING_SHOWN ? ', …' : ''}.`,
    'Run git fetch --tags in it; if upstream did delete the tags, delete the rows by hand first.',
  );
}

function buildMeta(upstream: Upstream, folder: string): CatalogMeta {
  const before = readJson(folder, 'meta.json') as CatalogMeta | null;
  if (!before) {
    throw new RefreshError(
      `${join(folder, 'meta.json')} is missing.`,
      'Restore it: it holds the support policy.',
    );
  }
  const from = [upstream.calico, upstream.operator, upstream.docs].map((repository) => {
    const { id, date } = repository.commit('HEAD');
    return { repository: repository.name, ref: repository.head(), commit: id, date };
  });
  const generated =
    from
      .map(({ date }) => date)
      .sort()
      .at(-1) ?? before.generated;
  return { ...before, generated, from };
}
