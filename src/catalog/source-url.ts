const REPOSITORY_SOURCE = /^(?<repository>[\w.-]+\/[\w.-]+)@(?<ref>[^:]+)(?::(?<path>.+))?$/;

/** The URL of a row's `source`: `repository@ref:path` becomes the file's page on GitHub, a URL stays as it is. */
export function sourceUrl(source: string): string {
  const groups = REPOSITORY_SOURCE.exec(source)?.groups;
  if (!groups) return source;
  const page = groups['path'] === undefined ? 'tree' : 'blob';
  const path = groups['path'] === undefined ? '' : `/${encodeURI(groups['path'])}`;
  return `https://github.com/${groups['repository'] ?? ''}/${page}/${groups['ref'] ?? ''}${path}`;
}
