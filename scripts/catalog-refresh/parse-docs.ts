/** What a page says about the Kubernetes minors that Calico is tested with. */
export interface TestedStatement {
  /** `['v1.24', …]`, ascending */
  readonly kubernetes: readonly string[];
  /** Oldest Kubernetes minor that the page does not rule out; null where it rules out none. */
  readonly worksFrom: string | null;
}

/** A release as the docs' `releases.json` lists it. */
export interface DocsRelease {
  readonly version: string;
  readonly operator: string | null;
}

const STATEMENT = /against the following Kubernetes versions[^\n]*\n/;
const ITEM = /^\s*[-*]\s*v?1\.(\d+)\s*$/;
const RULED_OUT = /will not work\s+on Kubernetes v?1\.(\d+) or below/;

/** Reads the list under “We test Calico against the following Kubernetes versions”; null where a page has none. */
export function parseTestedStatement(page: string): TestedStatement | null {
  const statement = STATEMENT.exec(page);
  if (!statement) return null;
  const minors: number[] = [];
  for (const line of page.slice(statement.index + statement[0].length).split('\n')) {
    const item = ITEM.exec(line)?.[1];
    if (item !== undefined) minors.push(Number(item));
    else if (line.trim() !== '' || minors.length > 0) break;
  }
  if (minors.length === 0) return null;
  const ruledOut = RULED_OUT.exec(page)?.[1];
  return {
    kubernetes: [...new Set(minors)].sort((a, b) => a - b).map((minor) => `v1.${minor}`),
    worksFrom: ruledOut === undefined ? null : `v1.${Number(ruledOut) + 1}`,
  };
}

/** Reads the docs' `releases.json`; entries that name no release (`master`) are left out. */
export function parseDocsReleases(json: string): DocsRelease[] {
  const entries = JSON.parse(json) as readonly {
    readonly title?: string;
    readonly 'tigera-operator'?: { readonly version?: string };
  }[];
  return entries.flatMap(({ title, 'tigera-operator': operator }) =>
    title !== undefined && /^v\d+\.\d+\.\d+$/.test(title)
      ? [{ version: title, operator: operator?.version ?? null }]
      : [],
  );
}
