import { beforeAll, expect, it } from '@jest/globals';
import { createClusterClient } from '../../src/adapters/kubernetes/cluster-client.js';
import { REAL_TIMING } from '../../src/adapters/kubernetes/timing.js';
import { inspect } from '../../src/cluster/inspect.js';
import { carriesDikastes } from '../../src/cluster/interpret/application-layer.js';
import { LAYER7_NAMESPACE } from '../../src/connectivity/layer7/layer7-objects.js';
import { type NetworkTest, openNetworkTest } from '../../src/connectivity/network-test.js';
import { HOST_NAMESPACE, PROBE_NAMESPACE } from '../../src/connectivity/probe-namespace.js';
import { explainRegressions, type NetworkRound } from '../../src/connectivity/results.js';
import { DEFAULT_SETTINGS } from '../../src/connectivity/settings.js';
import type { ClusterClient, KubernetesObject } from '../../src/ports/cluster-client.js';
import { AGNHOST_IMAGE } from '../../test-cluster/images/node-images.js';
import { describeInTurn } from '../../test-cluster/in-turn.js';
import { describeWithCluster } from '../../test-cluster/jest.js';
import { installObjects } from '../../test-cluster/ready-made/install-objects.js';
import { readManifest } from '../../test-cluster/ready-made/manifests.js';
import { provideCalicoImages } from '../../test-cluster/real-nodes/calico-stand-in.js';
import { type Layer7Fault, type PlayedIstio, playIstio } from './played-istio.js';

const CALICO = 'v3.31.7';
const FIRST_ADDRESS = '172.18.0.11';
const DIKASTES = `quay.io/calico/dikastes:${CALICO}`;
const MANAGER = { fieldManager: 'test' };
const MESH = 'security.istio.io';
/** Nobody enforces other policies here; those of plain traffic show that it is the rule alone that is named. */
const SKIP = ['policy-ingress', 'policy-egress', 'policy-calico', 'policy-tiers', 'large-packets'] as const;

const FAULTS: readonly (Layer7Fault & { readonly title: string; readonly seen: RegExp })[] = [
  { title: 'Dikastes enforces nothing', node: 'real-2', kind: 'not-enforced', seen: /^reached: l7-/ },
  {
    title: 'Dikastes lets nothing through',
    node: 'real-1',
    kind: 'refuses-all',
    seen: /^refused: HTTP\/1.1 403/,
  },
  {
    title: 'what is not allowed is not answered',
    node: 'real-2',
    kind: 'silent',
    seen: /^blocked: NO ANSWER/,
  },
];

describeInTurn('L7 rules', () => {
  describeWithCluster('an L7 rule on real nodes', { realNodes: 2, own: true }, (cluster) => {
    let client: ClusterClient;
    let test: NetworkTest;
    let istio: PlayedIstio | undefined;

    beforeAll(async () => {
      client = await createClusterClient(cluster().kubeconfig, null);
      const definitions = readManifest(CALICO, 'calico.yaml').filter(isNeeded);
      await installObjects(client, [...definitions, MESH_DEFINITION], { command: 'apply' });
      await provideCalicoImages(cluster().directory, CALICO);
      const felix = { apiVersion: 'crd.projectcalico.org/v1', kind: 'FelixConfiguration' };
      const spec = { policySyncPathPrefix: '/var/run/nodeagent' };
      await client.create({ ...felix, metadata: { name: 'default' }, spec }, MANAGER);
      istio = await playIstio(client, {
        directory: cluster().directory,
        address: FIRST_ADDRESS,
        containers: [
          { name: 'istio-proxy', image: AGNHOST_IMAGE, args: ['pause'] },
          { name: 'dikastes', image: DIKASTES },
        ],
      });
      const { nodes } = await inspect(client);
      test = openNetworkTest(client, {
        ...REAL_TIMING,
        signal: new AbortController().signal,
        nodes,
        image: AGNHOST_IMAGE,
        settings: { ...DEFAULT_SETTINGS, settleMs: 15_000, skip: new Set(SKIP) },
        run: 'https://ci.example/runs/1',
        onProgress: () => undefined,
      });
    }, 180_000);

    it('is enforced on every node before anything is changed, on pods that Istio gave Dikastes', async () => {
      const round = await test.baseline();
      tell('before, healthy', round);

      expect(round.failures.filter(({ judgement }) => judgement !== 'flaky')).toEqual([]);
      expect(layer7Of(round)).toMatchObject({ skipped: null, passed: 5 * 2, flaky: 0 });
      const pods = await podsOf(LAYER7_NAMESPACE);
      expect(pods.map(carriesDikastes)).toEqual([true, true]);
      expect((await podsOf(PROBE_NAMESPACE)).some(carriesDikastes)).toBe(false);
      const mode = { apiVersion: `${MESH}/v1beta1`, kind: 'PeerAuthentication', name: 'default' };
      expect(await client.get({ ...mode, namespace: LAYER7_NAMESPACE })).toMatchObject({
        spec: { mtls: { mode: 'PERMISSIVE' } },
      });
    }, 300_000);

    it.each(FAULTS)(
      '$title: policy-l7 names it, and nothing else does',
      async ({ title, node, kind, seen }) => {
        if (istio) istio.fault = { node, kind };
        try {
          const round = await test.afterWave([node]);
          tell(title, round);
          const regressions = round.failures.filter(({ judgement }) => judgement === 'regression');
          expect(new Set(regressions.map((one) => `${one.scenario} ${one.fromNode} ${one.toNode}`))).toEqual(
            new Set([`policy-l7 ${node} ${node}`]),
          );
          expect(regressions[0]?.seen).toMatch(seen);
          const diagnosis = regressions[0]?.diagnosis.join('\n');
          expect(diagnosis).toContain(`is ${DIKASTES}`);
          expect(diagnosis).toContain('Dikastes enforces no application layer policy in this release.');
          expect(explainRegressions(round)).toContain('policy-l7');
        } finally {
          if (istio) istio.fault = null;
        }
      },
      300_000,
    );

    it('is enforced again at the end, on new pods', async () => {
      const before = await namesIn(LAYER7_NAMESPACE);
      const round = await test.afterHop();
      tell('after, healthy', round);
      expect(explainRegressions(round)).toBeNull();
      expect(layer7Of(round)).toMatchObject({ passed: 5 * 2 });
      expect((await namesIn(LAYER7_NAMESPACE)).filter((name) => before.includes(name))).toEqual([]);
    }, 300_000);

    it('nothing is left', async () => {
      await istio?.stop();
      expect(await test.close()).toBeNull();
      for (const name of [PROBE_NAMESPACE, HOST_NAMESPACE, LAYER7_NAMESPACE]) {
        expect(await client.get({ apiVersion: 'v1', kind: 'Namespace', namespace: null, name })).toBeNull();
      }
    }, 300_000);

    async function podsOf(namespace: string): Promise<readonly KubernetesObject[]> {
      const found: KubernetesObject[] = [];
      for await (const { items } of client.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace }))
        found.push(...items);
      return found;
    }

    async function namesIn(namespace: string): Promise<readonly string[]> {
      return (await podsOf(namespace)).map(({ metadata }) => metadata.name);
    }
  });
});

function tell(title: string, { ms, requests }: NetworkRound): void {
  process.stderr.write(`${title.padEnd(40)} ${(ms / 1000).toFixed(0).padStart(4)} s ${requests} requests\n`);
}

function layer7Of({ scenarios }: NetworkRound): unknown {
  return scenarios.find(({ scenario }) => scenario === 'policy-l7');
}

/** Of Calico nothing but the definitions that the test writes by. */
function isNeeded({ kind, metadata }: KubernetesObject): boolean {
  const plurals = ['networkpolicies', 'globalnetworkpolicies', 'tiers', 'felixconfigurations'];
  const names = plurals.map((plural) => `${plural}.crd.projectcalico.org`);
  return kind === 'CustomResourceDefinition' && names.includes(metadata.name);
}

/** As much of Istio's own as is written by it. */
const MESH_DEFINITION: KubernetesObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `peerauthentications.${MESH}` },
  spec: {
    group: MESH,
    scope: 'Namespaced',
    names: {
      kind: 'PeerAuthentication',
      listKind: 'PeerAuthenticationList',
      plural: 'peerauthentications',
      singular: 'peerauthentication',
    },
    versions: [
      {
        name: 'v1beta1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        },
      },
    ],
  },
};
