import { beforeAll, expect, it } from '@jest/globals';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import { versionOf } from '../../../src/catalog/queries.js';
import type { ClusterState } from '../../../src/cluster/cluster-state.js';
import type { NodeInside } from '../../../src/cluster/node-state.js';
import { lookCommand } from '../../../src/cluster/inside/look-command.js';
import { readLook } from '../../../src/cluster/inside/read-look.js';
import { inspect } from '../../../src/cluster/inspect.js';
import { LOOK_ROLE, lookRules } from '../../../src/cluster/permissions.js';
import type { ClusterClient, KubernetesObject } from '../../../src/ports/cluster-client.js';
import { createManifestReader } from '../../../src/upgrade/customisations/read-manifest.js';
import { runPlan } from '../../../src/upgrade/plan/run-plan.js';
import { installCalico } from '../../../test-cluster/ready-made/install-calico.js';
import { describeWithCalico } from '../../../test-cluster/ready-made/jest.js';
import { provideCalicoImages } from '../../../test-cluster/real-nodes/calico-stand-in.js';
import { openRealNode } from '../../../test-cluster/real-nodes/real-node.js';
import { createFakeManifestSource } from '../../ports/fake-manifest-source.js';
import { eventually } from '../../test-cluster/eventually.js';
import { createScene, waitForRollout } from '../../test-cluster/real-nodes/scene.js';
import { buildOptions } from '../../upgrade/plan/build-options.js';
import { pod } from '../build.js';
import { clientOfPlanner, lastingWritesOf, PLANNER } from './planner.js';

const TIMEOUT_MS = 150_000;
/** Calico's, and the one by which these nodes give pods their network. */
const FILES = [
  { name: '10-calico.conflist', types: ['calico', 'host-local', 'portmap'] },
  { name: '99-plain.conflist', types: ['ptp', 'host-local', 'portmap'] },
];
const RELEASE = 'v3.28.2';

describeWithCalico('a look into real nodes', { realNodes: 2, own: true, audit: true }, (cluster) => {
  let administrator: ClusterClient;
  let planner: ClusterClient;

  beforeAll(async () => {
    const scene = await createScene(cluster());
    administrator = scene.client;
    await provideCalicoImages(cluster().directory, RELEASE, { readyAfterSeconds: 0 });
    await installCalico(administrator, { version: RELEASE, method: 'manifest' });
    await waitForRollout(scene, 'DaemonSet', 'calico-node');
    planner = await clientOfPlanner(cluster(), administrator);
  }, TIMEOUT_MS);

  const look = (client: ClusterClient): Promise<ClusterState> => inspect(client, { lookIntoNodes: true });

  async function insideOf(client: ClusterClient, name: string): Promise<NodeInside | null | undefined> {
    return (await look(client)).nodes.find((node) => node.name === name)?.inside;
  }

  async function giveLookRole(): Promise<void> {
    const RBAC = 'rbac.authorization.k8s.io';
    const metadata = { name: LOOK_ROLE, namespace: 'kube-system' };
    const objects: KubernetesObject[] = [
      { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata, rules: lookRules() },
      {
        apiVersion: `${RBAC}/v1`,
        kind: 'RoleBinding',
        metadata,
        roleRef: { apiGroup: RBAC, kind: 'Role', name: LOOK_ROLE },
        subjects: [{ apiGroup: RBAC, kind: 'User', name: PLANNER }],
      },
    ];
    for (const object of objects) await administrator.apply(object, { fieldManager: 'test', force: true });
  }

  it('is refused to the read-only role, which the rest is read with all the same', async () => {
    const state = await look(planner);
    expect(state.nodes.map(({ inside }) => inside)).toEqual([
      {
        kind: 'unseen',
        reason: 'the account may not create pods/exec in kube-system',
        isForbidden: true,
      },
      {
        kind: 'unseen',
        reason: 'the account may not create pods/exec in kube-system',
        isForbidden: true,
      },
    ]);
    expect(state.calico?.method).toBe('manifest');
  });

  it('with the documented Role sees the CNI configuration of each node, and nothing of another’s files', async () => {
    await giveLookRole();
    const state = await eventually(async () => {
      const found = await look(planner);
      return found.nodes.every(({ inside }) => inside?.kind === 'seen') ? found : null;
    });
    const files = state.nodes.map(({ inside }) => (inside?.kind === 'seen' ? inside.cniFiles : null));
    expect(files).toMatchObject([FILES, FILES]);
  });

  // The stand-in of calico-node has no programs that show rules; the node itself has
  it('counts the rules that kube-proxy and the kubelet made, and makes none of its own', async () => {
    const node = openRealNode(cluster().directory, 'real-1');
    const tables = async (): Promise<string> =>
      (await node.run(['sh', '-c', 'nft list tables; cat /proc/net/ip_tables_names'])).stdout;
    const before = await tables();

    const { iptables } = readLook((await node.run(lookCommand('/etc/cni/net.d'))).stdout);

    expect(iptables.nft).toMatchObject({ isHinted: true, calico: 0 });
    expect(iptables.nft?.kubernetes).toBeGreaterThan(5);
    expect(iptables.legacy).toEqual({ isHinted: false, kubernetes: 0, calico: 0, other: 0 });
    expect(await tables()).toBe(before);
  });

  it('tells the rules of one backend from those of the other', async () => {
    const node = openRealNode(cluster().directory, 'real-1');
    const rule = 'iptables-legacy -N KUBE-LEFT && iptables-legacy -A KUBE-LEFT -j RETURN';
    await node.run(['sh', '-c', rule]);

    const { iptables } = readLook((await node.run(lookCommand('/etc/cni/net.d'))).stdout);

    expect(iptables.legacy).toMatchObject({ kubernetes: 1, calico: 0 });
    expect(iptables.nft?.kubernetes).toBeGreaterThan(5);
  });

  it('sees what another CNI left on one node, where it is', async () => {
    const node = openRealNode(cluster().directory, 'real-2');
    await node.run(['cp', '/etc/cni/net.d/99-plain.conflist', '/etc/cni/net.d/05-left.conflist']);
    const names = async (name: string): Promise<readonly string[]> => {
      const inside = await insideOf(planner, name);
      return inside?.kind === 'seen' ? (inside.cniFiles ?? []).map((file) => file.name) : [];
    };
    expect(await names('real-2')).toEqual(['05-left.conflist', '10-calico.conflist', '99-plain.conflist']);
    expect(await names('real-1')).toEqual(['10-calico.conflist', '99-plain.conflist']);
  });

  it('gives the plan what it says of each node', async () => {
    const options = buildOptions({ inspectNodes: true, target: versionOf('v3.28.5') });
    const { findings } = await runPlan(planner, createManifestReader(createFakeManifestSource({})), options);
    const told = findings.filter(({ code }) => code === 'cni-configuration-foreign');
    expect(
      told.map(({ weight, message }) => [weight, /\d\d-\w+\.conflist on real-\d/.exec(message)?.[0]]),
    ).toEqual([
      ['skippable', '05-left.conflist on real-2'],
      ['warning', '99-plain.conflist on real-1'],
    ]);
    expect(findings.map(({ code }) => code)).not.toContain('nodes-not-inspected');
  });

  it('names a node whose calico-node was taken away, and looks into the other', async () => {
    const other = await createClusterClient(cluster().kubeconfig, null);
    const { calico } = await inspect(other);
    const taken = calico?.components.node?.pods.find((one) => one.node === 'real-1');
    const stuck = {
      ...other,
      exec: (options: Parameters<ClusterClient['exec']>[0]) =>
        other.exec(options.pod === taken?.name ? { ...options, container: 'gone' } : options),
    };
    const { nodes } = await look(stuck);
    expect(nodes.map(({ inside }) => inside?.kind)).toEqual(['unseen', 'seen']);
  });

  it('is no write in the audit log, which a real one would be in', async () => {
    expect(lastingWritesOf(cluster(), PLANNER)).toEqual([]);
    const proof = pod('proof', { namespace: 'default' });
    await expect(planner.create(proof, { fieldManager: 'test' })).rejects.toThrow();
    expect(lastingWritesOf(cluster(), PLANNER)).toHaveLength(1);
  });
});
