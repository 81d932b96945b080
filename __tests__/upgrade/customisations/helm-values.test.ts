import { describe, expect, test } from '@jest/globals';
import { versionOf } from '../../../src/catalog/queries.js';
import type { HelmRelease } from '../../../src/cluster/calico-state.js';
import { helmCustomisations } from '../../../src/upgrade/customisations/helm-values.js';

function release(values: Readonly<Record<string, unknown>>): HelmRelease {
  return {
    name: 'calico',
    namespace: 'tigera-operator',
    chart: 'tigera-operator',
    chartVersion: 'v3.30.7',
    revision: 3,
    status: 'deployed',
    values,
    objects: [],
    apiVersions: [],
  };
}

describe('values of a Helm release', () => {
  test.each([
    [
      'what goes into the Installation is kept, whatever it is',
      { installation: { cni: { type: 'Calico' } } },
      'v3.31.7',
      [['kept', 'installation.cni.type', 'Calico']],
    ],
    [
      'lists are kept whole',
      { tolerations: [{ operator: 'Exists' }] },
      'v3.31.7',
      [['kept', 'tolerations', [{ operator: 'Exists' }]]],
    ],
    [
      'a value that moved conflicts',
      { kubeletVolumePluginPath: 'None' },
      'v3.31.7',
      [['conflicting', 'kubeletVolumePluginPath', 'None']],
    ],
    [
      'a value that has not moved yet is kept',
      { kubeletVolumePluginPath: 'None' },
      'v3.30.7',
      [['kept', 'kubeletVolumePluginPath', 'None']],
    ],
    [
      'a value that only newer charts read is dropped',
      { goldmane: { enabled: false } },
      'v3.29.7',
      [['dropped', 'goldmane.enabled', false]],
    ],
    [
      'a value that no chart reads is dropped',
      { calico: { mtu: 1400 } },
      'v3.31.7',
      [['dropped', 'calico.mtu', 1400]],
    ],
    [
      'a pinned operator conflicts',
      { tigeraOperator: { version: 'v1.38.0' } },
      'v3.31.7',
      [['conflicting', 'tigeraOperator.version', 'v1.38.0']],
    ],
    [
      'the operator of the target is kept',
      { tigeraOperator: { version: 'v1.40.15' } },
      'v3.31.7',
      [['kept', 'tigeraOperator.version', 'v1.40.15']],
    ],
    [
      'a registry of the operator is kept',
      { tigeraOperator: { registry: 'reg.local' } },
      'v3.31.7',
      [['kept', 'tigeraOperator.registry', 'reg.local']],
    ],
    ['an empty map is still a word', { nodeSelector: {} }, 'v3.31.7', [['kept', 'nodeSelector', {}]]],
    [
      'pull secrets and keys are never shown',
      { imagePullSecrets: { gcr: 'secret' }, certs: { node: { key: 'secret', commonName: 'n' } } },
      'v3.31.7',
      [
        ['kept', 'imagePullSecrets.gcr', '(hidden)'],
        ['kept', 'certs.node.key', '(hidden)'],
        ['kept', 'certs.node.commonName', 'n'],
      ],
    ],
    ['no values are no changes', {}, 'v3.31.7', []],
  ])('%s', (_, values, target, expected) => {
    const found = helmCustomisations(release(values), versionOf(target));
    expect(found.map(({ outcome, field, live }) => [outcome, field, live])).toEqual(expected);
    expect(found.every(({ outcome, reason }) => (outcome === 'kept') === (reason === null))).toBe(true);
    expect(JSON.stringify(found)).not.toContain('"secret"');
  });

  test('what the installed chart says itself is no change; where it changed upstream too, it conflicts', () => {
    const values = (image: string): Readonly<Record<string, unknown>> => ({
      calicoctl: { image },
      tolerations: [
        { effect: 'NoExecute', operator: 'Exists' },
        { effect: 'NoSchedule', operator: 'Exists' },
      ],
      resources: {},
    });
    const toldOf = (image: string): unknown[][] =>
      helmCustomisations(release(values(image)), versionOf('v3.31.7')).map(
        ({ outcome, field, upstream, live, target }) => [outcome, field, upstream, live, target],
      );
    const [today, then] = ['docker.io/calico/ctl', 'quay.io/calico/ctl'];
    expect(toldOf(today)).toEqual([]);
    expect(toldOf(then)).toEqual([['dropped', 'calicoctl.image', today, then, then]]);
    expect(toldOf('reg.local/ctl')).toEqual([
      ['conflicting', 'calicoctl.image', today, 'reg.local/ctl', then],
    ]);
  });

  test('say where a value has to go, and what a pin has to be', () => {
    const values = { kubeletVolumePluginPath: 'None', tigeraOperator: { version: 'v1.38.0' } };
    expect(helmCustomisations(release(values), versionOf('v3.31.7')).map(({ reason }) => reason)).toEqual([
      'The chart of Calico v3.31.7 reads installation.kubeletVolumePluginPath in its place: move the value.',
      'It holds a version that is not the one of Calico v3.31.7, v1.40.15: leave it out.',
    ]);
  });
});
