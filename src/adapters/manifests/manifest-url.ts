import { InputError } from '../../errors.js';
import type { ManifestSource } from '../../ports/manifest-source.js';
import { createCheckedManifests } from './checked-manifests.js';
import { download, type DownloadOptions } from './download.js';

/** Upstream's own files: the release is the tag, and the folder is `manifests/`. */
const UPSTREAM = 'https://raw.githubusercontent.com/projectcalico/calico';

/** Upstream's files as GitHub serves them at the release's tag. */
export function createUpstreamManifests(options: DownloadOptions): ManifestSource {
  return createFrom(
    `upstream (${UPSTREAM})`,
    (release, file) => `${UPSTREAM}/${release}/manifests/${file}`,
    options,
  );
}

/**
 * Files below a URL laid out as `<version>/<file>`.
 *
 * @throws InputError where it is no http or https URL, or holds a password
 */
export function createManifestUrl(prefix: string, options: DownloadOptions): ManifestSource {
  const base = readPrefix(prefix);
  return createFrom(base, (release, file) => `${base}/${release}/${file}`, options);
}

function createFrom(
  description: string,
  nameOf: (release: string, file: string) => string,
  options: DownloadOptions,
): ManifestSource {
  return createCheckedManifests({
    description,
    isTrusted: false,
    nameOf,
    fetch: (release, file, maxBytes) => download(new URL(nameOf(release, file)), maxBytes, options),
  });
}

/** @throws InputError where it is no http or https URL, or holds a password */
export function readPrefix(prefix: string): string {
  const url = URL.canParse(prefix) ? new URL(prefix) : null;
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw wrongPrefix(
      'is no http or https URL',
      'Write a URL below which files are found as <version>/<file>.',
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw wrongPrefix(
      'holds a user or a password',
      'Use a URL that needs neither: every file is checked against its sha256.',
    );
  }
  if (url.search !== '' || url.hash !== '') {
    throw wrongPrefix('has a query or a fragment', 'Write a URL to which /<version>/<file> can be added.');
  }
  return url.href.replace(/\/+$/, '');
}

function wrongPrefix(problem: string, remedy: string): InputError {
  return new InputError('manifests', `The input manifests ${problem}.`, remedy);
}

/** Whether the input `manifests` is meant as a URL. */
export function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
}
