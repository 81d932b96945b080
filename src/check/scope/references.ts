import type { ScannedFile } from '../scan.js';
import type { WorkspaceLink } from '../../ports/workspace.js';
import { isTaskRunner } from './cluster-name.js';

/** Answers which scanned files a file names, directly or through others. */
export interface ReferenceGraph {
  /** Paths of the files that a file names, itself left out. */
  readonly reach: (path: string) => ReadonlySet<string>;
  /** Whether any other file names it, task runners left out. */
  readonly isNamed: (path: string) => boolean;
}

const KUSTOMIZATION = /(?:^|\/)[Kk]ustomization(?:\.ya?ml)?$/;
const MAX_REACH = 5000;

/** Builds the graph of the scanned files' references. Targets are looked for beside the file, then further up. */
export function buildReferenceGraph(
  files: readonly ScannedFile[],
  paths: readonly string[],
  links: readonly WorkspaceLink[],
): ReferenceGraph {
  const tree = indexTree([...paths, ...links.map(({ path }) => path)]);
  const edges = new Map<string, readonly string[]>();
  const named = new Set<string>();
  for (const file of files) {
    const targets = new Set(file.references.flatMap(({ target }) => findTarget(target, file.path, tree)));
    targets.delete(file.path);
    edges.set(file.path, [...targets]);
    if (!isTaskRunner(file.path)) for (const target of targets) named.add(target);
  }
  for (const { path, target } of links) edges.set(path, expand(target, tree));
  return {
    isNamed: (path) => named.has(path),
    reach(path) {
      const reached = new Set<string>();
      const pending = [path];
      for (let next = pending.pop(); next !== undefined && reached.size < MAX_REACH; next = pending.pop()) {
        for (const target of edges.get(next) ?? []) {
          if (target === path || reached.has(target)) continue;
          reached.add(target);
          if (edges.has(target)) pending.push(target);
        }
      }
      return reached;
    },
  };
}

interface Tree {
  readonly files: ReadonlySet<string>;
  /** Files directly and indirectly below a folder. */
  readonly below: ReadonlyMap<string, readonly string[]>;
}

function indexTree(paths: readonly string[]): Tree {
  const below = new Map<string, string[]>();
  for (const path of paths) {
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const folder = path.slice(0, slash);
      const known = below.get(folder);
      if (known) known.push(path);
      else below.set(folder, [path]);
    }
  }
  return { files: new Set(paths), below };
}

function findTarget(target: string, from: string, tree: Tree): readonly string[] {
  const clean = target
    .replace(/^["']+|["']+$/g, '')
    .replace(/^(?:\$\{\{[^}]*\}\}|\$\{?\w+\}?|\{\{[^}]*\}\}|\$\([^()]*\)|~)\//, '')
    .replace(/[#?].*$/, '');
  if (clean === '' || clean === '.' || /[${}*|<>]|:\/\//.test(clean)) return [];
  const folders = from.split('/').slice(0, -1);
  if (clean.startsWith('/')) return expand(normalize([], clean), tree);
  for (let depth = folders.length; depth >= 0; depth--) {
    const path = normalize(folders.slice(0, depth), clean);
    const found = path === null ? [] : expand(path, tree);
    if (found.length > 0) return found;
  }
  return [];
}

function normalize(folders: readonly string[], target: string): string | null {
  const parts = [...folders];
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.join('/');
}

/** A file is itself; a folder is its kustomization, or else everything below it. */
function expand(path: string | null, tree: Tree): readonly string[] {
  if (path === null || path === '') return [];
  if (tree.files.has(path)) return [path];
  const below = tree.below.get(path) ?? [];
  const kustomization = below.filter(
    (file) => KUSTOMIZATION.test(file) && file.slice(0, file.lastIndexOf('/')) === path,
  );
  return kustomization.length > 0 ? kustomization : below;
}
