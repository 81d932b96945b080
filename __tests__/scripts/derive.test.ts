import { describe, expect, test } from '@jest/globals';
import { deriveChartDefaults } from '../../scripts/catalog-refresh/derive-chart-defaults.js';
import { deriveInstallObjects } from '../../scripts/catalog-refresh/derive-install-objects.js';
import { deriveReleases } from '../../scripts/catalog-refresh/derive-releases.js';
import { summarise, type Publication } from '../../scripts/catalog-refresh/derive-tested.js';
import { deriveTraps } from '../../scripts/catalog-refresh/derive-traps.js';
import type { FoundObject, ReleaseObjects } from '../../scripts/catalog-refresh/read-objects.js';
import type { GitRepository } from '../../scripts/catalog-refresh/git.js';
import type { TagFacts } from '../../scripts/catalog-refresh/read-releases.js';
import { mergeTraps } from '../../scripts/catalog-refresh/refresh.js';
import { compareTable, describeChange, formatRows } from '../../scripts/catalog-refresh/tables.js';
import type { OperatorRelease, Trap } from '../../src/catalog/types.js';

function tag(version: string, facts: Partial<TagFacts> = {}): TagFacts {
  return {
    version,
    commit: { id: 'c', date: '2022-01-01', time: 0 },
    hasManifests: true,
    operator: 'v1.28.5',
    operatorPath: 'manifests/tigera-operator.yaml',
    installs: version,
    installsPath: 'manifests/calico.yaml',
    ...facts,
  };
}

function operator(version: string, calico: string): OperatorRelease {
  return { version, calico, source: 's', date: '2022-01-01' };
}

const OPERATORS = [
  operator('v1.28.5', 'v3.24.5'),
  operator('v1.28.13', 'v3.24.6'),
  operator('v1.28.14', 'v3.24.6'),
];
const announce = (...entries: [string, string | null][]) =>
  new Map(entries.map(([version, by]) => [version, { version, operator: by }]));

describe('deriveReleases', () => {
  test.each([
    ['the pinned operator where it installs the release', 'v3.24.5', null, 'v1.28.5'],
    ['the docs’ operator where the pinned one does not', 'v3.24.6', 'v1.28.14', 'v1.28.14'],
    ['the oldest that does where the docs’ does not either', 'v3.24.6', 'v1.28.5', 'v1.28.13'],
    ['none where none does', 'v3.24.7', null, null],
  ])('names %s', (_, version, documented, expected) => {
    const [release] = deriveReleases([tag(version)], OPERATORS, announce([version, documented]));
    expect(release).toMatchObject({ operator: expected, pinnedOperator: 'v1.28.5', announced: true });
  });

  test('a tag that the docs do not list is not announced', () => {
    expect(deriveReleases([tag('v3.24.5')], OPERATORS, announce())[0]?.announced).toBe(false);
  });
});

describe('deriveTraps', () => {
  const traps = (facts: TagFacts, announced = announce([facts.version, null])) =>
    deriveTraps([facts], OPERATORS, announced).map(({ id, condition }) => [id, condition]);

  test.each([
    ['a sound tag', tag('v3.24.5'), []],
    ['a wrong operator', tag('v3.24.6'), [['v3.24.6-operator-installs-v3.24.5', 'operator']]],
    ['wrong images', tag('v3.24.5', { installs: 'v3.24.4' }), [['v3.24.5-installs-v3.24.4', 'manifest']]],
    ['both wrong', tag('v3.24.6', { installs: 'v3.24.5' }), [['v3.24.6-installs-v3.24.5', 'any']]],
  ])('%s', (_, facts, expected) => {
    expect(traps(facts)).toEqual(expected);
  });

  test('a tag that was never announced is one trap, whatever else is wrong', () => {
    expect(traps(tag('v3.24.6', { installs: 'v3.24.5' }), announce())).toEqual([
      ['v3.24.6-not-announced', 'any'],
    ]);
  });

  test('the remedy names the operator that does install the release', () => {
    const [trap] = deriveTraps([tag('v3.24.6')], OPERATORS, announce(['v3.24.6', null]));
    expect(trap?.remedy).toBe(
      'Take another patch of v3.24, or operator v1.28.13, which does install v3.24.6.',
    );
  });
});

test('mergeTraps keeps curated rows and the pages that were added to derived ones', () => {
  const derived = deriveTraps([tag('v3.24.6')], OPERATORS, announce(['v3.24.6', null]));
  const before = [
    { id: 'v3.24.6-operator-installs-v3.24.5', origin: 'derived', seeAlso: 'https://example.com' },
    { id: 'v3.1.0-gone', origin: 'derived', seeAlso: null },
    { id: 'by-hand', origin: 'curated', seeAlso: null },
  ];
  const merged = mergeTraps(before, derived) as Trap[];
  expect(merged.map(({ id, seeAlso }) => [id, seeAlso])).toEqual([
    ['v3.24.6-operator-installs-v3.24.5', 'https://example.com'],
    ['by-hand', null],
  ]);
});

describe('summarise', () => {
  const published = (time: number, kubernetes: string[], worksFrom: string | null = null): Publication => ({
    date: `2022-01-0${time}`,
    time,
    source: `source-${time}`,
    statement: { kubernetes, worksFrom },
  });

  test('tells the present list, since when it stands, and what came before', () => {
    const docs = [
      published(1, ['v1.22']),
      published(2, ['v1.22']),
      published(3, ['v1.23']),
      published(4, ['v1.23'], 'v1.21'),
    ];
    expect(summarise('v3.24', [], docs)).toEqual({
      calico: 'v3.24',
      kubernetes: ['v1.23'],
      worksFrom: 'v1.21',
      history: [{ date: '2022-01-01', kubernetes: ['v1.22'] }],
      source: 'source-3',
      date: '2022-01-03',
    });
  });

  test('tags count only until the docs speak', () => {
    const row = summarise(
      'v3.24',
      [published(1, ['v1.21']), published(3, ['v1.20'])],
      [published(2, ['v1.22'])],
    );
    expect(row?.kubernetes).toEqual(['v1.22']);
    expect(row?.history.map(({ kubernetes }) => kubernetes)).toEqual([['v1.21']]);
  });

  test('a list that comes back stands since it came back', () => {
    const row = summarise(
      'v3.17',
      [published(1, ['v1.17']), published(2, ['v1.19']), published(3, ['v1.17'])],
      [],
    );
    expect(row).toMatchObject({ kubernetes: ['v1.17'], date: '2022-01-03' });
  });

  test('there is no row where nothing was published', () => {
    expect(summarise('v3.0', [], [])).toBeNull();
  });
});

describe('deriveInstallObjects', () => {
  const found = (kind: string, name: string, file: string | null, sizeBytes = 10): FoundObject => ({
    kind,
    name,
    file,
    sizeBytes,
    path: `at/${file ?? name}`,
  });
  const release = (
    version: string,
    objects: FoundObject[],
    templates: ReleaseObjects['templates'] = [],
  ): ReleaseObjects => ({
    release: version,
    date: '2022-01-01',
    objects,
    templates,
  });
  const template = (kind: string, pattern: RegExp, name: string | null, path: string) => ({
    kind,
    name,
    path,
    isOptional: false,
    matches: (candidate: string) => pattern.test(candidate),
  });

  test('tells when objects came, went and grew too large', () => {
    const rows = deriveInstallObjects([
      release('v3.24.0', [found('A', 'stays', 'calico.yaml'), found('A', 'goes', 'calico.yaml')]),
      release('v3.24.1', [
        found('A', 'stays', 'calico.yaml', 262_145),
        found('A', 'comes', 'operator-crds.yaml'),
      ]),
      release('v3.25.0', [
        found('A', 'stays', 'calico-typha.yaml'),
        found('A', 'comes', 'operator-crds.yaml'),
      ]),
    ]);
    expect(
      rows.map(({ name, since, until, tooLargeSince, files }) => [name, since, until, tooLargeSince, files]),
    ).toEqual([
      ['comes', 'v3.24.1', null, null, ['operator-crds.yaml']],
      ['goes', 'v3.24.0', 'v3.24.0', null, ['calico.yaml']],
      ['stays', 'v3.24.0', null, 'v3.24.1', ['calico.yaml', 'calico-typha.yaml']],
    ]);
  });

  test('a template counts for the object that a later release has in its place', () => {
    const rows = deriveInstallObjects([
      release(
        'v3.20.0',
        [found('CRD', 'pools', null)],
        [
          template('DaemonSet', /^.+$/, null, 'charts/calico/templates/node.yaml'),
          template('Secret', /^etcd$/, 'etcd', 'charts/calico/templates/etcd.yaml'),
          template('Policy', /^psp$/, 'psp', 'charts/tigera-operator/templates/psp.yaml'),
        ],
      ),
      release('v3.24.0', [
        found('CRD', 'pools', 'calico.yaml'),
        found('DaemonSet', 'calico-node', 'calico.yaml'),
      ]),
    ]);
    expect(rows.map(({ name, since, until, files }) => [name, since, until, files])).toEqual([
      ['pools', 'v3.20.0', null, ['calico.yaml']],
      ['calico-node', 'v3.20.0', null, ['calico.yaml']],
      ['psp', 'v3.20.0', 'v3.20.0', ['tigera-operator.yaml']],
    ]);
  });
});

describe('deriveChartDefaults', () => {
  const rowsOf = (files: Readonly<Record<string, string | null>>): unknown[][] => {
    const calico = {
      name: 'projectcalico/calico',
      text: (ref: string, path: string) =>
        path === 'charts/tigera-operator/values.yaml' ? (files[ref] ?? null) : null,
    } as GitRepository;
    return deriveChartDefaults(
      calico,
      Object.keys(files).map((version) => tag(version)),
    ).map(({ path, value, since, until }) => [path, value, since, until]);
  };

  test('one row for each run of releases that say the same; what is null or a version is no row', () => {
    const values = (image: string, version: string): string =>
      `certs: {node: {key: null}}\ntigeraOperator: {image: ${image}, version: ${version}}\n`;
    expect(
      rowsOf({
        'v3.24.0': values('a', 'v1'),
        'v3.24.1': values('a', 'v2'),
        'v3.25.0': values('b', 'v3'),
        'v3.26.0': values('a', 'v4'),
      }),
    ).toEqual([
      ['tigeraOperator.image', 'a', 'v3.24.0', 'v3.24.1'],
      ['tigeraOperator.image', 'b', 'v3.25.0', 'v3.25.0'],
      ['tigeraOperator.image', 'a', 'v3.26.0', null],
    ]);
  });

  test('lists and empty maps are values; a value that goes ends its run', () => {
    expect(
      rowsOf({
        'v3.20.0': null,
        'v3.24.0': 'tolerations: [{ operator: Exists }]\nnodeSelector: { kubernetes.io/os: linux }\n',
        'v3.25.0': 'tolerations: [{ operator: Exists }]\nresources: {}\n',
      }),
    ).toEqual([
      ['nodeSelector[kubernetes.io/os]', 'linux', 'v3.24.0', 'v3.24.0'],
      ['resources', {}, 'v3.25.0', null],
      ['tolerations', [{ operator: 'Exists' }], 'v3.24.0', null],
    ]);
  });

  test('a file that is no YAML stops the refresh and names the release', () => {
    expect(() => rowsOf({ 'v3.24.0': 'a: [' })).toThrow(/values\.yaml of v3\.24\.0 is not readable as YAML/);
  });
});

describe('compareTable', () => {
  const table = (rows: readonly object[]) => ({
    file: 'x.json',
    rows,
    nameOf: (row: Readonly<Record<string, unknown>>) => String(row['id']),
  });

  test('finds nothing where the rows are the same', () => {
    expect(compareTable([{ id: 'a', v: 1 }], table([{ id: 'a', v: 1 }]))).toBeNull();
  });

  test('names added, removed and changed rows, and says what changed', () => {
    const change = compareTable(
      [{ id: 'a', v: 'old' }, { id: 'b' }],
      table([{ id: 'a', v: 'new', w: ['x'] }, { id: 'c' }]),
    );
    expect(change && describeChange(change)).toEqual([
      'x.json: 1 added, 1 removed, 1 changed',
      '  + c',
      '  - b',
      '  ~ a: v old → new; w nothing → ["x"]',
    ]);
  });

  test('notices another order', () => {
    const change = compareTable([{ id: 'a' }, { id: 'b' }], table([{ id: 'b' }, { id: 'a' }]));
    expect(change && describeChange(change)).toEqual([
      'x.json: 0 added, 0 removed, 0 changed (order or form only)',
    ]);
  });

  test('formatRows puts one row on a line', () => {
    expect(formatRows([{ a: 1 }, { a: 2 }])).toBe('[\n{"a":1},\n{"a":2}\n]\n');
  });
});
