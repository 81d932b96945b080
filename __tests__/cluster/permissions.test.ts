import { describe, expect, test } from '@jest/globals';
import { inspect } from '../../src/cluster/inspect.js';
import { groupOf } from '../../src/cluster/object-name.js';
import { helmRules, type PolicyRule, readOnlyRules } from '../../src/cluster/permissions.js';
import type { ClusterClient } from '../../src/ports/cluster-client.js';
import { calicoNode, cluster, installation, object, operatorNode, tigeraOperator } from './build.js';
import { type Asked, createObjectsClient, served } from './objects-client.js';

const EVERY_KIND = [
  served('policy/v1beta1', 'PodSecurityPolicy', false),
  served('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', false),
  served('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding', false),
  served('admissionregistration.k8s.io/v1beta1', 'MutatingAdmissionPolicy', false),
  served('admissionregistration.k8s.io/v1beta1', 'MutatingAdmissionPolicyBinding', false),
  served('crd.projectcalico.org/v1', 'IPAMBlock', false),
  served('crd.projectcalico.org/v1', 'NetworkPolicy'),
  served('operator.tigera.io/v1', 'TigeraStatus', false),
  served('policy.networking.k8s.io/v1alpha1', 'AdminNetworkPolicy', false),
  served('migration.projectcalico.org/v1beta1', 'DatastoreMigration', false),
];
const marks = {
  annotations: { 'meta.helm.sh/release-name': 'calico', 'meta.helm.sh/release-namespace': 'tigera-operator' },
};
const release = object('v1', 'Secret', {
  name: 'sh.helm.release.v1.calico.v1',
  namespace: 'tigera-operator',
  labels: { owner: 'helm', name: 'calico', status: 'deployed', version: '1' },
});

/** Every request that inspect makes of a cluster that has all there may be. */
async function everyRequest(): Promise<readonly Asked[]> {
  const install = [
    calicoNode('v3.28.2', { pod: nodePod() }),
    tigeraOperator('v1.34.5', { metadata: marks }),
    installation(),
    operatorNode('v3.28.2'),
    object(
      'apiregistration.k8s.io/v1',
      'APIService',
      { name: 'v3.projectcalico.org' },
      { spec: { service: { name: 'calico-api', namespace: 'calico-apiserver' } } },
    ),
  ];
  const client: ClusterClient & { readonly asked: readonly Asked[] } = createObjectsClient(
    [...cluster(), ...install, release],
    { kinds: EVERY_KIND },
  );
  await inspect(client);
  return client.asked;
}

function nodePod(): Readonly<Record<string, unknown>> {
  const env = [
    {
      name: 'CALICO_NETWORKING_BACKEND',
      valueFrom: { configMapKeyRef: { name: 'calico-config', key: 'calico_backend' } },
    },
  ];
  return { containers: [{ name: 'calico-node', image: 'docker.io/calico/node:v3.28.2', env }] };
}

const pluralOf = ({ apiVersion, kind }: Asked): string => served(apiVersion, kind).plural;
const allows = (rules: readonly PolicyRule[], asked: Asked): boolean =>
  rules.some(
    ({ apiGroups, resources, verbs }) =>
      apiGroups.includes(groupOf(asked.apiVersion)) &&
      (resources.includes('*') || resources.includes(pluralOf(asked))) &&
      verbs.includes(asked.verb),
  );

describe('the read-only role', () => {
  test('allows every request that inspect makes; Secrets only in the namespace of the Helm release', async () => {
    const asked = await everyRequest();
    const refused = asked.filter((request) => !allows(readOnlyRules(), request));
    expect(new Set(refused.map(({ kind, namespace }) => `${kind} ${namespace ?? 'everywhere'}`))).toEqual(
      new Set(['Secret tigera-operator']),
    );
    expect(refused.filter((request) => !allows(helmRules(), request))).toEqual([]);
  });

  test('allows nothing that inspect does not ask for', async () => {
    const asked = await everyRequest();
    const rules = [...readOnlyRules(), ...helmRules()].flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => ({ group, resource, verb }))),
      ),
    );
    const unused = rules.filter(
      ({ group, resource, verb }) =>
        resource !== '*' &&
        !asked.some(
          (request) =>
            request.verb === verb && groupOf(request.apiVersion) === group && pluralOf(request) === resource,
        ),
    );
    expect(unused).toEqual([]);
  });

  test('reads, and puts one question that the server stores nothing of; nothing else', () => {
    const others = [...readOnlyRules(), ...helmRules()].filter(
      ({ verbs }) => !verbs.every((verb) => verb === 'get' || verb === 'list'),
    );
    expect(others).toEqual([
      { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
    ]);
    expect(readOnlyRules().flatMap(({ resources }) => resources)).not.toContain('secrets');
  });
});
