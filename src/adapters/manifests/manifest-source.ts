import { setTimeout as sleep } from 'node:timers/promises';
import type { ManifestSource } from '../../ports/manifest-source.js';
import type { DownloadOptions } from './download.js';
import { createManifestDirectory } from './manifest-directory.js';
import { createManifestUrl, createUpstreamManifests, isUrl } from './manifest-url.js';

const TIMEOUT_MS = 30_000;

/**
 * Where files come from by the input `manifests`: a URL, a directory (taken from `root`, the workspace, unless it is
 * absolute), or upstream where it is empty.
 *
 * @throws InputError where it is a URL that cannot be used
 */
export function createManifestSource(
  manifests: string,
  root: string,
  env: Readonly<Record<string, string | undefined>>,
): ManifestSource {
  const options = downloadOptions(env);
  if (manifests === '') return createUpstreamManifests(options);
  return isUrl(manifests) ? createManifestUrl(manifests, options) : createManifestDirectory(root, manifests);
}

/** How files are fetched outside of tests. */
export function downloadOptions(env: DownloadOptions['env']): DownloadOptions {
  return { timeoutMs: TIMEOUT_MS, sleep: (ms) => sleep(ms), env };
}
