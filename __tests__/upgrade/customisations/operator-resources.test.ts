import { beforeAll, describe, expect, test } from '@jest/globals';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import type {
  ClusterClient,
  KubernetesObject,
  ManagedFieldsEntry,
} from '../../../src/ports/cluster-client.js';
import { fieldsSetByUsers } from '../../../src/upgrade/customisations/managed-fields.js';
import {
  type Definitions,
  resourceCustomisations,
} from '../../../src/upgrade/customisations/operator-resources.js';
import { describeWithCluster } from '../../../test-cluster/jest.js';
import { installObjects } from '../../../test-cluster/ready-made/install-objects.js';
import { readManifest } from '../../../test-cluster/ready-made/manifests.js';
import { describeWithManifests, needingManifests } from './upstream-files.js';

type Fields = Readonly<Record<string, unknown>>;

function resource(
  kind: string,
  spec: Fields,
  managedFields: readonly ManagedFieldsEntry[] = [],
): KubernetesObject {
  const apiVersion = kind === 'FelixConfiguration' ? 'crd.projectcalico.org/v1' : 'operator.tigera.io/v1';
  return { apiVersion, kind, metadata: { name: 'default', managedFields }, spec };
}

function setBy(manager: string, spec: Fields, subresource?: string): ManagedFieldsEntry {
  return {
    manager,
    operation: 'Update',
    fieldsV1: { 'f:spec': spec },
    ...(subresource !== undefined && { subresource }),
  };
}

const NONE: Definitions = { installed: null, target: null };
const SPEC = {
  cni: { type: 'Calico' },
  registry: 'reg.local/',
  variant: 'Calico',
  calicoNetwork: { mtu: 1400 },
};

describe('who set a field', () => {
  test('what Calico’s own programs set, and what is status, is not the user’s', () => {
    const object = resource('Installation', SPEC, [
      setBy('kubectl-client-side-apply', {
        '.': {},
        'f:registry': {},
        'f:calicoNetwork': { '.': {}, 'f:mtu': {} },
      }),
      setBy('operator', { 'f:cni': { 'f:type': {} }, 'f:variant': {} }),
      setBy('someone', { 'f:variant': {} }, 'status'),
    ]);
    expect(fieldsSetByUsers(object)).toEqual([
      { path: 'spec.registry', value: 'reg.local/' },
      { path: 'spec.calicoNetwork.mtu', value: 1400 },
    ]);
  });

  test('items of lists are named by their keys, elements of sets by what they say', () => {
    const spec = { tolerations: [{ key: 'a', effect: 'NoSchedule' }], list: ['x', 'y'] };
    const object = resource('Installation', spec, [
      setBy('helm', {
        'f:tolerations': { 'k:{"key":"a"}': { '.': {}, 'f:effect': {} } },
        'f:list': { 'v:"y"': {} },
      }),
    ]);
    expect(fieldsSetByUsers(object)).toEqual([
      { path: 'spec.tolerations[key=a].effect', value: 'NoSchedule' },
      { path: 'spec.list[y]', value: 'y' },
    ]);
  });

  test('a map in which others own the fields is not owned as a whole, one that nobody divides is', () => {
    const spec = { calicoNetwork: { mtu: 1400, bgp: 'Enabled' }, selector: { a: 'b' } };
    const object = resource('Installation', spec, [
      setBy('kubectl-create', { 'f:calicoNetwork': {}, 'f:selector': {} }),
      setBy('operator', { 'f:calicoNetwork': { 'f:mtu': {}, 'f:bgp': {} } }),
    ]);
    expect(fieldsSetByUsers(object)).toEqual([{ path: 'spec.selector', value: { a: 'b' } }]);
  });

  test('a list that is owned as a whole is told item by item where its items have names', () => {
    const containers = [
      { name: 'calico-node', resources: { requests: { cpu: '300m' } } },
      { name: 'mount-bpffs', image: 'x' },
    ];
    const object = resource('Installation', { containers }, [setBy('kubectl', { 'f:containers': {} })]);
    expect(resourceCustomisations(object, NONE).map(({ field, live }) => [field, live])).toEqual([
      ['spec.containers[name=calico-node].resources.requests.cpu', '300m'],
      ['spec.containers[name=mount-bpffs].image', 'x'],
    ]);
  });

  test('without a record every field counts as the user’s', () => {
    expect(fieldsSetByUsers(resource('Installation', SPEC))).toBeNull();
    expect(resourceCustomisations(resource('Installation', SPEC), NONE).map(({ field }) => field)).toEqual([
      'spec.cni.type',
      'spec.registry',
      'spec.variant',
      'spec.calicoNetwork.mtu',
    ]);
  });

  test('empty words are no words', () => {
    const spec = { kubernetesProvider: '', imagePullSecrets: [], calicoNetwork: {} };
    expect(resourceCustomisations(resource('Installation', spec), NONE)).toEqual([]);
  });
});

function definitionOf(release: string, file: string, kind: string): KubernetesObject | null {
  const found = readManifest(release, file).find(
    ({ spec }) => (spec as { names?: { kind?: string } } | undefined)?.names?.kind === kind,
  );
  return found ?? null;
}

describeWithManifests(needingManifests('what the target’s schema says of it'), () => {
  test('a field that the target no longer has is dropped, a value that it refuses conflicts', () => {
    const definitions = {
      installed: definitionOf('v3.31.7', 'crds.yaml', 'FelixConfiguration'),
      target: definitionOf('v3.32.1', 'crds.yaml', 'FelixConfiguration'),
    };
    const spec = { bpfRedirectToPeer: 'L2Only', iptablesLockTimeout: '5s', logSeverityScreen: 'Warning' };
    const found = resourceCustomisations(resource('FelixConfiguration', spec), definitions);
    expect(found.map(({ outcome, field, reason }) => [outcome, field, reason])).toEqual([
      [
        'conflicting',
        'spec.bpfRedirectToPeer',
        'The target refuses spec.bpfRedirectToPeer: It must be one of "Enabled", "Disabled".',
      ],
      ['dropped', 'spec.iptablesLockTimeout', 'The target no longer has spec.iptablesLockTimeout.'],
      ['kept', 'spec.logSeverityScreen', null],
    ]);
  });

  describeWithCluster('in a real API server', { controllers: false, own: true }, (cluster) => {
    let client: ClusterClient;
    const RELEASE = 'v3.31.7';

    beforeAll(async () => {
      client = await createClusterClient(cluster().kubeconfig, null);
      const wanted = ['installations.operator.tigera.io', 'felixconfigurations.crd.projectcalico.org'];
      const crds = readManifest(RELEASE, 'operator-crds.yaml').filter(({ metadata }) =>
        wanted.includes(metadata.name),
      );
      await installObjects(client, crds, { command: 'apply --server-side' });
    });

    test('what the operator fills into an Installation that a user applied is not the user’s', async () => {
      const [sample] = readManifest(RELEASE, 'custom-resources.yaml');
      const installation = {
        ...sample!,
        spec: { registry: 'reg.local/', calicoNetwork: { mtu: 1400, ipPools: [{ cidr: '10.1.0.0/16' }] } },
      };
      await installObjects(client, [installation], { command: 'apply' });
      const reference = { ...installation, namespace: null, name: 'default' };
      const body = {
        spec: {
          cni: { type: 'Calico', ipam: { type: 'Calico' } },
          controlPlaneReplicas: 2,
          calicoNetwork: { bgp: 'Enabled' },
        },
      };
      const live = await client.patch(reference, { type: 'merge', body }, { fieldManager: 'operator' });
      const definitions = {
        installed: definitionOf(RELEASE, 'operator-crds.yaml', 'Installation'),
        target: definitionOf('v3.32.1', 'operator-crds.yaml', 'Installation'),
      };
      expect(
        resourceCustomisations(live, definitions).map(({ outcome, field, live: value }) => [
          outcome,
          field,
          value,
        ]),
      ).toEqual([
        ['kept', 'spec.calicoNetwork.ipPools', [{ cidr: '10.1.0.0/16', disableBGPExport: false }]],
        ['kept', 'spec.calicoNetwork.mtu', 1400],
        ['kept', 'spec.registry', 'reg.local/'],
      ]);
    });
  });
});
