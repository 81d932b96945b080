import { load } from 'js-yaml';

/** A release as `_data/versions.yml` lists it, which tags up to v3.23 hold in place of ready manifests. */
export interface ListedRelease {
  readonly version: string;
  readonly operator: string | null;
}

/** Reads `_data/versions.yml`, newest release first as the file has them. */
export function parseVersionsFile(yaml: string): ListedRelease[] {
  const entries = load(yaml) as readonly {
    readonly title?: string;
    readonly 'tigera-operator'?: { readonly version?: string };
  }[];
  return entries.flatMap(({ title, 'tigera-operator': operator }) =>
    title === undefined ? [] : [{ version: title, operator: operator?.version ?? null }],
  );
}

/** The operator that `tigera-operator.yaml` runs, or null where the text names none. */
export function parsePinnedOperator(manifest: string): string | null {
  return /^\s*image:\s*\S*tigera\/operator:(v[\d.]+)\s*$/m.exec(manifest)?.[1] ?? null;
}

/** The tags of the Calico images that a manifest runs, each once: one, `v3.26.1`, where it is sound. */
export function parseCalicoTags(manifest: string): string[] {
  const images = manifest.matchAll(/^\s*(?:- )?image:\s*\S*\bcalico\/[\w-]+:(\S+)\s*$/gm);
  return [...new Set([...images].map((image) => image[1] ?? ''))];
}

/** The Calico release that the operator's `config/calico_versions.yml` says it installs, or null. */
export function parseOperatorTitle(yaml: string): string | null {
  return /^title:\s*"?(v\d+\.\d+\.\d+)"?\s*$/m.exec(yaml)?.[1] ?? null;
}
