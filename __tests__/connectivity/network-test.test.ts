import { beforeEach, describe, expect, it } from '@jest/globals';
import { textAt } from '../../src/cluster/fields.js';
import { checkNetwork, type CheckedNetwork } from '../../src/connectivity/check-network.js';
import { type NetworkTest, openNetworkTest } from '../../src/connectivity/network-test.js';
import { explainRegressions, explainUntried, type NetworkRound } from '../../src/connectivity/results.js';
import { DEFAULT_SETTINGS } from '../../src/connectivity/settings.js';
import { ClusterError } from '../../src/errors.js';
import type { ClusterClient, KubernetesObject } from '../../src/ports/cluster-client.js';
import { aloneOptions } from './alone-options.js';
import { buildNode } from '../cluster/build-state.js';
import { type CalicoObjects, letsIn, type Packet } from './calico-verdict.js';
import {
  addressOfNode,
  type Asked,
  byGroup,
  createFakeNetwork,
  type FakeNetwork,
  OBEYS,
  packetOf,
} from './fake-network.js';

function isChosen(pod: KubernetesObject | null): boolean {
  return pod?.metadata.labels?.['calico-upgrade-action/role'] === 'target';
}

function scenariosOf({ failures }: NetworkRound): readonly string[] {
  return [...new Set(failures.map(({ scenario }) => scenario))];
}

const nodeOf = (pod: Readonly<Record<string, unknown>> | null): string => textAt(pod, 'spec', 'nodeName');

const WAVE = { stage: 'node', title: 'wave 1 of 1', wave: null } as const;
const NODE = { apiVersion: 'v1', kind: 'Node', namespace: null };

/** What is there beside the nodes. */
function left(network: FakeNetwork): readonly string[] {
  return network
    .objects()
    .filter(({ kind }) => kind !== 'Node')
    .map(({ metadata }) => metadata.name);
}

interface Clock {
  ms: number;
}

function optionsOf(count: number, clock: Clock): Parameters<typeof openNetworkTest>[1] {
  const nodes = Array.from({ length: count }, (_, index) =>
    buildNode(`n${String(index).padStart(4, '0')}`, {
      addresses: { internal: [addressOfNode(index)], calico: {} },
    }),
  );
  return aloneOptions({ nodes, settings: { ...DEFAULT_SETTINGS, settleMs: 5000 } }, clock);
}

describe('the network test', () => {
  let network: FakeNetwork;
  let test: NetworkTest;

  beforeEach(() => {
    network = createFakeNetwork(['n0000', 'n0001', 'n0002']);
    network.play = OBEYS(network);
    test = openNetworkTest(network.client, optionsOf(3, { ms: 0 }));
  });

  const calico = (): CalicoObjects => ({
    policies: [...byGroup(network.ofKind('NetworkPolicy'))[0], ...network.ofKind('GlobalNetworkPolicy')],
    tiers: network.ofKind('Tier'),
  });

  function killAll(role: string, node: string): void {
    for (const pod of network.ofKind('Pod')) {
      if (nodeOf(pod) === node && pod.metadata.name.startsWith(`${role}-`)) network.die(pod);
    }
  }

  it('finds nothing where all is well, before, after a wave and at the end, and leaves nothing', async () => {
    expect((await test.baseline()).failures).toEqual([]);
    const wave = await test.afterWave(['n0001']);
    expect(wave.failures).toEqual([]);
    expect((await test.afterHop()).failures).toEqual([]);
    expect(wave.nodes).toEqual(['n0001']);
    expect(await test.close()).toBeNull();
    expect(left(network)).toEqual([]);
  });

  it('names what a wave broke, from where to where, with the command and what may tell why', async () => {
    const metadata = {
      name: 'calico-node-n0001',
      namespace: 'kube-system',
      labels: { 'k8s-app': 'calico-node' },
    };
    const calicoNode = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { nodeName: 'n0001' } };
    await network.client.create(calicoNode, { fieldManager: 'other' });
    await test.baseline();
    const healthy = network.play;
    network.play = (asked) =>
      [nodeOf(asked.from), nodeOf(asked.to)].includes('n0001') &&
      nodeOf(asked.from) !== nodeOf(asked.to) &&
      asked.to !== null
        ? 'TIMEOUT'
        : healthy(asked);
    const round = await test.afterWave(['n0001']);
    const [first] = round.failures;
    expect(first).toMatchObject({
      judgement: 'regression',
      expected: 'reached',
      seen: 'blocked: TIMEOUT',
      explainedBy: null,
    });
    expect(first?.command).toMatch(/^kubectl exec --namespace calico-network-test/);
    expect(first?.diagnosis).toContain('n0001: kube-system/calico-node-n0001 is not Ready');
    expect(first?.diagnosis).toContain('n0001: [WARNING][77] felix: dropping');
    expect(explainRegressions(round)).toContain('pod-cross-node');
    expect(round.settled).toMatchObject([{ node: 'n0001', connectedMs: null }]);
  });

  it('does not count what failed before', async () => {
    const healthy = network.play;
    network.play = (asked) =>
      asked.words[1]?.startsWith('targets.') === true ? 'DNS: no such host' : healthy(asked);
    const before = await test.baseline();
    expect(
      before.failures.every(({ judgement, scenario }) => judgement === 'failed-before' && scenario === 'dns'),
    ).toBe(true);
    expect(before.failures.length).toBe(3);
    expect(explainRegressions(await test.afterHop())).toBeNull();
  });

  it('does not try policies again where nobody enforces any', async () => {
    network.play = () => null;
    await test.baseline();
    const { scenarios } = await test.afterHop();
    expect(scenarios.filter(({ scenario }) => scenario.startsWith('policy'))).toMatchObject([
      { skipped: expect.stringContaining('it did not work before: all is denied') as unknown },
      { skipped: expect.stringContaining('it did not work before: all is denied') as unknown },
      { skipped: expect.stringContaining('it did not work before: a NetworkPolicy of Calico’s') as unknown },
      { skipped: expect.stringContaining('it did not work before: it passes to the next one') as unknown },
      { skipped: expect.stringContaining('Felix syncs no policies to pods') as unknown },
    ]);
  });

  it.each([
    [
      'a program has that port',
      'host-port',
      { listens: () => true },
      'a program listens on port 28182 of n0000',
    ],
    [
      'such pods are refused',
      'host-port',
      { takes: ({ metadata }) => (metadata.name.startsWith('port-') ? 'hostPort is not allowed.' : true) },
      'a pod with port 28182 of n0000 does not run: hostPort is not allowed. Allow it.',
    ],
    [
      'such pods do not run',
      'host-port',
      { takes: ({ metadata }) => !metadata.name.startsWith('port-') },
      'does not run: it does not run after 120 s',
    ],
  ] as readonly (readonly [string, string, Partial<FakeNetwork>, string])[])(
    'where %s %s is left out with the reason, now and later',
    async (_, name, changes, reason) => {
      Object.assign(network, changes);
      for (const round of [await test.baseline(), await test.afterHop()]) {
        expect(round.failures).toEqual([]);
        expect(round.scenarios.find(({ scenario }) => scenario === name)?.skipped).toContain(reason);
      }
      expect(network.ofKind('Pod')).toHaveLength(9);
    },
  );

  it('what the settings leave out is not prepared: no port is taken, nothing asked of Calico’s policies', async () => {
    const skip = new Set(['host-port', 'policy-calico', 'policy-tiers', 'policy-l7'] as const);
    const options = optionsOf(3, { ms: 0 });
    const discover: ClusterClient['discover'] = () => Promise.reject(new Error('nobody asked for that'));
    const client = { ...network.client, discover };
    test = openNetworkTest(client, { ...options, settings: { ...options.settings, skip } });
    expect((await test.baseline()).failures).toEqual([]);
    expect(network.ofKind('Pod')).toHaveLength(9);
    expect(await test.close()).toBeNull();
  });

  it('a port of a node that leads nowhere any more is named', async () => {
    await test.baseline();
    const healthy = network.play;
    network.play = (asked) =>
      asked.words[2] === '28182' && nodeOf(asked.from) === 'n0001' ? 'REFUSED' : healthy(asked);
    expect(scenariosOf(await test.afterWave(['n0001']))).toEqual(['host-port']);
  });

  it('a pod with a port of its node that does not come again is told', async () => {
    await test.baseline();
    network.takes = ({ metadata, spec }) =>
      !metadata.name.startsWith('port-') || textAt(spec, 'nodeName') !== 'n0001';
    const healthy = network.play;
    network.play = (asked) => (asked.words[2] === '28182' && asked.to === null ? 'REFUSED' : healthy(asked));
    const round = await test.afterWave(['n0001']);
    expect(explainUntried(round)).toContain('host-port');
    network.takes = () => true;
    network.play = healthy;
    expect((await test.afterHop()).failures).toEqual([]);
  });

  it.each([
    ['are not enforced', 'policy-calico', () => true],
    ['deny all', 'policy-calico', () => false],
    [
      'know no tiers',
      'policy-tiers',
      (packet: Packet) => letsIn(packet, { ...calico(), ignoresTiers: true }),
    ],
  ])('Calico’s own policies that %s on one node are a regression of %s', async (_, name, lets) => {
    await test.baseline();
    const healthy = network.play;
    network.play = (asked) => {
      const packet = packetOf(asked);
      const isTheirs = packet !== null && nodeOf(asked.to) === 'n0001' && isChosen(asked.to);
      if (!isTheirs || calico().policies.length === 0) return healthy(asked);
      return lets(packet) ? null : 'TIMEOUT';
    };
    const round = await test.afterWave(['n0001']);
    expect(scenariosOf(round)).toContain(name);
    expect(scenariosOf(round).every((one) => one === 'policy-calico' || one === 'policy-tiers')).toBe(true);
    expect(round.failures.every(({ toNode }) => toNode === 'n0001')).toBe(true);
  });

  it.each([
    [
      'the server knows no such kinds',
      { calicoKinds: [] },
      'the cluster does not serve a NetworkPolicy of crd.pr',
      'the',
    ],
    [
      'there are no tiers',
      { calicoKinds: ['NetworkPolicy', 'GlobalNetworkPolicy'] },
      null,
      'not serve a Tier of crd.',
    ],
    [
      'they cannot be taken away',
      { forbidden: ['delete globalnetworkpolicies'] },
      'may not delete globaln',
      'may not',
    ],
    [
      'tiers cannot be found again',
      { forbidden: ['list tiers'] },
      null,
      'may not list tiers.crd.projectcalico.org',
    ],
  ])('where %s they are left out with the reason', async (_, changes, policies, tiers) => {
    Object.assign(network, changes);
    const { scenarios, failures } = await test.baseline();
    const skippedOf = (name: string): string | null | undefined =>
      scenarios.find(({ scenario }) => scenario === name)?.skipped;
    expect(failures).toEqual([]);
    expect(skippedOf('policy-calico')).toEqual(policies === null ? null : expect.stringContaining(policies));
    expect(skippedOf('policy-tiers')).toContain(tiers);
    expect(await test.close()).toBeNull();
    expect(left(network)).toEqual([]);
  });

  it('a policy of that name that is somebody else’s is left as it is', async () => {
    const foreign = {
      apiVersion: 'crd.projectcalico.org/v1',
      kind: 'GlobalNetworkPolicy',
      metadata: { name: 'default.calico-network-test' },
      spec: { selector: 'all()' },
    };
    await network.client.create(foreign, { fieldManager: 'other' });
    network.play = () => null;
    const { scenarios } = await test.baseline();
    expect(scenarios.find(({ scenario }) => scenario === 'policy-calico')?.skipped).toBe(
      'there is a GlobalNetworkPolicy default.calico-network-test, which this program did not make',
    );
    await test.close();
    expect(network.ofKind('GlobalNetworkPolicy')).toEqual([foreign]);
  });

  it('its policies are taken back where the server fails in between', async () => {
    await test.baseline();
    const healthy = network.play;
    network.play = (asked) => {
      if (network.ofKind('GlobalNetworkPolicy').length > 0) {
        throw new ClusterError({ verb: 'exec', resource: 'pods', status: 500 }, 'The server ails.', 'Wait.');
      }
      return healthy(asked);
    };
    const round = await test.afterHop();
    expect(network.ofKind('GlobalNetworkPolicy')).toEqual([]);
    expect(scenariosOf(round)).toEqual(['policy-calico']);
  });

  it('calls flaky what works only when tried again', async () => {
    await test.baseline();
    await test.afterHop();
    const healthy = network.play;
    const tried = new Set<string>();
    network.play = (asked) => {
      const key = `${asked.from.metadata.name} ${asked.words.join(' ')}`;
      const isFirst =
        asked.words[2] === '28180' && asked.from.metadata.name.startsWith('host') && !tried.has(key);
      tried.add(key);
      return isFirst ? 'TIMEOUT' : healthy(asked);
    };
    const { failures, scenarios } = await test.afterWave(['n0000']);
    expect(
      failures.every(({ judgement, scenario }) => judgement === 'flaky' && scenario === 'host-to-host'),
    ).toBe(true);
    expect(scenarios.find(({ scenario }) => scenario === 'host-to-host')?.flaky).toBe(4);
  });

  it('waits once for policies that a node does not put into effect, and tells all of them', async () => {
    /** How many phases failed, and how many of these were waited for. */
    const phasesOf = ({ failures }: NetworkRound): readonly number[] =>
      [failures, failures.filter(({ tries }) => tries > DEFAULT_SETTINGS.tries)].map(
        (some) => new Set(some.map(({ scenario, phase }) => `${scenario} ${phase}`)).size,
      );
    const healthy = network.play;
    const isOff = (asked: Asked): string | null => (nodeOf(asked.to) === 'n0001' ? null : healthy(asked));
    await test.baseline();
    network.play = isOff;
    const round = await test.afterWave(['n0001']);
    expect(scenariosOf(round)).toEqual(['policy-ingress', 'policy-egress', 'policy-calico', 'policy-tiers']);
    expect(phasesOf(round)).toEqual([10, 1]);
    // What failed before is excused later: then each has its time
    const first = openNetworkTest(network.client, optionsOf(3, { ms: 0 }));
    expect(phasesOf(await first.baseline())).toEqual([10, 10]);
  });

  it('a policy that was not put into effect before either takes no time from the others', async () => {
    const settings = { ...DEFAULT_SETTINGS, settleMs: 0 };
    const impatient = openNetworkTest(network.client, { ...optionsOf(3, { ms: 0 }), settings });
    const obeyed = network.play;
    const policyText = (): string => JSON.stringify(network.ofKind('NetworkPolicy').map(({ spec }) => spec));
    const isLocal = (asked: Asked): boolean => nodeOf(asked.from) === 'n0001' && nodeOf(asked.to) === 'n0001';
    const lacking = (asked: Asked): string | null =>
      isLocal(asked) && policyText().includes('calico-network-test-host') ? null : obeyed(asked);
    network.play = lacking;
    const before = await impatient.baseline();
    expect(before.failures.map(({ judgement }) => judgement)).toContain('failed-before');
    // Policies of what goes out take effect at the third look
    let looks = 0;
    network.play = (asked) => {
      const isLate = isLocal(asked) && policyText().includes('"egress":[]') && lacking(asked) !== null;
      return isLate && ++looks < 3 ? null : lacking(asked);
    };
    expect(explainRegressions(await impatient.afterWave(['n0001']))).toBeNull();
    expect(looks).toBe(3);
  });

  it('a node on which new pods do not run is a regression there', async () => {
    await test.baseline();
    network.takes = (pod) => nodeOf(pod) !== 'n0002';
    const round = await test.afterWave(['n0002']);
    expect(round.failures).toMatchObject([
      { scenario: 'new-pods', judgement: 'regression', fromNode: 'n0002' },
    ]);
  });

  it('after that nothing is left of its pods there, and those of the host’s network are still the same', async () => {
    const hostOf = (): readonly string[] =>
      network
        .ofKind('Pod')
        .filter((pod) => nodeOf(pod) === 'n0002' && pod.metadata.name.startsWith('host-'))
        .map(({ metadata }) => metadata.name);
    await test.baseline();
    const before = hostOf();
    network.takes = (pod) => nodeOf(pod) !== 'n0002';
    await test.afterWave(['n0002']);
    network.takes = () => true;
    expect((await test.afterWave(['n0000'])).failures).toEqual([]);
    const round = await test.afterHop('end');
    expect(round.failures).toEqual([]);
    expect(round.scenarios.find(({ scenario }) => scenario === 'host-to-host')?.passed).toBe(6);
    expect(hostOf()).toEqual(before);
    expect(network.ofKind('Pod')).toHaveLength(12);
  });

  it.each(['host', 'source', 'target', 'port'])(
    'a %s pod that has died is made anew, and its paths are tried with the new one',
    async (role) => {
      await test.baseline();
      killAll(role, 'n0002');
      const round = await test.afterWave(['n0000']);
      expect(round.failures).toEqual([]);
      expect(test.result().warnings).toEqual([
        expect.stringMatching(
          new RegExp(
            `pod ${role}-.* on n0002 did not run any more \\(phase Running, CrashLoopBackOff, Error with`,
          ),
        ),
      ]);
      expect(network.ofKind('Pod')).toHaveLength(12);
      expect(await test.close()).toBeNull();
    },
  );

  it('one that cannot be made again is told, and made once it can be', async () => {
    await test.baseline();
    killAll('host', 'n0002');
    network.takes = ({ metadata }) => !metadata.name.startsWith('host-');
    const round = await test.afterWave(['n0002']);
    expect(explainRegressions(round)).toBeNull();
    expect(explainUntried(round)).toContain('does not run: phase Pending, ContainerCreating');
    network.takes = () => true;
    expect(explainUntried(await test.afterHop())).toBeNull();
    expect(network.ofKind('Pod')).toHaveLength(12);
  });

  it('one that dies again is no regression of the network, nor does it pass', async () => {
    await test.baseline();
    const healthy = network.play;
    network.play = (asked) => {
      killAll('host', 'n0002');
      return healthy(asked);
    };
    const round = await test.afterWave(['n0002']);
    expect(explainRegressions(round)).toBeNull();
    expect(explainUntried(round)).toMatch(
      /host-to-pod.*own pod host-\S+ does not run: phase Running, CrashLoopBackOff, Error with exit status 1/,
    );
    network.play = healthy;
    const after = await test.afterHop();
    expect([explainUntried(after), explainRegressions(after)]).toEqual([null, null]);
  });

  it.each([
    [
      'refused',
      () => 'exceeded quota: compute',
      /cannot run its pods on node n0000: exceeded quota: compute/,
    ],
    ['not run anywhere', () => false, /no node to run its pods on: n0000: its pods do not run there/],
  ])('stops before anything is changed where pods are %s', async (_, takes, message) => {
    network.takes = takes;
    await expect(test.baseline()).rejects.toThrow(message);
    await expect(test.baseline()).rejects.toMatchObject({
      remedy: expect.stringContaining('network-test: false') as unknown,
    });
    await test.close();
    expect(left(network)).toEqual([]);
  });

  it('a node that leaves the cluster is no regression, and is named', async () => {
    await test.baseline();
    await network.client.delete({ ...NODE, name: 'n0002' });
    network.takes = (pod) => nodeOf(pod) !== 'n0002';
    const healthy = network.play;
    network.play = (asked) => (nodeOf(asked.to) === 'n0002' ? 'TIMEOUT' : healthy(asked));
    expect((await test.afterWave(['n0001'])).failures).toEqual([]);
    expect((await test.afterHop()).failures).toEqual([]);
    expect(test.result().leftOut).toEqual([{ node: 'n0002', reason: 'it left the cluster meanwhile' }]);
  });

  it('what a dead run left goes first; what is somebody else’s is not touched', async () => {
    const metadataOf = (name: string): KubernetesObject['metadata'] => ({
      name,
      labels: { 'app.kubernetes.io/managed-by': 'calico-upgrade-action' },
    });
    const left = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: 'calico-network-test',
        labels: { 'app.kubernetes.io/managed-by': 'calico-upgrade-action' },
      },
    };
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'source-old', namespace: 'calico-network-test' },
    };
    const calicos = [
      { kind: 'GlobalNetworkPolicy', metadata: metadataOf('default.calico-network-test') },
      { kind: 'Tier', metadata: metadataOf('calico-network-test-of-old') },
    ].map((one) => ({ apiVersion: 'crd.projectcalico.org/v1', spec: { selector: 'odd' }, ...one }));
    for (const one of [left, pod, ...calicos]) await network.client.create(one, { fieldManager: 'old' });
    expect((await test.baseline()).failures).toEqual([]);
    expect(network.objects().some(({ metadata }) => metadata.name === 'source-old')).toBe(false);
    expect(network.ofKind('Tier').map(({ metadata }) => metadata.name)).toEqual(['calico-network-test']);
    await test.close();
    await network.client.create(
      { ...left, metadata: { name: 'calico-network-test' } },
      { fieldManager: 'other' },
    );
    await expect(test.baseline()).rejects.toThrow('which this program did not make');
  });
});

describe('the network test of a large cluster', () => {
  it.each([10, 100, 1000])(
    'of %d nodes asks as much of the API server for each node',
    async (count) => {
      const options = optionsOf(count, { ms: 0 });
      const network = createFakeNetwork(options.nodes.map(({ name }) => name));
      network.play = OBEYS(network);
      const test = openNetworkTest(network.client, options);
      const begun = performance.now();
      const round = await test.baseline();
      process.stderr.write(
        `${count} nodes: ${Math.round(performance.now() - begun)} ms, ${round.requests} requests\n`,
      );
      expect(round.failures).toEqual([]);
      expect(round.requests).toBeLessThan(60 + 30 * count);
      expect(JSON.stringify(round).length).toBeLessThan(50_000 + count * 100);
    },
    120_000,
  );
});

describe('the network test as an upgrade sees it', () => {
  let network: FakeNetwork;
  let check: CheckedNetwork;
  let warnings: string[];

  beforeEach(() => {
    network = createFakeNetwork(['n0000', 'n0001', 'n0002']);
    network.play = OBEYS(network);
    warnings = [];
    check = open(network.client);
  });

  function open(client: ClusterClient): CheckedNetwork {
    const options = optionsOf(3, { ms: 0 });
    return checkNetwork(client, {
      ...options,
      findNodes: () => Promise.resolve(options.nodes),
      onWarning: (text) => warnings.push(text),
    });
  }

  it('passes, and leaves its rounds', async () => {
    expect(await check.baseline()).toBeNull();
    expect(await check.afterWave(['n0000'])).toBeNull();
    expect(await check.afterWave([])).toBeNull();
    expect(await check.afterHop()).toBeNull();
    await check.close();
    expect(check.result()?.rounds.map(({ when, nodes }) => `${when} ${nodes.length}`)).toEqual([
      'before 3',
      'wave 1',
      'wave 3',
      'hop 3',
    ]);
    expect(warnings).toEqual([]);
    expect(left(network)).toEqual([]);
  });

  it('after a regression it asks nothing until the end, and says then how it stands', async () => {
    await check.baseline();
    check.beforeStep?.(WAVE);
    const healthy = network.play;
    network.play = (asked) => (nodeOf(asked.from) === 'n0001' ? 'TIMEOUT' : healthy(asked));
    expect(await check.afterWave(['n0001'])).toContain('on n0001 should reach');
    const execs = network.execs();
    expect(await check.afterWave(['n0001'])).toBeNull();
    expect(network.execs()).toBe(execs);
    network.play = healthy;
    await check.close();
    expect(warnings).toEqual(['The network test passes now: traffic flows as it did before.']);
    expect(check.fault()).toBeNull();
    expect(left(network)).toEqual([]);
  });

  it('says beforehand for how long it looks where new pods on a node reach nothing', async () => {
    await check.baseline();
    const saidMs = check.afterWaveMs?.();
    const healthy = network.play;
    network.play = (asked) =>
      [nodeOf(asked.from), nodeOf(asked.to)].includes('n0001') ? 'TIMEOUT' : healthy(asked);
    expect(await check.afterWave([])).toContain('on n0001 should reach');
    const [before, wave] = check.result()?.rounds.map(({ ms }) => ms) ?? [];
    expect(wave).toBeGreaterThan((before ?? 0) + 4000);
    expect(saidMs).toBeGreaterThanOrEqual(wave ?? Infinity);
    await check.close();
  });

  it('what worked before and does not once all went back is a fault, though no wave had begun', async () => {
    await check.baseline();
    await check.afterHop();
    check.beforeStep?.(WAVE);
    const healthy = network.play;
    network.play = (asked) => (nodeOf(asked.from) === 'n0001' ? 'TIMEOUT' : healthy(asked));
    await check.close();
    expect(check.fault()).toMatch(/^The network test found what worked before: .*on n0001 should reach/);
    expect(warnings.at(-1)).toContain('Traffic is not known to flow as it did before.');
    expect(left(network)).toEqual([]);
  });

  it('what did not work before either is none, and is told', async () => {
    const healthy = network.play;
    network.play = (asked) => (nodeOf(asked.from) === 'n0001' ? 'TIMEOUT' : healthy(asked));
    await check.baseline();
    check.beforeStep?.(WAVE);
    await check.close();
    expect(check.fault()).toBeNull();
    expect(warnings.at(-2)).toContain('It did not work before the upgrade either.');
  });

  it('what could be tested before and cannot be once all went back is a fault', async () => {
    let isAway = false;
    const list: ClusterClient['list'] = (...asked) => {
      const [{ kind }] = asked;
      if (isAway && kind === 'Node') {
        throw new ClusterError({ verb: 'list', resource: 'nodes', status: null }, 'no answer', '');
      }
      return network.client.list(...asked);
    };
    check = open({ ...network.client, list });
    await check.baseline();
    check.beforeStep?.(WAVE);
    isAway = true;
    await check.close();
    expect(check.fault()).toMatch(/^The network could not be tested once more\. /);
    expect(warnings).toContain(check.fault());
  });

  it('where it could not be tested before, what does not work is not excused', async () => {
    network.takes = () => 'denied by an admission webhook.';
    await check.baseline();
    check.beforeStep?.(WAVE);
    network.takes = () => true;
    network.play = (asked) => (nodeOf(asked.from) === 'n0001' ? 'TIMEOUT' : 'OK');
    await check.close();
    expect(check.fault()).toMatch(/what does not work: .*How it was before the upgrade is not known\.$/);
    expect(left(network)).toEqual([]);
  });

  it('where its pods may not be made that is why the upgrade does not begin', async () => {
    network.takes = () => 'denied by an admission webhook.';
    expect(await check.baseline()).toMatch(/denied by an admission webhook.*network-test: false/);
    await check.close();
    expect(left(network)).toEqual([]);
  });
});
