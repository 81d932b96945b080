import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { catalog } from '../../../src/catalog/catalog.js';
import { requiredStops, supportOf, trapsOf, versionOf } from '../../../src/catalog/queries.js';
import type { Uses } from '../../../src/catalog/types.js';
import { findPath } from '../../../src/upgrade/path/find-path.js';
import type { Pair, Path } from '../../../src/upgrade/path/hop.js';
import { compareVersions, formatMinor, formatVersion } from '../../../src/version/version.js';

function pair(text: string): Pair {
  const [kubernetes = '', calico = ''] = text.split(' ');
  return { kubernetes: versionOf(kubernetes), calico: versionOf(calico) };
}

function show({ kubernetes, calico }: Pair): string {
  return `${formatMinor(kubernetes)} ${formatVersion(calico)}`;
}

function way(path: Path): readonly string[] {
  return path.kind === 'none' ? [] : path.hops.map(({ to }) => show(to));
}

describe('findPath', () => {
  test.each<[string, string, string, Uses, readonly string[]]>([
    ['a patch', 'v1.31 v3.29.4', 'v1.31 v3.29.7', {}, ['v1.31 v3.29.7']],
    ['nothing to do', 'v1.31 v3.29.7', 'v1.31 v3.29.7', {}, []],
    ['several minors of Calico at once', 'v1.29 v3.27.4', 'v1.29 v3.29.7', {}, ['v1.29 v3.29.7']],
    ['an untested start', 'v1.34 v3.29.7', 'v1.34 v3.32.1', {}, ['v1.34 v3.32.1']],
    [
      'Kubernetes first',
      'v1.31 v3.30.7',
      'v1.34 v3.32.1',
      {},
      ['v1.32 v3.30.7', 'v1.33 v3.30.7', 'v1.34 v3.30.7', 'v1.34 v3.32.1'],
    ],
    ['Calico first', 'v1.32 v3.29.7', 'v1.33 v3.31.7', {}, ['v1.32 v3.31.7', 'v1.33 v3.31.7']],
    [
      'the stop that eBPF needs',
      'v1.32 v3.29.7',
      'v1.32 v3.31.7',
      { ebpf: true },
      ['v1.32 v3.30.7', 'v1.32 v3.31.7'],
    ],
    [
      'the stop that eBPF needs, made already',
      'v1.32 v3.30.7',
      'v1.32 v3.31.7',
      { ebpf: true },
      ['v1.32 v3.31.7'],
    ],
  ])('%s', (_, from, to, uses, expected) => {
    const path = findPath(pair(from), pair(to), uses);
    expect(path.kind).toBe('found');
    expect(way(path)).toEqual(expected);
  });

  test('names the pair that is missing, and still the way with the fewest of them', () => {
    const path = findPath(pair('v1.31 v3.30.5'), pair('v1.31 v3.31.7'), { ebpf: true });
    expect(path).toMatchObject({ kind: 'untested' });
    expect(way(path)).toEqual(['v1.31 v3.30.7', 'v1.31 v3.31.7']);
    expect(path.kind === 'untested' && path.missing.map((missing) => show(missing.pair))).toEqual([
      'v1.31 v3.31.7',
    ]);
  });

  test('finds no way to a pair that cannot work, and says what breaks it', () => {
    const path = findPath(pair('v1.24 v3.20.6'), pair('v1.25 v3.22.5'), { install: 'manifest' });
    expect(path).toMatchObject({ kind: 'none', reason: expect.stringContaining('policy/v1beta1') });
  });

  test.each([
    ['v1.31 v3.30.7', 'v1.31 v3.29.7', 'Calico is at v3.30.7 already'],
    ['v1.32 v3.29.7', 'v1.31 v3.29.7', 'Kubernetes is at v1.32 already'],
  ])('never goes back: %s to %s', (from, to, reason) => {
    expect(findPath(pair(from), pair(to), {})).toMatchObject({
      kind: 'none',
      reason: expect.stringContaining(reason),
    });
  });

  test('every hop says why', () => {
    const path = findPath(pair('v1.23 v3.22.5'), pair('v1.34 v3.31.7'), { ebpf: true });
    const reasons = path.kind === 'found' ? path.hops.map(({ because }) => because) : [];
    expect(reasons).toContain('Calico v3.22.5 is not tested with Kubernetes v1.24: Calico goes first.');
    expect(reasons).toContain('v3.30.7 has to run on every node before anything newer does.');
    expect(reasons.every((reason) => reason.endsWith('.'))).toBe(true);
  });
});

const minors = Array.from({ length: 14 }, (_, index) => `v1.${index + 23}`);
const releases = catalog.releases.map(({ version }) => version);
const anyUses = fc.record({
  install: fc.constantFrom(null, 'manifest' as const, 'operator' as const),
  ebpf: fc.boolean(),
  applicationLayerPolicy: fc.boolean(),
});

/** Remembers what a function of texts gave. */
function remember<Result>(judge: (...texts: string[]) => Result): (...texts: string[]) => Result {
  const known = new Map<string, Result>();
  return (...texts) => {
    const key = texts.join(' ');
    const result = known.has(key) ? (known.get(key) as Result) : judge(...texts);
    known.set(key, result);
    return result;
  };
}

/** The cost of the best way by trying every pair there is: what can be reached comes before what it is reached from. */
function bestByExhaustion(from: Pair, to: Pair, uses: Uses): { untested: number; hops: number } | null {
  const sound = releases
    .map(versionOf)
    .filter((version, index) => {
      const row = catalog.releases[index];
      const isEnd = [from.calico, to.calico].some((end) => compareVersions(end, version) === 0);
      return (
        isEnd || (row?.announced === true && row.operator !== null && trapsOf(version, uses).length === 0)
      );
    })
    .filter(
      (version) => compareVersions(version, from.calico) >= 0 && compareVersions(version, to.calico) <= 0,
    )
    .sort(compareVersions);
  const mayHop = remember((old = '', release = '') =>
    requiredStops(versionOf(old), versionOf(release), uses).every((stop) => stop === release),
  );
  const judge = remember(
    (kubernetes = '', calico = '') =>
      supportOf(versionOf(kubernetes), versionOf(calico), uses.install ?? null).support,
  );
  const span = Array.from(
    { length: to.kubernetes.minor - from.kubernetes.minor + 1 },
    (_, index) => from.kubernetes.minor + index,
  );
  const best = new Map<string, { untested: number; hops: number }>();
  for (const minor of [...span].reverse()) {
    for (const [index, calico] of [...sound.entries()].reverse()) {
      const here = { kubernetes: { ...from.kubernetes, minor }, calico };
      if (minor === to.kubernetes.minor && index === sound.length - 1) {
        best.set(show(here), { untested: 0, hops: 0 });
        continue;
      }
      const next: Pair[] = [
        ...(minor < to.kubernetes.minor
          ? [{ kubernetes: { ...from.kubernetes, minor: minor + 1 }, calico }]
          : []),
        ...sound
          .slice(index + 1)
          .filter((release) => mayHop(formatVersion(calico), formatVersion(release)))
          .map((release) => ({ kubernetes: here.kubernetes, calico: release })),
      ];
      const costs = next.flatMap((landing) => {
        const rest = best.get(show(landing));
        const support = judge(formatMinor(landing.kubernetes), formatVersion(landing.calico));
        if (!rest || support === 'broken') return [];
        return [{ untested: rest.untested + (support === 'tested' ? 0 : 1), hops: rest.hops + 1 }];
      });
      const cheapest = costs.sort((a, b) => a.untested - b.untested || a.hops - b.hops)[0];
      if (cheapest) best.set(show(here), cheapest);
    }
  }
  return best.get(show(from)) ?? null;
}

test('no way is shorter, or has fewer untested pairs, than the one that is found', () => {
  const kinds = new Set<string>();
  fc.assert(
    fc.property(
      fc.tuple(fc.constantFrom(...minors), fc.constantFrom(...minors)),
      fc.tuple(fc.constantFrom(...releases), fc.constantFrom(...releases)),
      anyUses,
      (kubernetes, calico, uses) => {
        const [oldMinor, newMinor] = [...kubernetes].sort((a, b) =>
          compareVersions(versionOf(a), versionOf(b)),
        );
        const [oldCalico, newCalico] = [...calico].sort((a, b) =>
          compareVersions(versionOf(a), versionOf(b)),
        );
        const from = pair(`${oldMinor} ${oldCalico}`);
        const to = pair(`${newMinor} ${newCalico}`);
        const path = findPath(from, to, uses);
        const best = bestByExhaustion(from, to, uses);
        kinds.add(path.kind);
        expect(
          path.kind === 'none'
            ? null
            : { untested: path.kind === 'untested' ? path.missing.length : 0, hops: path.hops.length },
        ).toEqual(best);
        if (path.kind === 'none') return;
        for (const [index, hop] of path.hops.entries()) {
          expect(show(hop.from)).toBe(index === 0 ? show(from) : show(path.hops[index - 1]?.to ?? from));
          expect(hop.support.support).not.toBe('broken');
          if (formatVersion(hop.to.calico) !== newCalico && formatVersion(hop.to.calico) !== oldCalico) {
            expect(trapsOf(hop.to.calico, uses)).toEqual([]);
          }
        }
      },
    ),
    { numRuns: 150, seed: 20261127 },
  );
  expect([...kinds].sort()).toEqual(['found', 'none', 'untested']);
});
