import { readdirSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { catalog, operatorByVersion, releaseByVersion, testedByMinor } from '../../src/catalog/catalog.js';
import { byVersion, versionOf } from '../../src/catalog/release-lines.js';
import { sourceUrl } from '../../src/catalog/source-url.js';
import { supportOf } from '../../src/catalog/support.js';
import { formatMinor } from '../../src/version/version.js';

const FOLDER = new URL('../../src/catalog/data/', import.meta.url);
const FILES = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));
const TABLES = FILES.filter((file) => file !== 'meta.json');

function readData(file: string): unknown {
  return JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'));
}

function rowsOf(file: string): Record<string, unknown>[] {
  return readData(file) as Record<string, unknown>[];
}

const NAMES: Readonly<Record<string, readonly string[]>> = {
  'releases.json': ['version'],
  'operators.json': ['version'],
  'tested-kubernetes.json': ['calico'],
  'removed-apis.json': ['apiVersion', 'kind', 'source'],
  'required-apis.json': ['apiVersion', 'kind'],
  'kubernetes-floors.json': ['firstRelease'],
  'traps.json': ['id'],
  'security.json': ['id'],
  'caveats.json': ['id'],
  'install-objects.json': ['kind', 'name'],
  'manifests.json': ['release', 'file'],
  'chart-values.json': ['path'],
  'chart-defaults.json': ['path', 'since'],
};

test('every file is what the schema says', () => {
  const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
  addFormats.default(ajv);
  const schema = JSON.parse(readFileSync(new URL('../catalog.schema.json', FOLDER), 'utf8')) as object;
  const validate = ajv.compile(schema);
  validate(Object.fromEntries(FILES.map((file) => [file, readData(file)])));
  expect(validate.errors).toBeNull();
});

describe.each(TABLES)('%s', (file) => {
  test('has one row a line, so that a diff shows rows', () => {
    const lines = readFileSync(new URL(file, FOLDER), 'utf8').trimEnd().split('\n');
    expect(lines.slice(1, -1).map((line) => line.replace(/,$/, ''))).toEqual(
      rowsOf(file).map((row) => JSON.stringify(row)),
    );
  });

  test('gives every row a name of its own', () => {
    const names = rowsOf(file).map((row) => (NAMES[file] ?? []).map((field) => String(row[field])).join(' '));
    expect(names).not.toContain('');
    expect(new Set(names).size).toBe(names.length);
  });

  test('gives every row a source with a page and a day that is not in the future of the catalog', () => {
    for (const row of rowsOf(file)) {
      expect(sourceUrl(String(row['source']))).toMatch(/^https:\/\/[\w.-]+\/\S+$/);
      expect(String(row['date']) <= catalog.meta.generated).toBe(true);
    }
  });
});

describe('the tables hold together', () => {
  test('the operator of a release is tagged and installs that release', () => {
    for (const { version, operator } of catalog.releases) {
      if (operator !== null)
        expect([version, operatorByVersion.get(operator)?.calico]).toEqual([version, version]);
    }
  });

  test('a release without an operator was never announced', () => {
    expect(catalog.releases.filter(({ operator, announced }) => operator === null && announced)).toEqual([]);
  });

  test('every operator installs a release of the catalog', () => {
    expect(catalog.operators.filter(({ calico }) => !releaseByVersion.has(calico))).toEqual([]);
  });

  test('every announced release is of a minor whose tested Kubernetes minors are known', () => {
    for (const { version } of catalog.releases.filter(({ announced }) => announced)) {
      expect([version, testedByMinor.has(formatMinor(versionOf(version)))]).toEqual([version, true]);
    }
  });

  test('traps, fixes, stops and the span of install objects name releases of the catalog', () => {
    const named = [
      ...catalog.traps.flatMap(({ releases }) => releases),
      ...catalog.security.flatMap(({ fixedIn }) => fixedIn),
      ...catalog.caveats.flatMap(({ stopAt }) => stopAt ?? []),
      ...catalog.installObjects.flatMap(({ since, until, tooLargeSince }) => [
        since,
        until ?? since,
        tooLargeSince ?? since,
      ]),
      ...catalog.kubernetesFloors.flatMap(({ firstRelease, lastRelease }) => [firstRelease, lastRelease]),
    ];
    expect(named.filter((version) => !releaseByVersion.has(version))).toEqual([]);
  });

  test('spans end after they begin', () => {
    const spans = [
      ...catalog.removedApis.map(({ firstRelease, lastRelease }) => [firstRelease, lastRelease]),
      ...catalog.requiredApis.map(({ firstRelease, lastRelease }) => [firstRelease, lastRelease]),
      ...catalog.installObjects.map(({ since, until }) => [since, until]),
      ...catalog.caveats.map(({ release, until }) => [release, until]),
    ];
    const turned = spans.filter(([first, last]) => first && last && byVersion(first, last) > 0);
    expect(turned).toEqual([]);
  });

  test('statements and their histories are in order', () => {
    for (const { kubernetes, history, date } of catalog.testedKubernetes) {
      expect([...kubernetes].sort(byVersion)).toEqual(kubernetes);
      const days = [...history.map((earlier) => earlier.date), date];
      expect([...days].sort()).toEqual(days);
    }
  });

  test('tables are oldest first', () => {
    const versions = catalog.releases.map(({ version }) => version);
    expect([...versions].sort(byVersion)).toEqual(versions);
    const operators = catalog.operators.map(({ version }) => version);
    expect([...operators].sort(byVersion)).toEqual(operators);
  });

  test('nothing that upstream tests is called broken', () => {
    for (const { version } of catalog.releases) {
      const tested = testedByMinor.get(formatMinor(versionOf(version)))?.kubernetes ?? [];
      for (const install of [null, 'manifest', 'operator'] as const) {
        for (const minor of tested) {
          expect([version, minor, supportOf(versionOf(minor), versionOf(version), install).support]).toEqual([
            version,
            minor,
            'tested',
          ]);
        }
      }
    }
  });
});

test('what judging loads stays small', () => {
  const bytes = FILES.filter((file) => file !== 'manifests.json').map(
    (file) => statSync(new URL(file, FOLDER)).size,
  );
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(150_000);
});

test('judging does not load the digests of the manifests', () => {
  const sources = readdirSync(new URL('../', FOLDER)).filter((file) => file.endsWith('.ts'));
  const loading = sources.filter((file) =>
    /manifests\.js(on)?'/.test(readFileSync(new URL(`../${file}`, FOLDER), 'utf8')),
  );
  expect(loading).toEqual(['manifests.ts']);
});
