import { describe, expect, test } from '@jest/globals';
import { versionOf } from '../../../src/catalog/queries.js';
import type { Uses } from '../../../src/catalog/types.js';
import type { PolicyRow } from '../../../src/policy/policy.js';
import { chooseTarget, type TargetChoice } from '../../../src/upgrade/path/choose-target.js';

const now = (kubernetes: string, calico: string) => ({
  kubernetes: versionOf(kubernetes),
  calico: versionOf(calico),
});
const location = { path: 'policy.yml', line: 1, column: 1 };

describe('chooseTarget', () => {
  test.each<[string, TargetChoice, string, Uses, string]>([
    ['the newest tested release', 'recommended', 'v1.31 v3.28.2', {}, 'v3.30.7'],
    ['a cluster that is newer stays', 'recommended', 'v1.31 v3.31.7', {}, 'v3.31.7'],
    [
      'with application layer policy, none that does not enforce it',
      'recommended',
      'v1.32 v3.28.2',
      { applicationLayerPolicy: true },
      'v3.29.7',
    ],
    ['the newest patch', 'latest-patch', 'v1.31 v3.29.1', {}, 'v3.29.7'],
    ['the newest patch already', 'latest-patch', 'v1.31 v3.29.7', {}, 'v3.29.7'],
    ['what the input names', versionOf('v3.29.5'), 'v1.31 v3.29.1', {}, 'v3.29.5'],
  ])('%s', (_, choice, pair, uses, expected) => {
    const [kubernetes = '', calico = ''] = pair.split(' ');
    expect(chooseTarget(choice, now(kubernetes, calico), uses)).toMatchObject({
      kind: 'release',
      calico: versionOf(expected),
    });
  });

  test('the policy’s recommendation goes before the catalog’s', () => {
    const row: PolicyRow = {
      kubernetes: 'v1.31',
      recommended: { version: versionOf('v3.29.7'), location },
      minimum: null,
      operator: null,
      location,
    };
    expect(chooseTarget('recommended', now('v1.31', 'v3.28.2'), {}, [row])).toEqual({
      kind: 'release',
      calico: versionOf('v3.29.7'),
      because: 'The policy recommends it for Kubernetes v1.31.',
    });
  });

  test('but not where the policy recommends a trap', () => {
    const row: PolicyRow = {
      kubernetes: 'v1.25',
      recommended: { version: versionOf('v3.24.6'), location },
      minimum: null,
      operator: null,
      location,
    };
    expect(chooseTarget('recommended', now('v1.25', 'v3.24.1'), {}, [row])).toMatchObject({
      kind: 'none',
      reason: expect.stringMatching(
        /^The policy recommends Calico v3\.24\.6 for Kubernetes v1\.25: .*v3\.24\.5/,
      ),
    });
  });

  test.each<[string, TargetChoice, string, Uses, RegExp]>([
    [
      'a Kubernetes that no release is tested with',
      'recommended',
      'v1.99',
      {},
      /recommends no Calico release/,
    ],
    ['a version that never was', versionOf('v3.29.99'), 'v1.31', {}, /not a release that the catalog knows/],
    ['a trap', versionOf('v3.24.6'), 'v1.25', {}, /v3\.24\.5/],
    ['a trap of the install method', versionOf('v3.29.1'), 'v1.31', { install: 'manifest' }, /namespace/i],
    ['a trap of what is in use', versionOf('v3.31.7'), 'v1.32', { applicationLayerPolicy: true }, /Dikastes/],
  ])('names none for %s', (_, choice, kubernetes, uses, reason) => {
    expect(chooseTarget(choice, now(kubernetes, 'v3.20.0'), uses)).toMatchObject({
      kind: 'none',
      reason: expect.stringMatching(reason),
      remedy: expect.stringMatching(/\.$/),
    });
  });
});
