import type { Workspace } from '../ports/workspace.js';

/**
 * A workspace as it was before a change: some files have other bytes, or (null) were not there.
 *
 * @param replaced bytes of the changed files by path
 */
export function overlayWorkspace(
  workspace: Workspace,
  replaced: ReadonlyMap<string, Uint8Array | null>,
): Workspace {
  return {
    list(directory, isExcluded) {
      const listing = workspace.list(directory, isExcluded);
      const isInside = (path: string): boolean =>
        (directory === '' || path.startsWith(`${directory}/`)) && !isExcluded(path);
      const restored = [...replaced]
        .filter(([path, bytes]) => bytes !== null && isInside(path))
        .map(([path]) => path);
      const kept = listing.files.filter((path) => replaced.get(path) !== null);
      return { ...listing, files: [...new Set([...kept, ...restored])].sort() };
    },
    read(path, maxBytes) {
      const bytes = replaced.get(path);
      if (bytes === undefined) return workspace.read(path, maxBytes);
      if (bytes === null) return 'unreadable';
      return bytes.length > maxBytes ? 'too-large' : bytes;
    },
  };
}
