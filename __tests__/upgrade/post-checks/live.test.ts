import { beforeAll, expect, it } from '@jest/globals';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import { inspect } from '../../../src/cluster/inspect.js';
import type { ClusterClient, KubernetesObject, ObjectReference } from '../../../src/ports/cluster-client.js';
import { readServices } from '../../../src/upgrade/post-checks/api-services.js';
import { checkAfter, type PostChecks } from '../../../src/upgrade/post-checks/check-after.js';
import { guardDefinitions } from '../../../src/upgrade/post-checks/guard-definitions.js';
import { checkNamespaces } from '../../../src/upgrade/post-checks/namespace-check.js';
import { type Snapshot, takeSnapshot } from '../../../src/upgrade/post-checks/snapshot.js';
import { installCalicoData } from '../../../test-cluster/ready-made/calico-data.js';
import { CALICO_API } from '../../../test-cluster/ready-made/calico-objects.js';
import { installCalico } from '../../../test-cluster/ready-made/install-calico.js';
import { installObjects } from '../../../test-cluster/ready-made/install-objects.js';
import { ipamState } from '../../../test-cluster/ready-made/ipam-state.js';
import { describeWithCalico } from '../../../test-cluster/ready-made/jest.js';
import { readManifest } from '../../../test-cluster/ready-made/manifests.js';
import { eventually } from '../../test-cluster/eventually.js';
import { waiting } from '../gates/build-waiting.js';

const [OLDER, NEWER] = ['v3.31.7', 'v3.32.1'];
const DEAD: ObjectReference = {
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  namespace: null,
  name: 'v1.dead.example.com',
};

/** A policy of the cluster's that lets nobody delete a namespace. */
const PROTECTION: readonly KubernetesObject[] = [
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'protected' },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['DELETE'], resources: ['namespaces'] },
        ],
      },
      validations: [{ expression: 'false', message: 'namespaces are protected' }],
    },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'protected' },
    spec: { policyName: 'protected', validationActions: ['Deny'] },
  },
];

describeWithCalico(
  'the checks after a hop, on a real API server',
  { own: true, lightNodes: 1 },
  (cluster) => {
    let client: ClusterClient;
    beforeAll(async () => {
      client = await createClusterClient(cluster().kubeconfig, null);
      await installCalico(client, { method: 'manifest', version: OLDER });
      await installCalicoData(client, { nodes: ['light-1'] });
      await installObjects(client, ipamState({ nodes: ['light-1'] }), { command: 'create' });
    }, 240_000);

    async function snapshot(): Promise<Snapshot> {
      return takeSnapshot(client, await inspect(client));
    }

    async function check(before: Snapshot): Promise<PostChecks> {
      return checkAfter(client, await inspect(client), before, waiting({ timeoutMs: 60_000 }));
    }

    it('find nothing where only the definitions became stricter, and fill in more', async () => {
      const before = await snapshot();
      expect(before.data.size).toBeGreaterThan(10);
      expect(before.allocations.size).toBe(3);
      await installObjects(client, readManifest(NEWER, 'crds.yaml'), { command: 'apply --server-side' });
      expect(await check(before)).toMatchObject({ failures: [], warnings: [] });
    });

    it('tell a user’s word from Calico’s, and name what is gone', async () => {
      const pool = { apiVersion: CALICO_API, kind: 'IPPool', namespace: null, name: 'default-ipv4-ippool' };
      const peer = { apiVersion: CALICO_API, kind: 'BGPPeer', namespace: null, name: 'rack-1' };
      const policy = { ...pool, kind: 'GlobalNetworkPolicy', name: 'default.allow-dns' };
      const before = await snapshot();
      const merge = (spec: object) => ({ type: 'merge', body: { spec } }) as const;
      await client.patch(pool, merge({ ipipMode: 'CrossSubnet' }), { fieldManager: 'calico-node' });
      await client.patch(peer, merge({ asNumber: 64_514 }), { fieldManager: 'kubectl-edit' });
      await client.delete(policy);
      const { failures, warnings } = await check(before);
      expect(failures).toEqual([
        '1 of 1 GlobalNetworkPolicy objects are gone: GlobalNetworkPolicy default.allow-dns.',
        'IPPool default-ipv4-ippool: spec.ipipMode was "Always" and is "CrossSubnet". Calico itself wrote it (calico-node). An upgrade changes none of it.',
      ]);
      expect(warnings).toEqual([
        'BGPPeer rack-1: spec.asNumber was 64513 and is 64514. kubectl-edit changed it meanwhile.',
      ]);
    });

    it('see that no namespace can be deleted, and say why; what was left goes once it can', async () => {
      await client.create(
        {
          apiVersion: DEAD.apiVersion,
          kind: DEAD.kind,
          metadata: { name: DEAD.name },
          spec: {
            group: 'dead.example.com',
            version: 'v1',
            groupPriorityMinimum: 100,
            versionPriority: 100,
            service: { name: 'nobody', namespace: 'default' },
            insecureSkipTLSVerify: true,
          },
        },
        { fieldManager: 'kubectl' },
      );
      // Only what the controller hears of holds it up
      const held = await eventually(async () => {
        const answered = { answering: new Set([DEAD.name]), silent: new Set<string>() };
        const { failures } = await checkNamespaces(client, answered, waiting({ timeoutMs: 20_000 }));
        return failures.find((text) => text.includes('DiscoveryFailed')) ?? null;
      }, 180_000);
      expect(held).toMatch(
        /^Namespace calico-upgrade-action-check-\w+, .*DiscoveryFailed: .*dead\.example\.com/,
      );
      const silent = await readServices(client);
      expect(silent.silent).toEqual(new Set([DEAD.name]));
      expect(await checkNamespaces(client, silent, waiting({ timeoutMs: 60_000 }))).toEqual({
        failures: [],
        warnings: [expect.stringMatching(/ goes once v1\.dead\.example\.com answers/)],
      });
      await client.delete(DEAD);
      const verdict = await checkNamespaces(client, silent, waiting({ timeoutMs: 60_000 }));
      expect(verdict).toEqual({ failures: [], warnings: [] });
      await eventually(async () => ((await namesOfOwn(client)).length === 0 ? true : null), 60_000);
    }, 240_000);

    it('name a namespace that may not be deleted, and one that somebody else’s finalizer holds', async () => {
      const before = await readServices(client);
      for (const object of PROTECTION) await client.create(object, { fieldManager: 'kubectl' });
      const refused = await eventually(async () => {
        const { failures, warnings } = await checkNamespaces(client, before, waiting({ timeoutMs: 60_000 }));
        expect(failures).toEqual([]);
        return warnings[0] ?? null;
      }, 60_000);
      expect(refused).toMatch(
        /^Whether namespaces can be deleted is not known: (\S+), .*namespaces are protected.*kubectl delete namespace \1$/,
      );
      for (const { apiVersion, kind, metadata } of [...PROTECTION].reverse())
        await client.delete({ apiVersion, kind, namespace: null, name: metadata.name });
      await eventually(async () => (await deleteOwnNamespaces(client)) === 0 || null, 60_000);

      const finalizers = ['example.com/held'];
      const create: ClusterClient['create'] = (object, options) =>
        client.create({ ...object, metadata: { ...object.metadata, finalizers } }, options);
      const held = await checkNamespaces({ ...client, create }, before, waiting({ timeoutMs: 15_000 }));
      expect(held).toEqual({
        failures: [],
        warnings: [expect.stringMatching(/ is empty, and goes once .*: example\.com\/held\.$/)],
      });
      await eventually(async () => (await deleteOwnNamespaces(client)) === 0 || null, 60_000);
    }, 240_000);

    it('hear of a definition that somebody deletes', async () => {
      let listens = false;
      const watch: ClusterClient['watch'] = async function* (kind, options) {
        for await (const event of client.watch(kind, options)) {
          yield event;
          listens = true;
        }
      };
      const guard = guardDefinitions({ ...client, watch }, waiting());
      // What goes before it knows what is there it does not miss
      await eventually(() => Promise.resolve(listens || null));
      await client.delete({
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        namespace: null,
        name: 'globalnetworksets.crd.projectcalico.org',
      });
      const fault = await eventually(() => Promise.resolve(guard.fault()));
      await guard.stop();
      expect(fault).toContain('globalnetworksets.crd.projectcalico.org');
      expect(guard.lost.aborted).toBe(true);
    });
  },
);

/** Deletes what may be deleted by now, finalizers and all. How many there were. */
async function deleteOwnNamespaces(client: ClusterClient): Promise<number> {
  const names = await namesOfOwn(client);
  for (const name of names) {
    const reference = { apiVersion: 'v1', kind: 'Namespace', namespace: null, name };
    const body = { metadata: { finalizers: null } };
    await client.patch(reference, { type: 'merge', body }, { fieldManager: 'kubectl' });
    await client.delete(reference).catch(() => undefined);
  }
  return names.length;
}

async function namesOfOwn(client: ClusterClient): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { items } of client.list({ apiVersion: 'v1', kind: 'Namespace' })) {
    names.push(...items.map(({ metadata }) => metadata.name));
  }
  return names.filter((name) => name.startsWith('calico-upgrade-action'));
}
