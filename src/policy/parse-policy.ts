import { InputError } from '../errors.js';
import { FINDING_KINDS, isFindingCode } from '../findings/registry.js';
import { indexLines, type LineIndex, type Location } from '../text/lines.js';
import { type Component, formatMinor, isPlausible, parseVersion } from '../version/version.js';
import type { YamlEntry, YamlMap, YamlNode } from '../yaml/node.js';
import { parseYaml } from '../yaml/parse.js';
import { asMap, asScalar, itemsOf, resolveAlias } from '../yaml/query.js';
import type { Policy, PolicyException, PolicyRow, PolicyVersion } from './policy.js';

const KEYS = ['calico_version_matrix', 'clusters', 'ignore'];
const ROW_KEYS = ['recommended_version', 'minimum_version', 'operator_version'];
const IGNORE_KEYS = ['code', 'path', 'cluster', 'reason', 'expires'];

/**
 * Reads a policy file.
 *
 * @throws InputError that names the line, what is wrong there and what was expected
 */
export function parsePolicy(path: string, text: string): Policy {
  return new PolicyReader(path, text).read();
}

class PolicyReader {
  private readonly path: string;
  private readonly text: string;
  private readonly lines: LineIndex;

  constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
    this.lines = indexLines(text);
  }

  read(): Policy {
    const { documents, problems } = parseYaml(this.text);
    const [problem] = problems;
    if (problem) this.fail(problem.at, `cannot be read as YAML: ${problem.message}`, 'Correct the YAML.');
    const [document, second] = documents;
    if (second)
      this.fail(second.start, 'holds more than one YAML document', 'Keep the policy in a single document.');
    if (!document || isEmpty(document.root)) return { rows: [], clusters: [], exceptions: [] };
    const entries = this.entriesOf(document.root, 'the policy', KEYS);
    return {
      rows: this.mapOf(entries.get('calico_version_matrix'), 'calico_version_matrix').map((entry) =>
        this.readRow(entry),
      ),
      clusters: this.listOf(entries.get('clusters'), 'clusters').map((item) => this.readCluster(item)),
      exceptions: this.listOf(entries.get('ignore'), 'ignore').map((item) => this.readException(item)),
    };
  }

  private readRow({ key, value }: YamlEntry): PolicyRow {
    const kubernetes = parseVersion(key.value);
    if (!kubernetes || !isPlausible('kubernetes', kubernetes)) {
      this.fail(
        key.start,
        `has the key “${key.value}” in calico_version_matrix`,
        'Use Kubernetes minors such as "1.29" as keys, in quotes.',
      );
    }
    const entries = this.entriesOf(value, `calico_version_matrix."${key.value}"`, ROW_KEYS);
    return {
      kubernetes: formatMinor(kubernetes),
      recommended: this.readVersion(
        entries.get('recommended_version'),
        'calico',
        'recommended_version',
        'v3.29.7',
      ),
      minimum: this.readVersion(entries.get('minimum_version'), 'calico', 'minimum_version', 'v3.29.4'),
      operator: this.readVersion(
        entries.get('operator_version'),
        'tigera-operator',
        'operator_version',
        'v1.36.16',
      ),
      location: this.locate(key.start),
    };
  }

  private readVersion(
    node: YamlNode | undefined,
    component: Component,
    name: string,
    example: string,
  ): PolicyVersion | null {
    if (!node || isEmpty(node)) return null;
    const scalar = asScalar(node);
    const version = scalar ? parseVersion(scalar.value) : null;
    if (scalar && version?.patch != null && isPlausible(component, version)) {
      return { version, location: this.locate(scalar.start) };
    }
    return this.fail(
      startOf(node),
      `has “${scalar?.value ?? 'no text'}” as ${name}`,
      `Write a release such as "${example}".`,
    );
  }

  private readCluster(item: YamlNode): Policy['clusters'][number] {
    const entries = this.entriesOf(item, 'an entry of clusters', ['name', 'paths']);
    const name = this.requireText(item, entries, 'name');
    const paths = this.listOf(entries.get('paths'), 'paths').map((path) => asScalar(path)?.value ?? '');
    if (paths.length === 0 || paths.includes('')) {
      this.fail(
        startOf(item),
        `gives the cluster “${name}” no paths`,
        'List the globs of the files that belong to it: paths: ["clusters/prod/**"].',
      );
    }
    return { name, paths };
  }

  private readException(item: YamlNode): PolicyException {
    const entries = this.entriesOf(item, 'an entry of ignore', IGNORE_KEYS);
    const code = this.requireText(item, entries, 'code');
    if (!isFindingCode(code)) {
      return this.fail(
        startOf(item),
        `ignores the unknown code “${code}”`,
        `Use one of: ${Object.keys(FINDING_KINDS).join(', ')}.`,
      );
    }
    const expires = this.requireText(item, entries, 'expires');
    if (!isDate(expires))
      this.fail(startOf(item), `has the expiry date “${expires}”`, 'Write a date such as 2026-12-31.');
    return {
      code,
      path: asScalar(entries.get('path'))?.value ?? null,
      cluster: asScalar(entries.get('cluster'))?.value ?? null,
      reason: this.requireText(item, entries, 'reason'),
      expires,
      location: this.locate(startOf(item)),
    };
  }

  private requireText(item: YamlNode, entries: ReadonlyMap<string, YamlNode>, name: string): string {
    const text = asScalar(entries.get(name))?.value.trim() ?? '';
    if (text === '') this.fail(startOf(item), `lacks “${name}” in this entry`, `Add ${name}.`);
    return text;
  }

  private entriesOf(node: YamlNode, what: string, known: readonly string[]): ReadonlyMap<string, YamlNode> {
    const map = this.requireMap(node, what);
    for (const { key } of map.entries) {
      if (!known.includes(key.value))
        this.fail(
          key.start,
          `has the unknown key “${key.value}” in ${what}`,
          `Known keys are: ${known.join(', ')}.`,
        );
    }
    return new Map(map.entries.map(({ key, value }) => [key.value, value]));
  }

  private mapOf(node: YamlNode | undefined, what: string): readonly YamlEntry[] {
    return !node || isEmpty(node) ? [] : this.requireMap(node, what).entries;
  }

  private listOf(node: YamlNode | undefined, what: string): readonly YamlNode[] {
    if (!node || isEmpty(node)) return [];
    if (resolveAlias(node)?.kind !== 'sequence')
      this.fail(startOf(node), `has no list under ${what}`, `Write ${what} as a list.`);
    return itemsOf(node);
  }

  private requireMap(node: YamlNode, what: string): YamlMap {
    return (
      asMap(node) ??
      this.fail(startOf(node), `has no keys and values in ${what}`, `Write ${what} as “key: value” lines.`)
    );
  }

  private locate(offset: number): Location {
    return { path: this.path, ...this.lines.locate(offset) };
  }

  private fail(offset: number, problem: string, remedy: string): never {
    const { line, column } = this.lines.locate(offset);
    throw new InputError('policy', `The policy file ${this.path}:${line}:${column} ${problem}.`, remedy);
  }
}

function isEmpty(node: YamlNode): boolean {
  const scalar = asScalar(node);
  return scalar !== null && /^(?:|~|null)$/.test(scalar.value) && scalar.style === 'plain';
}

function startOf(node: YamlNode): number {
  return node.start;
}

function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
}
