import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { catalog } from '../../src/catalog/catalog.js';
import { manifestFile, manifestFiles } from '../../src/catalog/manifests.js';
import * as queries from '../../src/catalog/queries.js';
import { versionOf } from '../../src/catalog/release-lines.js';

describe('operators', () => {
  test.each([
    ['v1.30.9', 'v3.26.4'],
    ['v1.36.1.1', 'v3.29.0'],
    ['v1.36.10.1', 'v3.29.4'],
    ['v1.43.0', 'v3.32.0'],
    ['v1.42.3-amd64', 'v3.32.1'],
    ['v1.42.3-rc.1', null],
    ['v1.42', null],
    ['v1.19.4', null],
    ['v1.99.0', null],
  ])('operator %s installs %s', (operator, calico) => {
    expect(queries.calicoOfOperator(versionOf(operator))).toBe(calico);
  });

  test.each([
    ['v3.24.6', 'v1.28.13'],
    ['v3.24.2', 'v1.28.2'],
    ['v3.21.3', 'v1.23.4'],
    ['v3.28.5', 'v1.34.13'],
    ['v3.26.1', 'v1.30.4'],
    ['v3.26.2', null],
    ['v3.98.0', null],
  ])('%s belongs to operator %s, whatever its tag names', (calico, operator) => {
    expect(queries.operatorFor(versionOf(calico))).toBe(operator);
  });

  test('operatorsOf lists every operator that installs a release, oldest first', () => {
    expect(queries.operatorsOf(versionOf('v3.29.0'))).toEqual(['v1.36.0', 'v1.36.1', 'v1.36.1.1']);
    expect(queries.operatorsOf(versionOf('v3.26.2'))).toEqual([]);
    expect(queries.operatorsOf(versionOf('v3.29'))).toEqual([]);
  });

  test('each release’s operator is one of those that install it', () => {
    for (const { version, operator } of catalog.releases) {
      if (operator) expect(queries.operatorsOf(versionOf(version))).toContain(operator);
    }
  });
});

describe('minors', () => {
  test('kubernetesFor tells what upstream tests a minor with', () => {
    expect(queries.kubernetesFor(versionOf('v3.26.1'))).toEqual([
      'v1.24',
      'v1.25',
      'v1.26',
      'v1.27',
      'v1.28',
    ]);
    expect(queries.kubernetesFor(versionOf('v3.12'))).toEqual(['v1.14', 'v1.15', 'v1.16', 'v1.17']);
    expect(queries.kubernetesFor(versionOf('v3.0'))).toEqual([]);
  });

  test('the newest two minors are supported, and so is what is newer than the catalog', () => {
    const [newest, second, ...rest] = queries.supportedMinors();
    expect(rest).toEqual([]);
    expect([second, newest]).toEqual(queries.calicoMinors().slice(-2));
    expect(queries.isSupportedMinor(versionOf(newest ?? ''))).toBe(true);
    expect(queries.isSupportedMinor(versionOf('v3.28.5'))).toBe(false);
    expect(queries.isSupportedMinor(versionOf('v3.98'))).toBe(true);
  });

  test('releasesOf lists a minor’s tags, those that were never released as well', () => {
    expect(queries.releasesOf(versionOf('v3.26')).map(({ version }) => version)).toEqual([
      'v3.26.0',
      'v3.26.1',
      'v3.26.2',
      'v3.26.3',
      'v3.26.4',
      'v3.26.5',
    ]);
    expect(queries.releasesOf(versionOf('v3.19'))).toEqual([]);
  });
});

test('the catalog tells its day and the commits it was made from', () => {
  expect(queries.catalogDate()).toMatch(/^\d{4}-\d\d-\d\d$/);
  expect(queries.catalogSources().map(({ repository }) => repository)).toEqual([
    'projectcalico/calico',
    'tigera/operator',
    'tigera/docs',
  ]);
});

describe('securityNotesOf', () => {
  test.each([
    ['v3.26.4', ['CVE-2024-33522']],
    ['v3.26.5', []],
    ['v3.26.1', ['CVE-2023-41378', 'CVE-2024-33522']],
    ['v3.27.2', ['CVE-2024-33522']],
    ['v3.25.2', ['CVE-2024-33522']],
    ['v3.28.0', []],
    ['v3.21.4', ['CVE-2022-28224', 'CVE-2023-41378', 'CVE-2024-33522']],
    ['v3.19.0', ['CVE-2022-28224', 'CVE-2023-41378', 'CVE-2024-33522']],
    ['v3.26', []],
  ])('%s has %j', (version, ids) => {
    expect(queries.securityNotesOf(versionOf(version)).map(({ id }) => id)).toEqual(ids);
  });
});

describe('caveatsBetween', () => {
  const ids = (from: string, to: string, direction: 'upgrade' | 'rollback') =>
    queries
      .caveatsBetween(versionOf(from), versionOf(to), direction)
      .filter(({ release }) => release !== null)
      .map(({ id }) => id);

  test('lists what the target has and the start has not', () => {
    expect(ids('v3.30.7', 'v3.31.0', 'upgrade')).toContain('ebpf-vxlan-drop');
    expect(ids('v3.31.0', 'v3.31.4', 'upgrade')).toEqual([]);
    expect(ids('v3.28.2', 'v3.31.7', 'upgrade')).toContain('tiers');
  });

  test('a change that another minor got earlier is crossed once', () => {
    expect(ids('v3.27.4', 'v3.27.5', 'upgrade')).toEqual(['v3-uids-change-v3.28']);
    expect(ids('v3.27.4', 'v3.28.2', 'upgrade')).toContain('v3-uids-change-v3.28');
    expect(ids('v3.27.5', 'v3.28.2', 'upgrade')).not.toContain('v3-uids-change-v3.28');
    expect(ids('v3.30.7', 'v3.31.4', 'upgrade')).not.toContain('non-privileged-gone');
    expect(ids('v3.31.4', 'v3.31.5', 'upgrade')).toEqual(['non-privileged-gone']);
  });

  test('a change that was taken back matters only to those who stop on it', () => {
    expect(ids('v3.28.2', 'v3.29.3', 'upgrade')).toContain('namespace-deletion-hangs');
    expect(ids('v3.28.2', 'v3.29.4', 'upgrade')).not.toContain('namespace-deletion-hangs');
    expect(ids('v3.27.4', 'v3.28.1', 'upgrade')).not.toContain('vxlan-checksum-offload-on');
  });

  test('a rollback lists what was written down for going back, and nothing else', () => {
    expect(ids('v3.32.1', 'v3.31.7', 'rollback')).toContain('rollback-policy-names');
    expect(ids('v3.31.7', 'v3.31.6', 'rollback')).toEqual([]);
    expect(ids('v3.26.0', 'v3.25.2', 'rollback')).toContain('rollback-cni-token');
  });

  test('what matters whatever is crossed is always there', () => {
    const always = queries
      .caveatsBetween(versionOf('v3.31.6'), versionOf('v3.31.7'), 'upgrade')
      .map(({ id }) => id);
    expect(always).toContain('edits-are-replaced');
    expect(always).not.toContain('no-documented-downgrade');
  });

  test('going by way of a release between crosses everything that the direct way does', () => {
    const release = fc.constantFrom(...catalog.releases.map(({ version }) => version));
    fc.assert(
      fc.property(release, release, release, (from, by, to) => {
        const direct = ids(from, to, 'upgrade');
        const staged = new Set([...ids(from, by, 'upgrade'), ...ids(by, to, 'upgrade')]);
        expect(direct.filter((id) => !staged.has(id))).toEqual([]);
      }),
    );
  });
});

describe('requiredStops', () => {
  test.each([
    ['v3.30.2', 'v3.31.7', { ebpf: true }, ['v3.30.7']],
    ['v3.28.1', 'v3.32.1', { ebpf: true }, ['v3.30.7']],
    ['v3.30.7', 'v3.31.7', { ebpf: true }, []],
    ['v3.30.2', 'v3.30.7', { ebpf: true }, []],
    ['v3.30.2', 'v3.31.7', { ebpf: false }, []],
    ['v3.30.2', 'v3.31.7', {}, []],
  ])('from %s to %s with %j: %j', (from, to, uses, stops) => {
    expect(queries.requiredStops(versionOf(from), versionOf(to), uses)).toEqual(stops);
  });
});

describe('installObjects', () => {
  test.each([
    ['CustomResourceDefinition', 'tiers.crd.projectcalico.org', 'v3.29.0', null],
    ['CustomResourceDefinition', 'bgpfilters.crd.projectcalico.org', 'v3.26.0', null],
    ['CustomResourceDefinition', 'adminnetworkpolicies.policy.networking.k8s.io', 'v3.29.0', 'v3.31.7'],
    ['ServiceAccount', 'calico-cni-plugin', 'v3.26.0', null],
    ['ClusterRole', 'calico-tier-getter', 'v3.29.4', null],
    ['PodSecurityPolicy', 'tigera-operator', 'v3.20.0', 'v3.23.5'],
    ['RoleBinding', 'tigera-operator-secrets', 'v3.30.0', null],
  ])('%s %s came with %s and went after %s', (kind, name, since, until) => {
    const object = queries.installObjects().find((row) => row.kind === kind && row.name === name);
    expect(object).toMatchObject({ since, until });
  });

  test('only the Installation CRD is too large for client-side apply, since v3.24.0', () => {
    const tooLarge = queries.installObjects().filter(({ tooLargeSince }) => tooLargeSince !== null);
    expect(tooLarge.map(({ name, tooLargeSince }) => [name, tooLargeSince])).toEqual([
      ['installations.operator.tigera.io', 'v3.24.0'],
    ]);
  });
});

describe('manifests', () => {
  test('a file is known by release and name', () => {
    const file = manifestFile(versionOf('v3.29.7'), 'calico.yaml');
    expect(file?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(file?.source).toBe('projectcalico/calico@v3.29.7:manifests/calico.yaml');
    expect(manifestFiles(versionOf('v3.29.7'))).toContain(file);
  });

  test('tags that hold templates have none, and neither have unknown files', () => {
    expect(manifestFiles(versionOf('v3.23.5'))).toEqual([]);
    expect(manifestFile(versionOf('v3.29.7'), 'calico.yml')).toBeNull();
  });

  test('every release since v3.24.0 has the files that installs are made from', () => {
    const released = catalog.releases.filter(({ version }) => versionOf(version).minor >= 24);
    for (const { version } of released) {
      const files = manifestFiles(versionOf(version)).map(({ file }) => file);
      expect(files).toEqual(
        expect.arrayContaining(['calico.yaml', 'tigera-operator.yaml', 'operator-crds.yaml']),
      );
    }
  });
});
