import { EnvironmentError, InputError } from '../../errors.js';
import type { ChartSource } from '../../ports/chart-source.js';
import type { Chart, Helm } from '../../ports/helm.js';
import { formatVersion } from '../../version/version.js';
import { download, type DownloadOptions } from './download.js';
import { readFileBelow } from './manifest-directory.js';
import { isUrl, readPrefix } from './manifest-url.js';

/** Upstream's repository of charts, as its own pages name it. */
const UPSTREAM = 'https://docs.tigera.io/calico/charts';
const NAME = 'tigera-operator';
/** Upstream's largest chart has 230 KB. */
const MAX_BYTES = 16 * 1024 * 1024;

export interface ChartSourceOptions {
  /** What a relative directory is taken from. */
  readonly root: string;
  readonly download: DownloadOptions;
  /** Fetches from upstream. */
  readonly helm: Pick<Helm, 'pull'>;
}

/**
 * Where charts come from by the input `manifests`: from beside the manifests of a directory or URL, as
 * `<version>/tigera-operator-<version>.tgz`, or from upstream's repository where it is empty. The catalog has no digests of
 * charts: what a URL gives is taken over https only.
 */
export function createChartSource(manifests: string, options: ChartSourceOptions): ChartSource {
  const fetch = manifests === '' ? fromUpstream(options) : fetchFrom(manifests, options);
  return { read: (release) => fetch(formatVersion(release)) };
}

type Fetch = (release: string) => Promise<Chart>;

function fromUpstream({ helm }: ChartSourceOptions): Fetch {
  return (release) => helm.pull(NAME, release, UPSTREAM);
}

function fetchFrom(manifests: string, { root, download: options }: ChartSourceOptions): Fetch {
  return async (release) => {
    const file = `${NAME}-${release}.tgz`;
    const from = isUrl(manifests)
      ? `${readPrefix(manifests)}/${release}/${file}`
      : `${manifests}/${release}/${file}`;
    const bytes = isUrl(manifests)
      ? await download(requireHttps(from), MAX_BYTES, options)
      : await readFileBelow(root, manifests, [release, file], MAX_BYTES);
    if (bytes !== null) return { file, bytes, from };
    throw new EnvironmentError(
      `There is no ${from}, the chart that Helm is to bring the release to.`,
      `Put upstream’s chart there (helm pull ${NAME} --version ${release} --repo ${UPSTREAM}), or leave the input manifests empty.`,
    );
  };
}

function requireHttps(from: string): URL {
  const url = new URL(from);
  if (url.protocol === 'https:') return url;
  throw new InputError(
    'manifests',
    `The chart ${from} would come over http, and the catalog has no digest to hold it to.`,
    'Use an https URL, or put the files into a directory and name it in the input manifests.',
  );
}
