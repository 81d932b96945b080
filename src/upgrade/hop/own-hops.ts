import type { Hop, Path } from '../path/hop.js';

/** The hops of a path that this program makes: Kubernetes is somebody else's to move, and what comes behind waits for it. */
export function ownHops(path: Path): readonly Hop[] {
  const all = path.kind === 'none' ? [] : path.hops;
  const waiting = all.findIndex(({ component }) => component !== 'calico');
  return waiting === -1 ? all : all.slice(0, waiting);
}
