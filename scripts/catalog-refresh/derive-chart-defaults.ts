import { load, YAMLException } from 'js-yaml';
import type { ChartDefault } from '../../src/catalog/types.js';
import { joinField } from '../../src/upgrade/customisations/field-path.js';
import { RefreshError } from './errors.js';
import type { GitRepository } from './git.js';
import type { TagFacts } from './read-releases.js';

const FILE = 'charts/tigera-operator/values.yaml';
/** They name the release and its operator, which other tables know. */
const VERSIONS: ReadonlySet<string> = new Set(['tigeraOperator.version', 'calicoctl.tag']);

/** A run of releases, in their order, whose chart says the same of a value. */
type Span = Omit<ChartDefault, 'until'> & { until: string };

/** What the chart tigera-operator says where the user says nothing, value by value, as far as tags hold its file. */
export function deriveChartDefaults(calico: GitRepository, tags: readonly TagFacts[]): ChartDefault[] {
  const spans = new Map<string, Span[]>();
  const read = tags.flatMap((tag) => {
    const text = calico.text(tag.version, FILE);
    return text === null ? [] : [{ tag, leaves: leavesOf(parse(text, tag.version), '') }];
  });
  read.forEach(({ tag: { version, commit }, leaves }, index) => {
    const before = read[index - 1]?.tag.version;
    for (const [path, value] of leaves) {
      const known = spans.get(path) ?? [];
      const last = known.at(-1);
      const isSame = last?.until === before && JSON.stringify(last?.value) === JSON.stringify(value);
      const source = `${calico.name}@${version}:${FILE}`;
      if (last && isSame) last.until = version;
      else known.push({ path, value, since: version, until: version, source, date: commit.date });
      spans.set(path, known);
    }
  });
  const newest = read.at(-1)?.tag.version;
  return [...spans.values()]
    .flat()
    .map(({ path, value, since, until, source, date }) => ({
      path,
      value,
      since,
      until: until === newest ? null : until,
      source,
      date,
    }))
    .sort((a, b) => (a.path === b.path ? 0 : a.path < b.path ? -1 : 1));
}

function parse(text: string, release: string): unknown {
  try {
    return load(text);
  } catch (error) {
    const reason = error instanceof YAMLException ? error.reason : String(error);
    throw new RefreshError(
      `${FILE} of ${release} is not readable as YAML: ${reason}.`,
      'Look at it with git show.',
      { cause: error },
    );
  }
}

/** Values by their path; lists and empty maps as they are, and nothing that is null: that is no word. */
function leavesOf(value: unknown, path: string): (readonly [string, unknown])[] {
  if (value === null || value === undefined || VERSIONS.has(path)) return [];
  const isMap = typeof value === 'object' && !Array.isArray(value);
  const fields = isMap ? Object.entries(value) : [];
  if (fields.length === 0) return [[path, value]];
  return fields.flatMap(([name, field]) => leavesOf(field, joinField(path, name)));
}
