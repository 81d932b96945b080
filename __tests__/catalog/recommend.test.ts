import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  calicoMinorsFor,
  minimumCalico,
  operatorFor,
  recommendedCalico,
  releaseOf,
  safePatchAfter,
  supportOf,
  trapsOf,
  versionOf,
} from '../../src/catalog/queries.js';
import type { Uses } from '../../src/catalog/types.js';
import { compareVersions } from '../../src/version/version.js';

const uses: fc.Arbitrary<Uses> = fc.record(
  {
    install: fc.constantFrom('manifest', 'operator', null),
    applicationLayerPolicy: fc.boolean(),
    ebpf: fc.boolean(),
  },
  { requiredKeys: [] },
);
const kubernetes = fc.integer({ min: 15, max: 40 }).map((minor) => versionOf(`v1.${minor}`));

describe('recommendedCalico and minimumCalico', () => {
  test.each([
    ['v1.19', 'v3.20.0', 'v3.20.6', 'v1.20.9'],
    ['v1.20', 'v3.20.0', 'v3.21.6', 'v1.23.8'],
    ['v1.21', 'v3.20.0', 'v3.23.5', 'v1.27.16'],
    ['v1.22', 'v3.21.0', 'v3.24.5', 'v1.28.5'],
    ['v1.23', 'v3.22.0', 'v3.25.2', 'v1.29.6'],
    ['v1.24', 'v3.24.0', 'v3.26.5', 'v1.30.11'],
    ['v1.25', 'v3.24.0', 'v3.26.5', 'v1.30.11'],
    ['v1.26', 'v3.25.0', 'v3.26.5', 'v1.30.11'],
    ['v1.27', 'v3.25.0', 'v3.28.5', 'v1.34.13'],
    ['v1.28', 'v3.25.0', 'v3.28.5', 'v1.34.13'],
    ['v1.29', 'v3.27.0', 'v3.29.7', 'v1.36.16'],
    ['v1.30', 'v3.28.0', 'v3.29.7', 'v1.36.16'],
  ])('Kubernetes %s: at least %s, best %s with operator %s', (minor, minimum, recommended, operator) => {
    expect(minimumCalico(versionOf(minor))?.version).toBe(minimum);
    expect(recommendedCalico(versionOf(minor))).toMatchObject({ version: recommended, operator });
  });

  test.each([
    ['v1.31', 'v3.29.4', 'v3.30.7'],
    ['v1.32', 'v3.29.4', 'v3.31.7'],
    ['v1.33', 'v3.30.0', 'v3.31.7'],
    ['v1.34', 'v3.30.0', 'v3.32.1'],
    ['v1.35', 'v3.30.0', 'v3.32.1'],
    ['v1.36', 'v3.32.0', 'v3.32.1'],
  ])(
    'Kubernetes %s: at least %s, best %s or whatever upstream tests since',
    (minor, minimum, recommended) => {
      expect(minimumCalico(versionOf(minor))?.version).toBe(minimum);
      const best = recommendedCalico(versionOf(minor))?.version ?? 'v0.0.0';
      expect(compareVersions(versionOf(best), versionOf(recommended))).toBeGreaterThanOrEqual(0);
    },
  );

  test('the manifest trap of v3.29.0 to v3.29.3 does not hold an operator install back', () => {
    expect(minimumCalico(versionOf('v1.31'), { install: 'operator' })?.version).toBe('v3.29.0');
    expect(minimumCalico(versionOf('v1.31'), { install: 'manifest' })?.version).toBe('v3.29.4');
  });

  test('application layer policy keeps off v3.30 and v3.31', () => {
    const alp = { applicationLayerPolicy: true };
    expect(recommendedCalico(versionOf('v1.31'), alp)?.version).toBe('v3.29.7');
    expect(recommendedCalico(versionOf('v1.33'), alp)).toBeNull();
    expect(minimumCalico(versionOf('v1.34'), alp)?.version).toBe('v3.32.0');
  });

  test.each(['v1.18', 'v1.99'])('there is none for Kubernetes %s', (minor) => {
    expect(recommendedCalico(versionOf(minor))).toBeNull();
    expect(minimumCalico(versionOf(minor))).toBeNull();
  });

  test('both are tested, announced, installed by an operator of their own and no trap, the minimum not above the best', () => {
    fc.assert(
      fc.property(kubernetes, uses, (minor, inUse) => {
        const [minimum, best] = [minimumCalico(minor, inUse), recommendedCalico(minor, inUse)];
        for (const release of [minimum, best]) {
          if (!release) continue;
          const version = versionOf(release.version);
          expect(supportOf(minor, version, inUse.install ?? null).support).toBe('tested');
          expect(trapsOf(version, inUse)).toEqual([]);
          expect(release.announced).toBe(true);
          expect(operatorFor(version)).not.toBeNull();
        }
        expect(minimum === null).toBe(best === null);
        if (minimum && best)
          expect(compareVersions(versionOf(minimum.version), versionOf(best.version))).toBeLessThanOrEqual(0);
      }),
    );
  });
});

describe('trapsOf', () => {
  test.each([
    ['v3.21.3', {}, ['v3.21.3-installs-v3.21.2']],
    ['v3.24.2', {}, ['v3.24.2-operator-installs-v3.24.1']],
    ['v3.24.2', { install: 'manifest' }, []],
    ['v3.24.6', { install: 'operator' }, ['v3.24.6-installs-v3.24.5']],
    ['v3.26.2', {}, ['v3.26.2-not-announced']],
    ['v3.27.1', {}, ['v3.27.1-not-announced']],
    ['v3.29.3', {}, ['v3.29-namespace-deletion-hangs']],
    ['v3.29.3', { install: 'operator' }, []],
    ['v3.29.4', {}, []],
    ['v3.30.7', {}, []],
    ['v3.30.7', { applicationLayerPolicy: true }, ['application-layer-policy-not-enforced']],
    ['v3.31.0', { applicationLayerPolicy: true }, ['application-layer-policy-not-enforced']],
    ['v3.32.0', { applicationLayerPolicy: true, ebpf: true }, []],
    ['v3.24.6-rc.1', {}, []],
    ['v3.24', {}, []],
  ] as const)('%s with %j: %j', (version, inUse, ids) => {
    expect(trapsOf(versionOf(version), inUse).map(({ id }) => id)).toEqual(ids);
  });
});

describe('safePatchAfter', () => {
  test.each([
    ['v3.26.1', 'v3.26.5'],
    ['v3.27.0', 'v3.27.5'],
    ['v3.29.1', 'v3.29.7'],
    ['v3.24.3', 'v3.24.5'],
    ['v3.24.6', null],
    ['v3.26.5', null],
    ['v3.26', 'v3.26.5'],
    ['v3.15.1', null],
    ['v3.98.1', null],
  ])('after %s comes %s', (version, expected) => {
    expect(safePatchAfter(versionOf(version))?.version ?? null).toBe(expected);
  });

  test('there is none for application layer policy within v3.31', () => {
    expect(safePatchAfter(versionOf('v3.31.0'), { applicationLayerPolicy: true })).toBeNull();
  });
});

test('calicoMinorsFor lists every minor that upstream tests with a Kubernetes minor', () => {
  expect(calicoMinorsFor(versionOf('v1.31.2'))).toEqual(['v3.29', 'v3.30']);
  expect(calicoMinorsFor(versionOf('v1.16'))).toEqual([
    'v3.10',
    'v3.11',
    'v3.12',
    'v3.13',
    'v3.14',
    'v3.15',
    'v3.16',
  ]);
});

test.each([
  ['v3.26.1', 'v3.26.1'],
  ['v3.26.1-arm64', 'v3.26.1'],
  ['v3.26.1-rc.1', undefined],
  ['v3.26', undefined],
  ['v3.19.1', undefined],
])('releaseOf(%s) is %s', (version, expected) => {
  expect(releaseOf(versionOf(version))?.version).toBe(expected);
});
