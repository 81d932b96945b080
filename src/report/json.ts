import type { Report } from './report.js';

/** The order of keys in each kind of object, by the key that holds it; keys that are not listed follow by name. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  report: [
    'schemaVersion',
    'mode',
    'result',
    'filesRead',
    'clusters',
    'pairs',
    'detections',
    'skips',
    'findings',
    'ignored',
  ],
  clusters: ['name', 'paths', 'kubernetes', 'calico'],
  pairs: [
    'cluster',
    'kubernetes',
    'calico',
    'support',
    'reason',
    'source',
    'kubernetesAt',
    'calicoAt',
    'live',
  ],
  detections: ['component', 'version', 'text', 'path', 'line', 'column', 'format', 'cluster', 'clusters'],
  skips: ['reason', 'path', 'line', 'detail'],
  findings: [
    'code',
    'severity',
    'message',
    'remedy',
    'source',
    'path',
    'line',
    'column',
    'related',
    'cluster',
    'isNew',
    'fingerprint',
  ],
  ignored: [
    'ignoredBecause',
    'code',
    'severity',
    'message',
    'remedy',
    'source',
    'path',
    'line',
    'column',
    'related',
    'cluster',
  ],
  kubernetesAt: ['path', 'line'],
  calicoAt: ['path', 'line'],
  related: ['path', 'line', 'column'],
};

/** `report.json`: two spaces, the same order of keys whatever order the report was built in, a line break at the end. */
export function renderJson(report: Report): string {
  return `${JSON.stringify(ordered(report, 'report'), null, 2)}\n`;
}

function ordered(value: unknown, holder: string): unknown {
  if (Array.isArray(value)) return value.map((item) => ordered(item, holder));
  if (typeof value !== 'object' || value === null) return value;
  const known = KEYS[holder] ?? [];
  const entries = Object.entries(value).sort(
    ([a], [b]) => rank(known, a) - rank(known, b) || (a < b ? -1 : 1),
  );
  return Object.fromEntries(entries.map(([key, item]) => [key, ordered(item, key)]));
}

function rank(known: readonly string[], key: string): number {
  const index = known.indexOf(key);
  return index === -1 ? known.length : index;
}
