import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import { createManifestSource } from '../../../src/adapters/manifests/manifest-source.js';
import { versionOf } from '../../../src/catalog/queries.js';
import { valueAt } from '../../../src/cluster/fields.js';
import { inspect } from '../../../src/cluster/inspect.js';
import type { ClusterClient, KubernetesObject } from '../../../src/ports/cluster-client.js';
import { createManifestReader } from '../../../src/upgrade/customisations/read-manifest.js';
import { changedDefinitions } from '../../../src/upgrade/plan/changed-definitions.js';
import type { UpgradePlan } from '../../../src/upgrade/plan/plan.js';
import { runPlan } from '../../../src/upgrade/plan/run-plan.js';
import { type StandInOperator, startStandInOperator } from '../../../test-cluster/operator/stand-in.js';
import { installCalico, operatorObjects } from '../../../test-cluster/ready-made/install-calico.js';
import { installObjects } from '../../../test-cluster/ready-made/install-objects.js';
import { describeWithCalico } from '../../../test-cluster/ready-made/jest.js';
import { isDefinition, manifestDirectory } from '../../../test-cluster/ready-made/manifests.js';
import type { TestCluster } from '../../../test-cluster/types.js';
import { lastingWritesOf } from '../../cluster/live/planner.js';
import { eventually } from '../../test-cluster/eventually.js';
import { buildOptions } from './build-options.js';
import { hasHelm, runHelm } from '../../test-cluster/run-helm.js';
import { installByHelm } from './helm-install.js';

const FROM = 'v3.29.7';
const TO = 'v3.31.7';
const USER = 'who-plans';
const INSTALLATION = {
  apiVersion: 'operator.tigera.io/v1',
  kind: 'Installation',
  namespace: null,
  name: 'default',
};
const OPTIONS = { lightNodes: 2, audit: true, own: true };

/** A plan by somebody who may do everything, so that every change is tried. */
async function plan(cluster: TestCluster): Promise<UpgradePlan> {
  const kubeconfig = cluster.kubeconfigOf({ commonName: USER, organizations: ['system:masters'] });
  const client = await createClusterClient(kubeconfig, null);
  const manifests = createManifestReader(createManifestSource(manifestDirectory(), '/', {}));
  return runPlan(client, manifests, buildOptions({ target: versionOf(TO), force: true }));
}

/** Waits until the operator, or Helm and the operator, have got through. */
async function settled(client: ClusterClient, operator: StandInOperator): Promise<void> {
  await eventually(async () => {
    await operator.settle();
    const { calico } = await inspect(client);
    const isWell = calico?.operator?.tigeraStatuses.some((one) => one.name === 'calico' && one.isAvailable);
    return calico?.versions.verdict === 'agreed' && calico.components.node?.ready === 2 && isWell === true
      ? true
      : null;
  }, 180_000);
}

function told({ hops }: UpgradePlan): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    hops.flatMap(({ customisations }) =>
      customisations.map(({ object, field, outcome, upstream, live, target }) => [
        `${outcome} ${object.kind} ${field}`,
        [upstream, live, target],
      ]),
    ),
  );
}

function triedOf({ hops }: UpgradePlan): readonly string[] {
  const changes = hops.flatMap(({ stages }) => stages.flatMap((stage) => stage.changes));
  return [...new Set(changes.map(({ dryRun, note }) => `${dryRun} ${note}`.trim()))];
}

function codesOf({ findings }: UpgradePlan): readonly string[] {
  return findings.map(({ code }) => code);
}

/** A suite in a cluster with the stand-in operator, which ends before the cluster does. */
function describeWithOperator(
  title: string,
  body: (cluster: () => TestCluster, client: () => ClusterClient, operator: () => StandInOperator) => void,
  isWanted = true,
): void {
  describeWithCalico(title, OPTIONS, (cluster) => {
    (isWanted ? describe : describe.skip)('with the operator', () => {
      let client: ClusterClient;
      let operator: StandInOperator;

      beforeAll(async () => {
        client = await createClusterClient(cluster().kubeconfig, null);
        operator = startStandInOperator(client);
      });
      afterAll(() => operator.stop());

      body(
        cluster,
        () => client,
        () => operator,
      );
    });
  });
}

describeWithOperator('plan of an install by the operator', (cluster, client, operator) => {
  beforeAll(async () => {
    await installCalico(client(), { version: FROM, method: 'operator' });
    await settled(client(), operator());
  }, 300_000);

  it('untouched: no change of anybody’s, nothing refused, nothing written', async () => {
    const found = await plan(cluster());
    expect(found.calico?.method).toBe('operator');
    expect(told(found)).toEqual({});
    expect(triedOf(found)).toEqual(['accepted']);
    expect(codesOf(found)).not.toEqual(expect.arrayContaining(['rendered-object-edited']));
    expect(lastingWritesOf(cluster(), USER)).toEqual([]);
  }, 120_000);

  it('definitions as the server gives them are those of upstream’s file: only other ones are held to', async () => {
    const { calico } = await inspect(client());
    const digests = calico?.schemaDigests ?? null;
    const of = (release: string): readonly KubernetesObject[] =>
      operatorObjects(release).filter(isDefinition);
    expect(changedDefinitions(of(FROM), digests)).toEqual([]);
    const names = changedDefinitions(of(TO), digests).map(({ metadata }) => metadata.name);
    expect(names).toContain('felixconfigurations.crd.projectcalico.org');
    expect(names).not.toContain('globalnetworkpolicies.crd.projectcalico.org');
  });

  it('a change that a policy of the cluster refuses stops, one behind a dead webhook can be forced', async () => {
    const rules = [
      {
        apiGroups: ['apps'],
        apiVersions: ['v1'],
        operations: ['UPDATE'],
        resources: ['deployments'],
        scope: '*',
      },
    ];
    const policy = object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', 'frozen', {
      matchConstraints: { resourceRules: rules },
      validations: [{ expression: 'false', message: 'deployments are frozen' }],
    });
    const binding = object('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding', 'frozen', {
      policyName: 'frozen',
      validationActions: ['Deny'],
      matchResources: {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'tigera-operator' } },
      },
    });
    const webhook: KubernetesObject = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'dead' },
      webhooks: [
        {
          name: 'dead.example.com',
          admissionReviewVersions: ['v1'],
          sideEffects: 'None',
          timeoutSeconds: 1,
          clientConfig: { url: 'https://127.0.0.1:1/' },
          rules: [
            {
              apiGroups: ['rbac.authorization.k8s.io'],
              apiVersions: ['v1'],
              operations: ['UPDATE'],
              resources: ['rolebindings', 'clusterrolebindings'],
            },
          ],
        },
      ],
    };
    const objects = [policy, binding, webhook];
    for (const one of objects) await client().create(one, { fieldManager: 'test' });
    const found = await eventually(async () => {
      const made = await plan(cluster());
      return codesOf(made).includes('change-refused') ? made : null;
    }, 60_000);
    for (const { apiVersion, kind, metadata } of objects)
      await client().delete({ apiVersion, kind, namespace: null, name: metadata.name });
    expect(found.verdict).toBe('blocked');
    expect(found.findings.find(({ code }) => code === 'change-refused')).toMatchObject({
      weight: 'mandatory',
      evidence: [
        { object: { name: 'tigera-operator' }, value: expect.stringContaining('deployments are frozen') },
      ],
    });
    const unanswered = found.findings.find(({ code }) => code === 'webhook-unanswered');
    expect(unanswered?.weight).toBe('skippable');
    expect(unanswered?.evidence[0]?.value).toContain('dead.example.com');
  }, 180_000);

  it('customised: every value is named with its path, upstream’s today, the user’s, and upstream’s then', async () => {
    const body = {
      spec: {
        registry: 'reg.local',
        calicoNetwork: { mtu: 1400, nodeAddressAutodetectionV4: { firstFound: null, interface: 'eth.*' } },
        nodeUpdateStrategy: { rollingUpdate: { maxUnavailable: 2 } },
        calicoNodeDaemonSet: {
          spec: {
            template: {
              spec: {
                containers: [{ name: 'calico-node', resources: { requests: { cpu: '300m' } } }],
                nodeSelector: { pool: 'a' },
              },
            },
          },
        },
      },
    };
    // The stand-in may be about to write what it read before
    await eventually(async () => {
      await client().patch(INSTALLATION, { type: 'merge', body }, { fieldManager: 'kubectl-patch' });
      await operator().settle();
      const live = await client().get(INSTALLATION);
      return valueAt(live, 'spec', 'nodeUpdateStrategy', 'rollingUpdate', 'maxUnavailable') === 2
        ? true
        : null;
    });
    const found = await plan(cluster());
    const template = 'spec.calicoNodeDaemonSet.spec.template.spec';
    expect(told(found)).toEqual({
      'kept Installation spec.registry': [undefined, 'reg.local/', undefined],
      'kept Installation spec.calicoNetwork.mtu': [undefined, 1400, undefined],
      'kept Installation spec.calicoNetwork.nodeAddressAutodetectionV4.interface': [
        undefined,
        'eth.*',
        undefined,
      ],
      'kept Installation spec.nodeUpdateStrategy.rollingUpdate.maxUnavailable': [undefined, 2, undefined],
      [`kept Installation ${template}.containers[name=calico-node].resources.requests.cpu`]: [
        undefined,
        '300m',
        undefined,
      ],
      [`kept Installation ${template}.nodeSelector.pool`]: [undefined, 'a', undefined],
    });
  }, 120_000);

  it('what the operator is told to leave alone is named', async () => {
    const reference = {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      namespace: 'calico-system',
      name: 'calico-node',
    };
    const body = { metadata: { annotations: { 'unsupported.operator.tigera.io/ignore': 'true' } } };
    await client().patch(reference, { type: 'merge', body }, { fieldManager: 'kubectl-annotate' });
    expect(codesOf(await plan(cluster()))).toContain('rendered-object-ignored');
  }, 120_000);
});

const HELM = 'plan of an install by Helm';
describeWithOperator(
  hasHelm() ? HELM : `${HELM} (skipped: helm is not built yet)`,
  (cluster, client, operator) => {
    beforeAll(async () => {
      const definitions = operatorObjects(FROM).filter(isDefinition);
      await installObjects(client(), definitions, { command: 'apply --server-side' });
      await installByHelm(cluster(), FROM, {});
      await settled(client(), operator());
    }, 300_000);

    it('untouched: what Helm writes is nobody’s change, nothing is refused, nothing written', async () => {
      const found = await plan(cluster());
      expect(found.calico?.method).toBe('helm');
      expect(told(found)).toEqual({});
      expect(triedOf(found)).toEqual(['accepted']);
      expect(lastingWritesOf(cluster(), USER)).toEqual([]);
    }, 120_000);

    it('customised: every value is named once, with its path, the chart’s today, the user’s, and the chart’s then', async () => {
      const values = {
        installation: {
          registry: 'reg.local',
          kubeletVolumePluginPath: '/data/kubelet',
          calicoNetwork: { mtu: 1400, nodeAddressAutodetectionV4: { interface: 'eth.*' } },
          nodeUpdateStrategy: { rollingUpdate: { maxUnavailable: 2 } },
        },
        tigeraOperator: { registry: 'reg.local' },
        resources: { requests: { cpu: '50m' } },
        apiServer: { enabled: true },
        goldmane: { enabled: false },
      };
      await installByHelm(cluster(), FROM, values);
      await operator().settle();
      expect(
        JSON.parse(
          await runHelm(cluster(), 'get', 'values', 'calico', '-n', 'tigera-operator', '-o', 'json'),
        ),
      ).toEqual(values);
      const found = await plan(cluster());
      expect(found.calico?.helm).toMatchObject({ revision: 2, status: 'deployed' });
      expect(told(found)).toEqual({
        'kept Secret installation.registry': [undefined, 'reg.local', undefined],
        'kept Secret installation.kubeletVolumePluginPath': [undefined, '/data/kubelet', 'None'],
        'kept Secret installation.calicoNetwork.mtu': [undefined, 1400, undefined],
        'kept Secret installation.calicoNetwork.nodeAddressAutodetectionV4.interface': [
          undefined,
          'eth.*',
          undefined,
        ],
        'kept Secret installation.nodeUpdateStrategy.rollingUpdate.maxUnavailable': [undefined, 2, undefined],
        'kept Secret tigeraOperator.registry': ['quay.io', 'reg.local', 'quay.io'],
        'kept Secret resources.requests.cpu': [undefined, '50m', undefined],
        'kept Secret goldmane.enabled': [undefined, false, true],
      });
    }, 120_000);
  },
  hasHelm(),
);

function object(apiVersion: string, kind: string, name: string, spec: object): KubernetesObject {
  return { apiVersion, kind, metadata: { name }, spec };
}
