import { describe, expect, test } from '@jest/globals';
import { versionOf } from '../../../src/catalog/queries.js';
import type { CalicoState, HelmRelease } from '../../../src/cluster/calico-state.js';
import { valueAt } from '../../../src/cluster/fields.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import type { MergeResult } from '../../../src/upgrade/customisations/customisation.js';
import { compareOperatorInstall } from '../../../src/upgrade/plan/compare-operator.js';
import { customiseInstallation } from '../../../test-cluster/ready-made/customisations.js';
import { installationObjects, operatorObjects } from '../../../test-cluster/ready-made/install-calico.js';
import { isDefinition, readManifest } from '../../../test-cluster/ready-made/manifests.js';
import { ownedBy } from '../../../test-cluster/ready-made/owners.js';
import { buildCalico } from '../../cluster/build-state.js';
import { describeWithManifests, needingManifests } from '../customisations/upstream-files.js';

type Fields = Readonly<Record<string, unknown>>;

const FROM = 'v3.29.7';
const TO = 'v3.31.7';

/** What the operator writes into an Installation, as far as it is about these tests. */
function filledIn(installation: KubernetesObject, spec: Fields = {}): KubernetesObject {
  const own = installation['spec'] as Fields;
  const pools = (valueAt(own, 'calicoNetwork', 'ipPools') ?? []) as readonly Fields[];
  return {
    ...installation,
    metadata: {
      name: 'default',
      managedFields: [
        {
          manager: 'kubectl-create',
          operation: 'Update',
          fieldsV1: { 'f:spec': recordOf({ ...own, registry: undefined }) },
        },
        {
          manager: 'operator',
          operation: 'Update',
          fieldsV1: {
            'f:spec': { 'f:variant': {}, 'f:registry': {}, 'f:calicoNetwork': { 'f:ipPools': {} } },
          },
        },
      ],
    },
    spec: {
      ...own,
      variant: 'Calico',
      calicoNetwork: {
        ...(own['calicoNetwork'] as Fields),
        ipPools: pools.map((pool) => ({
          allowedUses: ['Workload', 'Tunnel'],
          disableBGPExport: false,
          assignmentMode: 'Automatic',
          ...pool,
        })),
      },
      ...spec,
    },
  };
}

/** Who set what, as the API server records it: lists are one field. */
function recordOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  const fields = Object.entries(value).filter(([name, field]) => field !== undefined && name !== 'ipPools');
  return { '.': {}, ...Object.fromEntries(fields.map(([name, field]) => [`f:${name}`, recordOf(field)])) };
}

interface Install {
  readonly objects?: readonly KubernetesObject[];
  readonly installation?: KubernetesObject;
  readonly resources?: readonly KubernetesObject[];
  readonly helm?: HelmRelease;
  readonly method?: CalicoState['method'];
}

function compare(install: Install = {}): MergeResult {
  const [sample, ...others] = installationObjects(FROM);
  const { objects = upstream(FROM), installation = filledIn(sample!), resources = others } = install;
  const calico = buildCalico({
    method: install.method ?? (install.helm ? 'helm' : 'operator'),
    variant: 'operator',
    objects,
    helm: install.helm ?? null,
    operator: {
      deployment: null,
      version: null,
      installs: null,
      replicas: 1,
      installation,
      imageSets: [],
      tigeraStatuses: [],
      resources,
      migration: null,
    },
  });
  return compareOperatorInstall(calico, objects, {
    target: versionOf(TO),
    base: { objects: operatorObjects(FROM), samples: readManifest(FROM, 'custom-resources.yaml') },
    wanted: { objects: operatorObjects(TO), samples: readManifest(TO, 'custom-resources.yaml') },
  });
}

function upstream(release: string): readonly KubernetesObject[] {
  return operatorObjects(release).filter((object) => !isDefinition(object));
}

function told({ customisations }: MergeResult): readonly unknown[][] {
  return customisations.map(({ outcome, object, field, upstream: standard, live, target }) => [
    outcome,
    object.kind,
    field,
    standard,
    live,
    target,
  ]);
}

/** A release of the chart whose rendered objects are upstream's, as `helm template` shows that they are. */
function releaseOf(values: Fields, changed: readonly KubernetesObject[] = []): HelmRelease {
  const kinds = new Set(changed.map(({ kind }) => kind));
  return {
    name: 'calico',
    namespace: 'tigera-operator',
    chart: 'tigera-operator',
    chartVersion: FROM,
    revision: 2,
    status: 'deployed',
    values,
    objects: [
      ...upstream(FROM).filter(({ kind }) => kind !== 'Namespace' && !kinds.has(kind)),
      ...installationObjects(FROM).filter(({ kind }) => !kinds.has(kind)),
      ...changed,
    ],
    apiVersions: [],
  };
}

describeWithManifests(needingManifests('an install that the operator runs'), () => {
  test('untouched: what the operator fills in is no change', () => {
    expect(told(compare())).toEqual([]);
  });

  test('every value is named with its path, upstream’s today and upstream’s then', () => {
    const [sample] = installationObjects(FROM);
    const changed = customiseInstallation(sample!, { mtu: 1400, poolCidr: '10.244.0.0/16' });
    const installation = filledIn(changed, { registry: 'reg.local/' });
    expect(told(compare({ installation }))).toEqual([
      ['kept', 'Installation', 'spec.calicoNetwork.mtu', undefined, 1400, undefined],
      ['kept', 'Installation', 'spec.registry', undefined, 'reg.local/', undefined],
      [
        'kept',
        'Installation',
        'spec.calicoNetwork.ipPools[name=default-ipv4-ippool].cidr',
        '192.168.0.0/16',
        '10.244.0.0/16',
        '192.168.0.0/16',
      ],
    ]);
  });

  test('a pool of one’s own beside upstream’s is one change', () => {
    const [sample] = installationObjects(FROM);
    const [first] = valueAt(sample, 'spec', 'calicoNetwork', 'ipPools') as readonly Fields[];
    const second = { name: 'mine', cidr: '10.1.0.0/16' };
    const spec = { calicoNetwork: { ipPools: [first, second] } };
    const installation = filledIn({ ...sample!, spec });
    expect(told(compare({ installation })).map(([outcome, , field]) => [outcome, field])).toEqual([
      ['kept', 'spec.calicoNetwork.ipPools[name=mine]'],
    ]);
  });

  test('a field that the target’s definition does not have is dropped, a value that it refuses conflicts', () => {
    const [sample] = installationObjects(FROM);
    const own = { ...(sample!['spec'] as Fields), noSuchField: 1, controlPlaneReplicas: 'many' };
    const found = compare({ installation: filledIn({ ...sample!, spec: own }) });
    expect(found.customisations.map(({ outcome, field, reason }) => [outcome, field, reason])).toEqual([
      ['dropped', 'spec.noSuchField', 'The target no longer has spec.noSuchField.'],
      [
        'conflicting',
        'spec.controlPlaneReplicas',
        expect.stringMatching(/^The target refuses spec\.controlPlaneReplicas: It must/),
      ],
    ]);
  });

  test('other resources of the operator count too', () => {
    const [, apiServer] = installationObjects(FROM);
    const spec = { apiServerDeployment: { spec: { replicas: 3 } } };
    const resources = [{ ...apiServer!, spec }];
    expect(told(compare({ resources })).map(([, kind, field]) => [kind, field])).toContainEqual([
      'APIServer',
      'spec.apiServerDeployment.spec.replicas',
    ]);
  });

  describe('through Helm', () => {
    const owned = (objects: readonly KubernetesObject[]): readonly KubernetesObject[] =>
      objects.map((object) => ownedBy('helm', object));
    const isDeployment = ({ kind }: KubernetesObject): boolean => kind === 'Deployment';

    test('untouched: Helm’s marks are no changes, and the target’s objects keep them', () => {
      const found = compare({ objects: owned(upstream(FROM)), helm: releaseOf({}) });
      expect(told(found)).toEqual([]);
      expect(found.objects.find(isDeployment)?.metadata).toMatchObject({
        labels: { 'app.kubernetes.io/managed-by': 'Helm', 'k8s-app': 'tigera-operator' },
        annotations: { 'meta.helm.sh/release-name': 'calico' },
      });
      expect(found.objects.some(({ kind }) => kind === 'Namespace')).toBe(false);
    });

    test('untouched, and the release cannot be read: still no changes', () => {
      const installation = filledIn(installationObjects(FROM)[0]!);
      const found = compare({ method: 'helm', objects: owned(upstream(FROM)), installation });
      expect(told(found).filter(([, kind]) => kind !== 'Installation')).toEqual([]);
    });

    test('what the values made of the operator is told once, as a value, and stays in its objects', () => {
      const change = (object: KubernetesObject): KubernetesObject =>
        JSON.parse(
          JSON.stringify(object).replaceAll('quay.io/tigera/operator', 'reg.local/tigera/operator'),
        ) as KubernetesObject;
      const rendered = upstream(FROM).filter(isDeployment).map(change);
      const found = compare({
        objects: owned([...upstream(FROM).filter((object) => !isDeployment(object)), ...rendered]),
        helm: releaseOf(
          { tigeraOperator: { registry: 'reg.local' }, apiServer: { enabled: true } },
          rendered,
        ),
      });
      expect(told(found)).toEqual([
        ['kept', 'Secret', 'tigeraOperator.registry', 'quay.io', 'reg.local', 'quay.io'],
      ]);
      expect(JSON.stringify(found.objects.find(isDeployment))).toContain(
        'reg.local/tigera/operator:v1.40.15',
      );
    });

    test('values of the Installation are compared with chart and definition, and told once', () => {
      const [sample] = installationObjects(FROM);
      const values = {
        calicoNetwork: { mtu: 1400, bgp: 'Perhaps' },
        noSuchField: 1,
        kubeletVolumePluginPath: '/data/kubelet',
      };
      const rendered = { ...sample!, spec: values };
      const found = compare({
        objects: owned(upstream(FROM)),
        installation: filledIn(rendered),
        helm: releaseOf({ installation: values }, [rendered]),
      });
      expect(told(found)).toEqual([
        ['kept', 'Secret', 'installation.calicoNetwork.mtu', undefined, 1400, undefined],
        ['conflicting', 'Secret', 'installation.calicoNetwork.bgp', undefined, 'Perhaps', undefined],
        ['dropped', 'Secret', 'installation.noSuchField', undefined, 1, undefined],
        ['kept', 'Secret', 'installation.kubeletVolumePluginPath', undefined, '/data/kubelet', 'None'],
      ]);
    });

    test('what the API server did not take of the values is told once, as a value', () => {
      const [sample] = installationObjects(FROM);
      const values = { calicoNodeDaemonSet: { noSuchField: 1 } };
      const rendered = { ...sample!, spec: values };
      const pruned = filledIn({ ...sample!, spec: { calicoNodeDaemonSet: {} } });
      const helm = releaseOf({ installation: values }, [rendered]);
      expect(told(compare({ objects: owned(upstream(FROM)), installation: pruned, helm }))).toEqual([
        ['dropped', 'Secret', 'installation.calicoNodeDaemonSet.noSuchField', undefined, 1, undefined],
      ]);
    });

    test('what was changed behind Helm’s back is told where it was changed', () => {
      const [sample] = installationObjects(FROM);
      const objects = owned(upstream(FROM)).map((object) =>
        isDeployment(object) ? { ...object, spec: { ...(object['spec'] as Fields), replicas: 2 } } : object,
      );
      const found = compare({
        objects,
        installation: filledIn({
          ...sample!,
          spec: { ...(sample!['spec'] as Fields), registry: 'reg.local' },
        }),
        helm: releaseOf({}),
      });
      expect(told(found).map(([outcome, kind, field]) => [outcome, kind, field])).toEqual([
        ['kept', 'Installation', 'spec.registry'],
        ['kept', 'Deployment', 'spec.replicas'],
      ]);
    });
  });
});
