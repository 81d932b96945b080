import { describe, expect, test } from '@jest/globals';
import { DEFAULT_PROBE_IMAGE } from '../src/connectivity/probe-image.js';
import { DEFAULT_SETTINGS } from '../src/connectivity/settings.js';
import { InputError } from '../src/errors.js';
import { parseInputs } from '../src/inputs.js';
import type { InputName } from '../src/inputs-table.js';

const read =
  (values: Partial<Record<InputName, string>> = {}) =>
  (name: InputName): string =>
    values[name] ?? '';

describe('parseInputs', () => {
  test('gives the defaults of check where nothing is set', () => {
    expect(parseInputs(read())).toEqual({
      mode: 'check',
      context: null,
      path: '.',
      include: [],
      exclude: ['**/node_modules/**'],
      changedOnly: 'auto',
      kubernetesVersion: null,
      kubeconfig: null,
      policy: { path: '.github/calico-policy.yml', isRequired: false },
      failOn: 'error',
      reportDir: 'calico-report',
      comment: 'on-failure',
      githubToken: null,
    });
  });

  test.each<[Partial<Record<InputName, string>>, Record<string, unknown>]>([
    [{ mode: ' Check ' }, { mode: 'check' }],
    [{ mode: 'rollback' }, { mode: 'rollback' }],
    [{ include: 'a/**\n# why\n\n b.yaml ' }, { include: ['a/**', 'b.yaml'] }],
    [
      { 'kubernetes-version': '1.34' },
      { kubernetesVersion: { major: 1, minor: 34, patch: null, suffix: '' } },
    ],
    [{ policy: 'x.yml' }, { policy: { path: 'x.yml', isRequired: true } }],
    [
      { policy: '.github/calico-policy.yml' },
      { policy: { path: '.github/calico-policy.yml', isRequired: false } },
    ],
    [{ 'github-token': '${{ github.token }}' }, { githubToken: null }],
    [{ 'github-token': 'secret' }, { githubToken: 'secret' }],
    [{ 'fail-on': 'WARNING' }, { failOn: 'warning' }],
    [{ mode: 'upgrade' }, { networkTest: { maxDisruptionMs: null } }],
    [{ mode: 'upgrade', 'max-disruption-ms': '1500' }, { networkTest: { maxDisruptionMs: 1500 } }],
    [{ mode: 'upgrade' }, { networkTest: { image: DEFAULT_PROBE_IMAGE, settings: DEFAULT_SETTINGS } }],
    [{ mode: 'upgrade', 'probe-image': 'x/agnhost:1' }, { networkTest: { image: 'x/agnhost:1' } }],
    [{ mode: 'upgrade', 'network-test-settings': 'degree: 3' }, { networkTest: { settings: { degree: 3 } } }],
    [{ mode: 'upgrade', 'network-test': 'false' }, { networkTest: null }],
    [{ mode: 'upgrade', 'network-test': 'always' }, { networkTest: { maxDisruptionMs: null } }],
    // A workflow's runner gives every input its default: what is not asked for looks like true
    [{ mode: 'plan', 'network-test': 'true' }, { networkTest: null }],
    [{ mode: 'plan' }, { networkTest: null }],
    [{ mode: 'plan', 'network-test': 'always' }, { networkTest: { image: DEFAULT_PROBE_IMAGE } }],
    [{ mode: 'rollback' }, { networkTest: { image: DEFAULT_PROBE_IMAGE } }],
    [{ mode: 'rollback', 'network-test': 'false' }, { networkTest: null }],
  ])('reads %j', (values, expected) => {
    expect(parseInputs(read(values))).toMatchObject(expected);
  });

  test.each<[Partial<Record<InputName, string>>, string, RegExp]>([
    [{ mode: 'chekc' }, 'mode', /one of: check, plan, upgrade, rollback/],
    [{ 'fail-on': 'notice' }, 'fail-on', /one of: error, warning, never/],
    [{ 'changed-only': 'yes' }, 'changed-only', /one of: auto, true, false/],
    [{ comment: 'sometimes' }, 'comment', /one of: always, on-failure, never/],
    [{ 'kubernetes-version': 'v3.26' }, 'kubernetes-version', /such as v1\.34/],
    [{ mode: 'plan', 'network-test': 'yes' }, 'network-test', /one of: true, false, always/],
    [{ mode: 'upgrade', 'network-test-settings': 'degree: 0' }, 'network-test-settings', /from 1 to 16/],
    [{ 'kubernetes-version': 'latest' }, 'kubernetes-version', /such as v1\.34/],
    [{ mode: 'upgrade', 'max-disruption-ms': '2s' }, 'max-disruption-ms', /whole number/],
    [
      { mode: 'upgrade', 'max-disruption-ms': '1500', 'network-test': 'false' },
      'max-disruption-ms',
      /Leave one of them out/,
    ],
  ])('refuses %j, names the input and what it may be', (values, input, remedy) => {
    try {
      parseInputs(read(values));
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      expect(error).toMatchObject({ input, remedy: expect.stringMatching(remedy) });
      return;
    }
    throw new Error('nothing was thrown');
  });
});
