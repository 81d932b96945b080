import type { FoundIn } from '../scan.js';
import { type Judge, toFinding } from './judge.js';

/** References to Calico or the operator that move by themselves. */
export const judgeFloating: Judge = (view) =>
  view.found.filter(isFloating).map((found) => {
    const what =
      found.component === 'tigera-operator'
        ? 'the Tigera operator'
        : found.component === 'kubernetes'
          ? 'Kubernetes'
          : 'Calico';
    return toFinding(view.name, {
      code: 'floating-version',
      message: `“${found.text}” does not pin ${what}: ${EXACTNESS[found.exactness]}.`,
      location: found.location,
      key: `${found.component} ${found.text}`,
    });
  });

const EXACTNESS: Readonly<Record<FoundIn['exactness'], string>> = {
  floating: 'whatever is newest gets installed',
  range: 'whatever is newest in the range gets installed',
  minor: 'whatever patch is newest gets installed',
  patch: '',
};

/**
 * A Kubernetes minor without a patch is how managed clusters are declared, and pins enough. A file of the repository
 * stays as it is, even where its name holds a minor only.
 */
function isFloating({ component, exactness, subject, format }: FoundIn): boolean {
  if (component === 'calicoctl' || exactness === 'patch') return false;
  if (component === 'kubernetes') return exactness === 'floating';
  if (exactness !== 'minor' || subject.kind === 'chart') return true;
  return subject.kind === 'manifest' && format !== 'kustomize';
}
