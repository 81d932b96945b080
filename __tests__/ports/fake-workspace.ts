import type { Listing, Workspace } from '../../src/ports/workspace.js';

/** A workspace in memory: text or bytes by path; `-> target` is a symbolic link. */
export function createFakeWorkspace(tree: Readonly<Record<string, string | Uint8Array>>): Workspace {
  const files = new Map<string, Uint8Array>();
  const links = new Map<string, string>();
  for (const [path, content] of Object.entries(tree)) {
    if (typeof content === 'string' && content.startsWith('-> ')) links.set(path, content.slice(3));
    else files.set(path, typeof content === 'string' ? new TextEncoder().encode(content) : content);
  }
  return {
    list: (directory, isExcluded) => list(files, links, directory, isExcluded),
    read(path, maxBytes) {
      const bytes = files.get(path);
      if (!bytes) return 'unreadable';
      return bytes.length > maxBytes ? 'too-large' : bytes;
    },
  };
}

function list(
  files: ReadonlyMap<string, Uint8Array>,
  links: ReadonlyMap<string, string>,
  directory: string,
  isExcluded: (path: string) => boolean,
): Listing {
  const isListed = (path: string): boolean => {
    if (directory !== '' && !path.startsWith(`${directory}/`)) return false;
    const parts = path.split('/');
    const start = directory === '' ? 1 : directory.split('/').length + 1;
    for (let depth = start; depth <= parts.length; depth++)
      if (isExcluded(parts.slice(0, depth).join('/'))) return false;
    return true;
  };
  const own = [...links].filter(([path]) => isListed(path));
  const isInside = (target: string): boolean =>
    files.has(target) || [...files.keys()].some((path) => path.startsWith(`${target}/`));
  return {
    files: [...files.keys()].filter(isListed).sort(),
    links: own.filter(([, target]) => isInside(target)).map(([path, target]) => ({ path, target })),
    skipped: own
      .filter(([, target]) => !isInside(target))
      .map(([path, target]) => ({
        path,
        reason: target.startsWith('/') ? ('outside-workspace' as const) : ('symlink-loop' as const),
      })),
  };
}
