import { describe, expect, it } from '@jest/globals';
import { versionOf } from '../../../src/catalog/queries.js';
import type { HelmRelease } from '../../../src/cluster/calico-state.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import type { ChartFacts, Helm } from '../../../src/ports/helm.js';
import { type PreparedHelm, prepareHelm } from '../../../src/upgrade/hop/prepare-helm.js';
import type { Hop } from '../../../src/upgrade/path/hop.js';
import type { UpgradePlan } from '../../../src/upgrade/plan/plan.js';
import { buildCalico, buildState } from '../../cluster/build-state.js';
import { createFakeClusterClient } from '../../ports/fake-cluster-client.js';
import { createFakeHelm, packFakeChart } from '../../ports/fake-helm.js';

const FROM = 'v3.30.7';
const TO = 'v3.31.7';
const OPERATOR = 'v1.40.15';

function resource(kind: string, more: object = {}): KubernetesObject {
  return { apiVersion: 'operator.tigera.io/v1', kind, metadata: { name: 'default', ...more }, spec: {} };
}

function deployment(image: string): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'tigera-operator', namespace: 'tigera-operator' },
    spec: { template: { spec: { containers: [{ name: 'tigera-operator', image }] } } },
  };
}

function release(changes: Partial<HelmRelease> = {}): HelmRelease {
  return {
    name: 'calico',
    namespace: 'tigera-operator',
    chart: 'tigera-operator',
    chartVersion: FROM,
    revision: 1,
    status: 'deployed',
    values: { imagePullSecrets: { pull: 'a-password-that-nobody-sees' } },
    objects: [resource('Installation'), deployment('quay.io/tigera/operator:v1.38.13')],
    apiVersions: [],
    ...changes,
  };
}

interface Scene {
  readonly release?: HelmRelease | null;
  readonly from?: string;
  readonly isResumed?: boolean;
  readonly chart?: Partial<ChartFacts>;
  readonly rendered?: readonly KubernetesObject[];
  readonly manifest?: string;
  readonly there?: readonly KubernetesObject[];
  readonly helm?: Helm | null;
  readonly version?: string;
}

const RENDERED = [
  resource('Installation'),
  deployment(`quay.io/tigera/operator:${OPERATOR}`),
  resource('Goldmane'),
];

function prepare(scene: Scene = {}): Promise<PreparedHelm | null> {
  const { from = FROM, rendered = RENDERED, there = [], version } = scene;
  const calico = buildCalico({
    method: 'helm',
    helm: scene.release === undefined ? release() : scene.release,
  });
  const kubernetes = versionOf('v1.31.4');
  const hop: Hop = {
    component: 'calico',
    from: { calico: versionOf(from), kubernetes },
    to: { calico: versionOf(TO), kubernetes },
  } as Hop;
  const plan = {
    state: buildState({ calico }),
    calico,
    path: { kind: 'hops', hops: [hop] },
    resume: scene.isResumed === true ? {} : null,
  };
  const manifest = scene.manifest ?? rendered.map((object) => `---\n${JSON.stringify(object)}\n`).join('');
  const helm = createFakeHelm({}, () => manifest, version);
  const chart = packFakeChart({ name: 'tigera-operator', version: TO, appVersion: TO, ...scene.chart });
  return prepareHelm(createFakeClusterClient({ objects: there }), plan as unknown as UpgradePlan, {
    helm: scene.helm === undefined ? helm : scene.helm,
    charts: { read: () => Promise.resolve(chart) },
  });
}

describe('an upgrade by Helm, before anything is written', () => {
  it('is prepared: every hop with the release’s own values, its objects marked as the release’s', async () => {
    const prepared = await prepare();
    expect(prepared?.hops).toHaveLength(1);
    expect(prepared?.hops[0]).toMatchObject({
      to: versionOf(TO),
      move: { name: 'calico', namespace: 'tigera-operator', values: release().values },
    });
    expect(prepared?.hops[0]?.objects.map(({ kind, metadata }) => [kind, metadata.annotations])).toEqual(
      ['Installation', 'Deployment', 'Goldmane'].map((kind) => [
        kind,
        { 'meta.helm.sh/release-name': 'calico', 'meta.helm.sh/release-namespace': 'tigera-operator' },
      ]),
    );
  });

  it('leaves out Secrets and definitions, which Helm and the steps before it see to', async () => {
    const more = [
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'pull', namespace: 'tigera-operator' } },
      { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'a.b' } },
    ];
    const prepared = await prepare({ rendered: [...RENDERED, ...more] });
    expect(prepared?.hops[0]?.objects).toHaveLength(3);
  });

  it('is null where Helm did not install Calico', async () => {
    const plan = { calico: buildCalico({ method: 'operator' }), path: { kind: 'hops', hops: [] } };
    expect(await prepareHelm(createFakeClusterClient(), plan as unknown as UpgradePlan, {})).toBeNull();
  });

  it.each<readonly [string, Scene, string | RegExp]>([
    ['no helm', { helm: null }, 'there is no helm on PATH'],
    ['an old helm', { version: 'v3.12.3' }, 'helm on PATH is v3.12.3; needed is 3.13 or later'],
    ['a helm of the time before', { version: 'v2.17.0' }, 'helm on PATH is v2.17.0'],
    ['a helm that nobody knows yet', { version: 'v5.0.0' }, 'helm on PATH is v5.0.0'],
    ['what is no helm', { version: '' }, 'helm on PATH is of no version'],
    ['a release that cannot be read', { release: null }, 'its release cannot be read'],
    ['another chart', { release: release({ chart: 'rke2-calico' }) }, 'is of the chart rke2-calico'],
    ['a release on its way', { release: release({ status: 'pending-upgrade' }) }, 'is pending-upgrade'],
    ['a release that is gone', { release: release({ status: 'uninstalled' }) }, 'is uninstalled'],
    ['a release in the namespace of old', { from: 'v3.22.5' }, 'another namespace'],
    ['a chart of another name', { chart: { name: 'calico' } }, `is the chart calico ${TO}`],
    ['a chart of another version', { chart: { version: 'v3.31.6' } }, `and not tigera-operator ${TO}`],
    ['a chart of another release', { chart: { appVersion: FROM } }, `of ${FROM}, and not tigera-operator`],
    ['what is no manifest', { manifest: 'a: [1' }, 'cannot be read as objects'],
    [
      'a value that names the old operator',
      { rendered: [resource('Installation'), deployment('quay.io/tigera/operator:v1.38.13')] },
      `brings the operator quay.io/tigera/operator:v1.38.13, and it is ${OPERATOR}`,
    ],
    ['a chart without operator', { rendered: [resource('Installation')] }, 'has no operator'],
    [
      'an Installation that Helm would delete',
      { rendered: RENDERED.slice(1) },
      'no longer renders Installation default',
    ],
    [
      'an object that is somebody else’s',
      { there: [resource('Goldmane')] },
      'Goldmane default, which is there and not of the release tigera-operator/calico',
    ],
  ])('is refused with %s', async (_, scene, words) => {
    await expect(prepare(scene)).rejects.toThrow(words);
  });

  it('is refused with words on what to do, and without a secret', async () => {
    const manifest = 'pull: "a-password-that-nobody-sees\n';
    const error = await prepare({ manifest }).then(
      () => null,
      (thrown: unknown) => thrown as Error,
    );
    expect(error).toMatchObject({ remedy: expect.stringContaining('Nothing was changed.') });
    expect(`${error?.stack} ${JSON.stringify(error?.cause)}`).not.toContain('nobody-sees');
  });

  it('takes a release on its way where an upgrade that died is gone on with', async () => {
    const pending = release({ status: 'pending-upgrade' });
    expect(await prepare({ release: pending, isResumed: true })).not.toBeNull();
  });

  it('takes an object that is there and the release’s own', async () => {
    const annotations = {
      'meta.helm.sh/release-name': 'calico',
      'meta.helm.sh/release-namespace': 'tigera-operator',
    };
    expect(await prepare({ there: [resource('Goldmane', { annotations })] })).not.toBeNull();
  });
});
