import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { catalog } from '../../src/catalog/catalog.js';
import { versionOf } from '../../src/catalog/release-lines.js';
import { supportOf } from '../../src/catalog/support.js';
import type { InstallMethod } from '../../src/catalog/types.js';

const LETTERS = { tested: 'T', untested: 'u', broken: 'B', unknown: '?' } as const;
const INSTALLS: readonly (InstallMethod | null)[] = [null, 'manifest', 'operator'];

function judge(kubernetes: string, calico: string, install: InstallMethod | null = null) {
  return supportOf(versionOf(kubernetes), versionOf(calico), install);
}

test('every release, Kubernetes minor and install method is judged as upstream has it', () => {
  const path = new URL('./fixtures/support-matrix.txt', import.meta.url);
  const golden = readFileSync(path, 'utf8').trimEnd().split('\n').slice(2);
  const minors = Array.from({ length: 18 }, (_, index) => `v1.${index + 19}`);
  const known = new Set(golden.map((line) => line.split(' ')[0]));
  const rows = catalog.releases
    .filter(({ version }) => known.has(version))
    .map(({ version }) => {
      const cells = INSTALLS.map((install) =>
        minors.map((minor) => LETTERS[judge(minor, version, install).support]).join(''),
      );
      return `${version.padEnd(10)}${cells.join(' ')}`;
    });
  expect(rows).toEqual(golden);
});

describe('supportOf', () => {
  test.each([
    ['v1.29.4', 'v3.28.2', 'tested', 'Upstream tests Calico v3.28 with Kubernetes v1.27 to v1.30.'],
    [
      'v1.33',
      'v3.28.2',
      'untested',
      'Upstream tests Calico v3.28 with Kubernetes v1.27 to v1.30; v1.33 is newer.',
    ],
    [
      'v1.26',
      'v3.28.2',
      'untested',
      'Upstream tests Calico v3.28 with Kubernetes v1.27 to v1.30; v1.26 is older.',
    ],
    [
      'v1.24',
      'v3.28.4',
      'broken',
      'Calico v3.28.4 does not work on Kubernetes older than v1.25, as upstream states.',
    ],
    [
      'v1.15',
      'v3.20',
      'broken',
      'Calico v3.20 needs apiextensions.k8s.io/v1 CustomResourceDefinition, which Kubernetes serves only from v1.16 on.',
    ],
    [
      'v1.20',
      'v3.26.4',
      'broken',
      'Calico v3.26.4 needs policy/v1 PodDisruptionBudget, which Kubernetes serves only from v1.21 on.',
    ],
  ] as const)('Kubernetes %s with Calico %s: %s', (kubernetes, calico, support, reason) => {
    expect(judge(kubernetes, calico)).toMatchObject({ support, reason });
  });

  test('names the removed API, its effect and where it is used', () => {
    expect(judge('v1.25', 'v3.22.5', 'manifest')).toEqual({
      support: 'broken',
      reason:
        'A manifest install of Calico v3.22.5 needs policy/v1beta1 PodDisruptionBudget, which Kubernetes v1.25 removed: ' +
        'the API server rejects the PodDisruptionBudgets of the manifests while it takes everything else.',
      source:
        'https://github.com/projectcalico/calico/blob/v3.22.5/calico/_includes/charts/calico/templates/calico-kube-controllers.yaml',
      api: expect.objectContaining({
        apiVersion: 'policy/v1beta1',
        kind: 'PodDisruptionBudget',
        removedIn: 'v1.25',
      }),
    });
  });

  test('an API that hits one install method breaks that method, and is mentioned where the method is not known', () => {
    expect(judge('v1.25', 'v3.23.1', 'operator').support).toBe('broken');
    expect(judge('v1.25', 'v3.23.1', 'manifest').support).toBe('untested');
    const unknown = judge('v1.25', 'v3.23.1');
    expect(unknown.support).toBe('untested');
    expect(unknown.reason).toContain('; an operator install needs policy/v1beta1 PodSecurityPolicy');
  });

  test('APIs that together hit every install method break a release whose method is not known', () => {
    const support = judge('v1.25', 'v3.20.6');
    expect(support.support).toBe('broken');
    expect(support.reason).toMatch(
      /^Calico v3\.20\.6, however it is installed, cannot run here: a manifest install needs /,
    );
  });

  test('a minor is broken only if all its patches are', () => {
    expect(judge('v1.24', 'v3.28').support).toBe('untested');
    expect(judge('v1.24', 'v3.28.4').support).toBe('broken');
    expect(judge('v1.25', 'v3.21').support).toBe('broken');
    expect(judge('v1.34', 'v3.32').support).toBe('tested');
  });

  test.each([
    ['v1.18', 'v3.14.2', 'tested'],
    ['v1.22', 'v3.14.2', 'broken'],
    ['v1.22', 'v3.15.0', 'untested'],
    ['v1.16', 'v3.7.5', 'broken'],
    ['v1.15', 'v3.8', 'tested'],
    ['v1.15', 'v3.19', 'broken'],
  ])(
    'minors without release rows are judged by their minor: Kubernetes %s with Calico %s',
    (kubernetes, calico, support) => {
      expect(judge(kubernetes, calico).support).toBe(support);
    },
  );

  test('a release that the catalog does not know is unknown, and its minor is told where that is known', () => {
    expect(judge('v1.30', 'v3.98.0')).toEqual({
      support: 'unknown',
      reason: `Calico v3.98.0 is not in the catalog of ${catalog.meta.generated}.`,
      source: 'https://github.com/projectcalico/calico/releases',
      api: null,
    });
    expect(judge('v1.36', 'v3.28.99').reason).toBe(
      `Calico v3.28.99 is not in the catalog of ${catalog.meta.generated}; ` +
        'upstream tests Calico v3.28 with Kubernetes v1.27 to v1.30; v1.36 is newer.',
    );
  });

  test.each([
    ['v3.28.2-rc.1', 'unknown'],
    ['v3.28.2-0.dev-57-g0123abc', 'unknown'],
    ['v3.28.2-12-g0123abcd', 'unknown'],
    ['v3.18.0-2.0', 'unknown'],
    ['v3.28.2-amd64', 'tested'],
    ['v3.28.2-build20240911', 'tested'],
    ['v3.28.2+rancher1', 'tested'],
  ])('%s is %s: builds of a release count as the release, other builds do not', (calico, support) => {
    expect(judge('v1.29.3+k3s1', calico).support).toBe(support);
  });

  const number = fc.oneof(fc.nat({ max: 60 }), fc.nat());
  const version = fc.record({
    major: fc.oneof(fc.constantFrom(1, 3), number),
    minor: number,
    patch: fc.option(number),
    suffix: fc.oneof(fc.constantFrom('', '.1', '-rc.1', '+k3s1', '-0.dev', '.x.', '-2.0'), fc.string()),
  });
  const install = fc.constantFrom(...INSTALLS);

  test('never throws, and always gives a sentence and a URL', () => {
    fc.assert(
      fc.property(version, version, install, (kubernetes, calico, method) => {
        const { reason, source } = supportOf(kubernetes, calico, method);
        expect(reason).toMatch(/^[A-Z].*\.$/s);
        expect(source).toMatch(/^https:\/\//);
      }),
      { numRuns: 500 },
    );
  });

  test('the patch of Kubernetes does not matter', () => {
    const release = fc.constantFrom(...catalog.releases.map((row) => row.version));
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 45 }),
        fc.nat(30),
        release,
        install,
        (minor, patch, calico, method) => {
          const withPatch = supportOf({ major: 1, minor, patch, suffix: '+k3s1' }, versionOf(calico), method);
          expect(withPatch).toEqual(judge(`v1.${minor}`, calico, method));
        },
      ),
    );
  });

  test('a pair that breaks with the method unknown breaks with either', () => {
    const release = fc.constantFrom(...catalog.releases.map((row) => row.version));
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 45 }), release, (minor, calico) => {
        const each = (['manifest', 'operator'] as const).map(
          (method) => judge(`v1.${minor}`, calico, method).support,
        );
        const both = each.every((support) => support === 'broken');
        expect(judge(`v1.${minor}`, calico).support === 'broken').toBe(both);
      }),
    );
  });
});
