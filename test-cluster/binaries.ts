import { EnvironmentError } from '../src/errors.js';
import { findAsset, readVersion } from './programs/assets.js';
import { buildProgram, goVersion } from './programs/build.js';
import { cachedPath, cacheDirectory, isCached } from './programs/cache.js';
import {
  KUBERNETES_PROGRAMS,
  type KubernetesProgram,
  type ProgramName,
  sourceOf,
} from './programs/catalog.js';
import { type Availability, type KubernetesRelease } from './types.js';

export { KUBERNETES_PROGRAMS, OTHER_PROGRAMS, type ProgramName } from './programs/catalog.js';

export const DEFAULT_RELEASE: KubernetesRelease = 'v1.34.4';

type OnProgress = (text: string) => void;

/**
 * The path of a program: of the cache, or built now. Programs of Kubernetes are of exactly this release; of etcd, what
 * KUBEBUILDER_ASSETS has is preferred.
 *
 * @throws EnvironmentError where it cannot be had, with the reason.
 */
export async function findProgram(
  name: ProgramName,
  kubernetes: KubernetesRelease = DEFAULT_RELEASE,
  onProgress: OnProgress = () => undefined,
): Promise<string> {
  const asset = name === 'etcd' ? findAsset(name) : null;
  if (asset !== null) return asset;
  const source = sourceOf(name, kubernetes);
  if (isCached(source)) return cachedPath(source);
  const availability = availabilityOf([name], kubernetes);
  if (!availability.isAvailable) {
    throw new EnvironmentError(availability.reason, 'Install Go, or set KUBEBUILDER_ASSETS.');
  }
  return buildProgram(source, onProgress);
}

/** Programs of one and the same Kubernetes. */
export interface KubernetesPrograms {
  /** `v1.34.4`, as the API server says. */
  readonly version: string;
  readonly paths: ReadonlyMap<KubernetesProgram, string>;
}

/**
 * Programs of Kubernetes that belong together: all of KUBEBUILDER_ASSETS where it has all of them, in the release that
 * is asked for or, where none is, in whatever version they are; else all of the cache, built first where need be.
 *
 * @throws EnvironmentError where they cannot be had, with the reason.
 */
export async function findKubernetes(
  names: readonly KubernetesProgram[],
  release: KubernetesRelease | undefined,
  onProgress: OnProgress = () => undefined,
): Promise<KubernetesPrograms> {
  const assets = kubernetesAssets(names, release);
  if (assets !== null) return assets;
  const paths = new Map<KubernetesProgram, string>();
  const version = release ?? DEFAULT_RELEASE;
  for (const name of names) paths.set(name, await findProgram(name, version, onProgress));
  return { version, paths };
}

function kubernetesAssets(
  names: readonly KubernetesProgram[],
  release: KubernetesRelease | undefined,
): KubernetesPrograms | null {
  const server = findAsset('kube-apiserver');
  if (server === null) return null;
  const paths = new Map<KubernetesProgram, string>();
  for (const name of names) {
    const path = findAsset(name);
    if (path === null) return null;
    paths.set(name, path);
  }
  const version = readVersion(server);
  return version === null || (release !== undefined && version !== release) ? null : { version, paths };
}

/** Whether the programs are there, or can be built here. No release: what KUBEBUILDER_ASSETS has will do. */
export function availabilityOf(names: readonly ProgramName[], release?: KubernetesRelease): Availability {
  const missing = missingPrograms(names, release);
  if (missing.length === 0 || goVersion() !== null) return { isAvailable: true };
  const assets = process.env['KUBEBUILDER_ASSETS'] ?? '';
  return {
    isAvailable: false,
    reason: `${missing.join(', ')} of Kubernetes ${release ?? DEFAULT_RELEASE}: not in KUBEBUILDER_ASSETS (${assets === '' ? 'not set' : assets}), not in ${cacheDirectory()}, and there is no Go to build it with`,
  };
}

/** Those of the programs that would have to be built first. */
export function missingPrograms(
  names: readonly ProgramName[],
  release?: KubernetesRelease,
): readonly ProgramName[] {
  const assets: ReadonlyMap<ProgramName, string> =
    kubernetesAssets(names.filter(isOfKubernetes), release)?.paths ?? new Map();
  return names.filter((name) => {
    if (assets.has(name) || (name === 'etcd' && findAsset(name) !== null)) return false;
    return !isCached(sourceOf(name, release ?? DEFAULT_RELEASE));
  });
}

function isOfKubernetes(name: ProgramName): name is KubernetesProgram {
  return (KUBERNETES_PROGRAMS as readonly ProgramName[]).includes(name);
}
