import { beforeAll, expect, it } from '@jest/globals';
import { createClusterClient } from '../../src/adapters/kubernetes/cluster-client.js';
import { REAL_TIMING } from '../../src/adapters/kubernetes/timing.js';
import { inspect } from '../../src/cluster/inspect.js';
import { textAt } from '../../src/cluster/fields.js';
import { type NetworkTest, openNetworkTest } from '../../src/connectivity/network-test.js';
import { HOST_NAMESPACE, PROBE_NAMESPACE } from '../../src/connectivity/probe-namespace.js';
import { explainRegressions, explainUntried, type NetworkRound } from '../../src/connectivity/results.js';
import { DEFAULT_SETTINGS } from '../../src/connectivity/settings.js';
import type { ClusterClient, KubernetesObject } from '../../src/ports/cluster-client.js';
import { AGNHOST_IMAGE } from '../../test-cluster/images/node-images.js';
import { describeWithCluster } from '../../test-cluster/jest.js';
import { describeInTurn, inTurn } from '../../test-cluster/in-turn.js';
import { installObjects } from '../../test-cluster/ready-made/install-objects.js';
import { readManifest } from '../../test-cluster/ready-made/manifests.js';
import { openRealNode } from '../../test-cluster/real-nodes/real-node.js';
import { addSecondFamily } from './second-family.js';
import { type PlayedPolicies, type PolicyFault, playPolicies } from './played-policies.js';

/** A fault: how it is played on a node, and the scenarios that have to name it. */
interface Played {
  readonly title: string;
  readonly node: string;
  /** Arguments of iptables, with the action left out; `PORT` is the Service's node port, `NAME_IP` a Service's address. */
  readonly rules?: readonly (readonly [table: string, chain: string, rule: string])[];
  readonly policy?: PolicyFault['kind'];
  readonly isBrokenCni?: boolean;
  /** The same of ip6tables. */
  readonly rules6?: Played['rules'];
  /** Named, and explained by no other. */
  readonly names: readonly string[];
}

const OUT_PORT = 28_190;
const CALICO = 'v3.31.7';
const POLICIES = ['policy-ingress', 'policy-egress', 'policy-calico', 'policy-tiers'];

const FAULTS: readonly Played[] = [
  {
    title: 'forwarding is dropped',
    node: 'real-2',
    rules: [['filter', 'FORWARD', '-j DROP']],
    names: ['pod-same-node', 'pod-cross-node'],
  },
  {
    title: 'a Service’s rule is gone',
    node: 'real-1',
    rules: [['nat', 'PREROUTING', '-d TARGETS_IP -j ACCEPT']],
    names: ['service'],
  },
  {
    title: 'a node port does not answer',
    node: 'real-3',
    rules: [['mangle', 'PREROUTING', '-p tcp --dport PORT -j DROP']],
    names: ['node-port'],
  },
  {
    title: 'a pod does not reach itself through a Service',
    node: 'real-1',
    rules: [['mangle', 'PREROUTING', '-d LOCAL_IP -j DROP']],
    names: ['hairpin'],
  },
  {
    title: 'names are not resolved',
    node: 'real-2',
    rules: [['mangle', 'PREROUTING', '-p udp --dport 53 -j DROP']],
    names: ['dns'],
  },
  {
    title: 'large packets are lost',
    node: 'real-3',
    rules: [['mangle', 'FORWARD', '-m length --length 1400:65535 -j DROP']],
    names: ['large-packets'],
  },
  {
    title: 'UDP is dropped',
    node: 'real-1',
    rules: [['filter', 'FORWARD', '-p udp --dport 8081 -j DROP']],
    names: ['udp'],
  },
  {
    title: 'the API server is out of reach',
    node: 'real-2',
    rules: [['mangle', 'PREROUTING', '-d KUBERNETES_IP -j DROP']],
    names: ['api-server'],
  },
  {
    title: 'a node does not reach pods',
    node: 'real-3',
    rules: [['filter', 'OUTPUT', '-d 192.168.0.0/16 -p tcp --dport 8080 -j DROP']],
    names: ['host-to-pod'],
  },
  {
    title: 'pods do not reach a node',
    node: 'real-1',
    rules: [['filter', 'INPUT', '-s 192.168.0.0/16 -p tcp --dport 28180 -j DROP']],
    names: ['pod-to-host'],
  },
  {
    title: 'nodes do not reach a node',
    node: 'real-2',
    rules: [['mangle', 'PREROUTING', '-s 172.18.0.0/24 -p tcp --dport 28180 -j DROP']],
    names: ['host-to-host'],
  },
  {
    title: 'a port of a node does not lead to its pod',
    node: 'real-3',
    rules: [['nat', 'PREROUTING', '-p tcp --dport 28182 -j ACCEPT']],
    names: ['host-port'],
  },
  {
    title: 'the way out is closed',
    node: 'real-1',
    rules: [['mangle', 'PREROUTING', '-p tcp --dport OUT_PORT -j DROP']],
    names: ['outside', 'outside-source'],
  },
  {
    title: 'what is outside sees another address',
    node: 'real-2',
    rules: [['nat', 'POSTROUTING', '-p tcp --dport OUT_PORT -j MASQUERADE']],
    names: ['outside-source'],
  },
  {
    title: 'a Service stays with an old endpoint',
    node: 'real-3',
    rules: [['nat', 'PREROUTING', '-d MOVING_IP -p tcp -j DNAT --to-destination FIRST_IP:8080']],
    names: ['service-endpoints'],
  },
  {
    title: 'the second family is not forwarded',
    node: 'real-1',
    rules6: [['filter', 'FORWARD', '-j DROP']],
    names: ['second-family'],
  },
  {
    title: 'new pods are given no network',
    node: 'real-2',
    isBrokenCni: true,
    names: ['new-pods'],
  },
  {
    title: 'a policy is not enforced',
    node: 'real-1',
    policy: 'not-enforced',
    names: POLICIES,
  },
  {
    title: 'a policy blocks too much',
    node: 'real-2',
    policy: 'denies-all',
    names: POLICIES,
  },
  {
    title: 'a policy is enforced too late',
    node: 'real-3',
    policy: 'slow',
    names: POLICIES,
  },
  {
    title: 'Calico’s own policies are not enforced',
    node: 'real-1',
    policy: 'kubernetes-alone',
    names: ['policy-calico', 'policy-tiers'],
  },
  {
    title: 'the order of tiers is not kept',
    node: 'real-2',
    policy: 'no-tiers',
    names: ['policy-tiers'],
  },
];

describeInTurn('network faults', () => {
  describeWithCluster('the network test on real nodes', { realNodes: 3, own: true }, (cluster) => {
    let client: ClusterClient;
    let test: NetworkTest;
    let policies: PlayedPolicies;
    const tell = (row: string): void => void process.stderr.write(`${row}\n`);

    beforeAll(async () => {
      client = await createClusterClient(cluster().kubeconfig, null);
      await installObjects(client, readManifest(CALICO, 'calico.yaml').filter(isPolicyDefinition), {
        command: 'apply',
      });
      await addSecondFamily(cluster().directory);
      policies = playPolicies(client, cluster().directory);
      const { nodes } = await inspect(client);
      test = openNetworkTest(client, {
        ...REAL_TIMING,
        signal: new AbortController().signal,
        nodes,
        image: AGNHOST_IMAGE,
        settings: {
          ...DEFAULT_SETTINGS,
          settleMs: 15_000,
          outside: [{ host: await outsideTarget(), port: OUT_PORT }],
          outsideSees: 'pod',
        },
        run: 'https://ci.example/runs/1',
        onProgress: () => undefined,
      });
    }, 120_000);

    it('every scenario passes on a healthy cluster, and what cannot be tried says why', async () => {
      const round = await test.baseline();
      tell(rowOf('before, healthy', round));
      expect(round.failures.filter(({ judgement }) => judgement !== 'flaky')).toEqual([]);
      // It takes Istio, and has a test of its own
      expect(round.scenarios.filter(({ skipped }) => skipped !== null)).toMatchObject([
        { scenario: 'policy-l7', skipped: expect.stringContaining('policySyncPathPrefix') as unknown },
      ]);
      expect(round.settled).toHaveLength(3);
    }, 300_000);

    it.each(inTurn(FAULTS, 2))(
      '$title: $names',
      async (fault) => {
        const undo = await play(fault);
        try {
          const round = await test.afterWave([fault.node]);
          tell(rowOf(fault.title, round));
          const regressions = round.failures.filter(({ judgement }) => judgement === 'regression');
          const roots = new Set(
            regressions.filter((one) => one.explainedBy === null).map((one) => one.scenario),
          );
          expect([...roots].sort()).toEqual([...fault.names].sort());
          expect(explainRegressions(round)).toContain(fault.node);
          const isOther = regressions.filter(
            ({ fromNode, toNode }) => fromNode !== fault.node && toNode !== fault.node && toNode !== null,
          );
          expect(isOther).toEqual([]);
        } finally {
          await undo();
        }
      },
      600_000,
    );

    it('a probe pod of its own that is gone is made anew, and is no regression', async () => {
      const name = await nameOfHostPod('real-1');
      const reference = { apiVersion: 'v1', kind: 'Pod', namespace: HOST_NAMESPACE, name };
      await client.delete(reference, { gracePeriodSeconds: 0 });
      const round = await test.afterWave(['real-2']);
      tell(rowOf('a probe pod of real-1 is gone', round));
      expect([explainRegressions(round), explainUntried(round)]).toEqual([null, null]);
      expect(test.result().warnings.at(-1)).toContain(`${name} on real-1 did not run any more`);
      expect(await nameOfHostPod('real-1')).not.toBe(name);
    }, 300_000);

    it('all is well again, with new pods everywhere, and no path less', async () => {
      const round = await test.afterHop();
      tell(rowOf('after, healthy', round));
      expect([explainRegressions(round), explainUntried(round)]).toEqual([null, null]);
      expect(hostPathsOf(round)).toEqual(hostPathsOf(test.result().rounds[0]));
    }, 300_000);

    it('nothing is left', async () => {
      await policies.stop();
      expect(await test.close()).toBeNull();
      for (const name of [PROBE_NAMESPACE, HOST_NAMESPACE]) {
        expect(await client.get({ apiVersion: 'v1', kind: 'Namespace', namespace: null, name })).toBeNull();
      }
      for (const kind of ['GlobalNetworkPolicy', 'Tier']) {
        for await (const { items } of client.list({ apiVersion: 'crd.projectcalico.org/v1', kind })) {
          expect(items).toEqual([]);
        }
      }
    }, 120_000);

    async function play(fault: Played): Promise<() => Promise<void>> {
      const node = openRealNode(cluster().directory, fault.node);
      const words = await wordsOf();
      const wordedOf = (rules: Played['rules'] = []): readonly (readonly [string, string, string[]])[] =>
        rules.map(([name, chain, rule]) => {
          const text = Object.entries(words).reduce(
            (sum, [word, value]) => sum.replaceAll(word, value),
            rule,
          );
          return [name, chain, text.split(' ')];
        });
      const rules = [
        ...wordedOf(fault.rules).map((rule) => ['iptables', ...rule] as const),
        ...wordedOf(fault.rules6).map((rule) => ['ip6tables', ...rule] as const),
      ];
      const change = async (action: string): Promise<void> => {
        for (const [program, name, chain, rule] of rules) {
          const { status, stderr } = await node.run([program, '-w', '-t', name, action, chain, ...rule]);
          if (status !== 0) throw new Error(stderr);
        }
      };
      const plugin = '/opt/cni/bin/ptp';
      if (fault.isBrokenCni === true) await node.run(['mv', plugin, `${plugin}.away`]);
      policies.fault = fault.policy === undefined ? null : { node: fault.node, kind: fault.policy };
      await change('-I');
      return async () => {
        policies.fault = null;
        await change('-D');
        if (fault.isBrokenCni === true) await node.run(['mv', `${plugin}.away`, plugin]);
      };
    }

    async function wordsOf(): Promise<Readonly<Record<string, string>>> {
      const service = async (name: string, namespace = PROBE_NAMESPACE): Promise<unknown> =>
        client.get({ apiVersion: 'v1', kind: 'Service', namespace, name });
      const address = async (name: string, namespace?: string): Promise<string> =>
        textAt(await service(name, namespace), 'spec', 'clusterIP');
      const targets = (await service('targets')) as { spec: { ports: { nodePort: number }[] } };
      return {
        TARGETS_IP: await address('targets'),
        LOCAL_IP: await address('local'),
        MOVING_IP: await address('moving'),
        KUBERNETES_IP: await address('kubernetes', 'default'),
        OUT_PORT: String(OUT_PORT),
        PORT: String(targets.spec.ports[0]?.nodePort),
        FIRST_IP: await addressOfFirst(),
      };
    }

    /** What answers beyond the pod network: a server in the network of a node. */
    async function outsideTarget(): Promise<string> {
      const name = 'outside';
      const args = ['netexec', `--http-port=${OUT_PORT}`, '--udp-port=-1'];
      await client.create(
        {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name, namespace: 'kube-system' },
          spec: {
            nodeName: 'real-3',
            hostNetwork: true,
            tolerations: [{ operator: 'Exists' }],
            containers: [{ name, image: AGNHOST_IMAGE, args, imagePullPolicy: 'IfNotPresent' }],
          },
        },
        { fieldManager: 'test' },
      );
      const pod = { apiVersion: 'v1', kind: 'Pod', namespace: 'kube-system', name };
      for (;;) {
        const found = await client.get(pod);
        const address = textAt(found, 'status', 'podIP');
        if (textAt(found, 'status', 'phase') === 'Running' && address !== '') return address;
        await REAL_TIMING.sleep(200, new AbortController().signal);
      }
    }

    async function nameOfHostPod(node: string): Promise<string> {
      for await (const { items } of client.list(
        { apiVersion: 'v1', kind: 'Pod' },
        { namespace: HOST_NAMESPACE },
      )) {
        const found = items.find((pod) => textAt(pod, 'spec', 'nodeName') === node);
        if (found) return found.metadata.name;
      }
      return '';
    }

    /** The target pod of the first node. */
    async function addressOfFirst(): Promise<string> {
      const selector = { namespace: PROBE_NAMESPACE, labelSelector: 'calico-upgrade-action/role=target' };
      for await (const { items } of client.list({ apiVersion: 'v1', kind: 'Pod' }, selector)) {
        const first = items.find((pod) => textAt(pod, 'spec', 'nodeName') === 'real-1');
        if (first) return textAt(first, 'status', 'podIP');
      }
      return '';
    }
  });
});

/** The definitions of Calico's policies and tiers: nothing else of Calico is there. */
function isPolicyDefinition({ kind, metadata }: KubernetesObject): boolean {
  const names = ['networkpolicies', 'globalnetworkpolicies', 'tiers'].map(
    (plural) => `${plural}.crd.projectcalico.org`,
  );
  return kind === 'CustomResourceDefinition' && names.includes(metadata.name);
}

/** How many paths of the nodes' own programs passed, by scenario. */
function hostPathsOf(round: NetworkRound | undefined): readonly (readonly [string, number])[] {
  return (round?.scenarios ?? [])
    .filter(({ scenario }) => scenario.includes('host'))
    .map(({ scenario, passed, flaky }) => [scenario, passed + flaky] as const);
}

/** `fault | scenario: regressions (explained by) …`. */
function rowOf(title: string, { scenarios, failures, ms, requests }: NetworkRound): string {
  const cells = scenarios
    .filter(({ regressions, flaky }) => regressions + flaky > 0)
    .map(({ scenario, regressions, flaky }) => {
      const own = failures.filter((one) => one.scenario === scenario && one.judgement === 'regression');
      const because = [...new Set(own.flatMap(({ explainedBy }) => explainedBy ?? []))].join(', ');
      const isExplained = own.length > 0 && own.every(({ explainedBy }) => explainedBy !== null);
      return `${isExplained ? '(' : ''}${scenario} ${regressions}${flaky > 0 ? ` flaky ${flaky}` : ''}${because === '' ? '' : ` < ${because}`}${isExplained ? ')' : ''}`;
    });
  return `${title.padEnd(48)} ${(ms / 1000).toFixed(0).padStart(4)} s ${String(requests).padStart(4)} requests  ${cells.join('; ') || 'passed'}`;
}
