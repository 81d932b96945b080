import { beforeEach, describe, expect, it } from '@jest/globals';
import { listAt, textAt, textMapAt } from '../../src/cluster/fields.js';
import { countRequests } from '../../src/connectivity/count-requests.js';
import { injectionLabels } from '../../src/connectivity/layer7/injection.js';
import { LAYER7_NAMESPACE, PATHS } from '../../src/connectivity/layer7/layer7-objects.js';
import { type NetworkTest, openNetworkTest } from '../../src/connectivity/network-test.js';
import {
  explainRegressions,
  type NetworkRound,
  type ScenarioResult,
} from '../../src/connectivity/results.js';
import type { ScenarioName } from '../../src/connectivity/scenarios/scenario-name.js';
import { DEFAULT_SETTINGS, type NetworkTestSettings } from '../../src/connectivity/settings.js';
import type { KubernetesObject } from '../../src/ports/cluster-client.js';
import { deadState } from '../../src/connectivity/find-dead.js';
import { testAlone } from '../../src/connectivity/test-alone.js';
import { aloneOptions, leftIn, NODES } from './alone-options.js';
import { createFakeNetwork, type FakeNetwork, FORBIDDEN, OBEYS } from './fake-network.js';
import {
  DEFAULT_WEBHOOKS,
  injectSidecars,
  istioInjector,
  revisionWebhook,
  type Sidecars,
} from './istio-injector.js';

const MANAGER = { fieldManager: 'test' };
const FELIX = {
  apiVersion: 'crd.projectcalico.org/v1',
  kind: 'FelixConfiguration',
  metadata: { name: 'default' },
};
const MESH = {
  apiVersion: 'security.istio.io/v1beta1',
  kind: 'PeerAuthentication',
  plural: 'peerauthentications',
  isNamespaced: true,
  verbs: ['create'],
};
const SETTINGS: NetworkTestSettings = { ...DEFAULT_SETTINGS, settleMs: 5000 };
const nodeOf = (pod: KubernetesObject | null): string => textAt(pod, 'spec', 'nodeName');
const isAsked = (to: KubernetesObject | null): boolean => to?.metadata.namespace === LAYER7_NAMESPACE;

describe('an L7 rule', () => {
  let network: FakeNetwork;
  let test: NetworkTest;
  let sidecars: Sidecars;

  beforeEach(() => {
    network = createFakeNetwork(NODES);
    network.play = OBEYS(network);
    sidecars = { dikastes: 'v3.29.7' };
    network.otherKinds = [MESH];
    network.injects = (pod) =>
      injectSidecars(
        network.ofKind('MutatingWebhookConfiguration'),
        pod,
        network.ofKind('Namespace').find(({ metadata }) => metadata.name === pod.metadata.namespace),
        sidecars,
      );
    test = open();
  });

  function open(): NetworkTest {
    return openNetworkTest(network.client, aloneOptions({ settings: SETTINGS }));
  }

  /** Istio with Dikastes, as upstream's documentation has it. */
  async function install(...injectors: readonly KubernetesObject[]): Promise<void> {
    await network.client.create({ ...FELIX, spec: { policySyncPathPrefix: '/var/run/nodeagent' } }, MANAGER);
    for (const injector of injectors) await network.client.create(injector, MANAGER);
  }

  const layer7 = ({ scenarios }: NetworkRound): ScenarioResult => {
    const found = scenarios.find(({ scenario }) => scenario === 'policy-l7');
    if (found === undefined) throw new Error('there is no policy-l7');
    return found;
  };
  const podNames = (): readonly string[] =>
    network
      .ofKind('Pod')
      .filter(isAsked)
      .map(({ metadata }) => metadata.name);
  const podOn = (node: string): KubernetesObject => {
    const found = network.ofKind('Pod').find((pod) => isAsked(pod) && nodeOf(pod) === node);
    if (found === undefined) throw new Error(`there is none on ${node}`);
    return found;
  };

  /** From now on requests of paths on a node end like that. */
  function play(node: string, said: (path: string, method: string) => string | null): void {
    const healthy = network.play;
    network.play = (asked) =>
      asked.words[0] === 'p' && nodeOf(asked.to) === node
        ? said(asked.words[4] ?? '', asked.words[3] ?? '')
        : healthy(asked);
  }

  function regressionsOf({ failures }: NetworkRound): readonly (readonly [string, string])[] {
    const found = failures.filter(({ judgement }) => judgement === 'regression');
    return found.map(({ scenario, fromNode }) => [scenario, fromNode]);
  }

  it('is enforced on each node, before, after a wave and at the end, and nothing is left', async () => {
    await install(istioInjector());
    const before = await test.baseline();
    expect(before.failures).toEqual([]);
    // Refused; allowed, by no other method, and no more allowed; lifted
    expect(layer7(before)).toMatchObject({ skipped: null, passed: 5 * 3, flaky: 0 });
    const wave = await test.afterWave(['n0001']);
    expect(layer7(wave)).toMatchObject({ passed: 5, flaky: 0 });
    expect(layer7(await test.afterHop())).toMatchObject({ passed: 5 * 3, flaky: 0 });
    expect(await test.close()).toBeNull();
    expect(leftIn(network)).toEqual([
      'FelixConfiguration default',
      'MutatingWebhookConfiguration istio-sidecar-injector',
    ]);
  });

  it('is tried on pods of a namespace of its own that asks for sidecars, with no more rights than others', async () => {
    await install(istioInjector());
    await test.baseline();
    const namespaces = network.ofKind('Namespace').map(({ metadata }) => metadata);
    const asking = namespaces.filter(({ labels }) => labels?.['istio-injection'] !== undefined);
    expect(asking).toMatchObject([
      {
        name: 'calico-network-test-l7',
        labels: {
          'istio-injection': 'enabled',
          'app.kubernetes.io/managed-by': 'calico-upgrade-action',
          'pod-security.kubernetes.io/enforce': 'privileged',
        },
      },
    ]);
    const [own] = listAt(podOn('n0000'), 'spec', 'containers');
    expect(own).toMatchObject({ name: 'probe', securityContext: { capabilities: { drop: ['ALL'] } } });
    expect(podOn('n0000')['spec']).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true },
    });
    const [allowed] = network.ofKind('PeerAuthentication');
    expect(allowed).toMatchObject({
      metadata: { namespace: 'calico-network-test-l7' },
      spec: { mtls: { mode: 'PERMISSIVE' } },
    });
    const service = network.ofKind('Service').find(({ metadata }) => metadata.namespace === LAYER7_NAMESPACE);
    expect(service?.['spec']).toMatchObject({
      clusterIP: 'None',
      selector: { 'calico-upgrade-action/role': 'l7' },
      ports: [{ name: 'http', port: 8080 }],
    });
    const others = network.ofKind('Pod').filter((pod) => !isAsked(pod));
    expect(others.every((pod) => listAt(pod, 'spec', 'containers').length === 1)).toBe(true);
  });

  it('is asked after a wave of the pods that were there before, and at the end of new ones', async () => {
    await install(istioInjector());
    await test.baseline();
    const before = podNames();
    expect(before).toHaveLength(3);
    await test.afterWave(['n0001']);
    expect(podNames()).toEqual(before);
    await test.afterHop();
    expect(podNames()).toHaveLength(3);
    expect(podNames().filter((name) => before.includes(name))).toEqual([]);
  });

  it('names a node that enforces none, says what is known of its Dikastes, and nothing else', async () => {
    await install(istioInjector());
    await test.baseline();
    sidecars = { dikastes: 'v3.30.7' };
    play('n0001', () => null);
    const round = await test.afterHop();
    expect(new Set(regressionsOf(round).map(String))).toEqual(new Set(['policy-l7,n0001']));
    const [failure] = round.failures;
    expect(failure).toMatchObject({
      phase: 'a rule allows one path',
      expected: 'refused',
      explainedBy: null,
      seen: expect.stringMatching(/^reached: l7-/) as unknown,
      command: expect.stringContaining(`p again`) as unknown,
      to: expect.stringMatching(/^pod l7-.* on n0001 \(/) as unknown,
    });
    expect(failure?.diagnosis.join('\n')).toMatch(
      /is quay\.io\/calico\/dikastes:v3\.30\.7\nDikastes enforces no /,
    );
    expect(explainRegressions(round)).toMatch(/policy-l7 \(3\).* should be refused \(403\) by pod l7-/);
  });

  it.each([
    ['refuses all', () => FORBIDDEN, 'it allows another path'],
    ['does not answer what it does not allow', () => 'TIMEOUT', 'a rule allows one path'],
    [
      'does not follow when the rule is changed',
      (path: string) => (path === PATHS.first ? null : FORBIDDEN),
      'it allows another path',
    ],
    [
      'does not lift the rule',
      (path: string) => (path === PATHS.first ? FORBIDDEN : null),
      'the rule is deleted',
    ],
  ])('names a node that %s', async (_, said, phase) => {
    await install(istioInjector());
    await test.baseline();
    const healthy = network.play;
    play('n0002', (path, method) => {
      // The last one enforces what is there, and forgets to let go
      const isOver = network.ofKind('NetworkPolicy').length === 0;
      const isLast = phase === 'the rule is deleted';
      return isLast && !isOver ? healthyAnswer(path, method) : said(path);
    });
    function healthyAnswer(path: string, method: string): string | null {
      const to = podOn('n0002');
      return healthy({ from: to, words: ['p', textAt(to, 'status', 'podIP'), '8080', method, path], to });
    }
    const round = await test.afterWave(['n0002']);
    expect(new Set(regressionsOf(round).map(String))).toEqual(new Set(['policy-l7,n0002']));
    expect(round.failures[0]?.phase).toBe(phase);
  });

  it('names a node that lets through any method', async () => {
    await install(istioInjector());
    await test.baseline();
    const healthy = network.play;
    network.play = (asked) =>
      asked.words[3] === 'POST' && nodeOf(asked.to) === 'n0001' ? null : healthy(asked);
    const round = await test.afterWave(['n0001']);
    expect(regressionsOf(round)).toEqual([['policy-l7', 'n0001']]);
    expect(round.failures[0]?.command).toContain(' POST /');
  });

  it('that nobody enforces before is told, and not tried again', async () => {
    await install(istioInjector());
    for (const node of NODES) play(node, () => null);
    const before = await test.baseline();
    expect(layer7(before)).toMatchObject({ failedBefore: 3, regressions: 0 });
    const hop = await test.afterHop();
    expect(explainRegressions(hop)).toBeNull();
    expect(layer7(hop).skipped).toContain('it did not work before: a rule allows one path');
  });

  it('is asked of a new pod where the one that was there has died, which is no regression', async () => {
    await install(istioInjector());
    await test.baseline();
    const died = podOn('n0001');
    network.die(died);
    const healthy = network.play;
    network.play = (asked) => (asked.to?.metadata.name === died.metadata.name ? 'REFUSED' : healthy(asked));
    const round = await test.afterWave(['n0001']);
    expect(regressionsOf(round)).toEqual([]);
    expect(layer7(round)).toMatchObject({ passed: 5, untried: 0 });
    expect(test.result().warnings.join()).toContain(`${died.metadata.name} on n0001 did not run any more`);
    expect(podNames()).toHaveLength(3);
  });

  it('of pods that do not run on one node is tried on the others', async () => {
    await install(istioInjector());
    network.takes = (pod) => !(isAsked(pod) && nodeOf(pod) === 'n0002');
    expect(layer7(await test.baseline())).toMatchObject({ skipped: null, passed: 5 * 2, failedBefore: 0 });
  });

  it('of pods that do not run at all is not tried: one was enough', async () => {
    await install(istioInjector());
    network.takes = (pod) => !isAsked(pod);
    expect(layer7(await test.baseline()).skipped).toMatch(
      /^a pod with Istio’s sidecar does not run on n0000: /,
    );
    expect(podNames()).toHaveLength(1);
    expect(await test.close()).toBeNull();
  });

  it('is tried by a revision of Istio, and by the template that upstream’s documentation asks for', async () => {
    await install(istioInjector([revisionWebhook('1-28')], 'istio-sidecar-injector-1-28'));
    sidecars = { dikastes: 'v3.32.0', template: 'dikastes' };
    expect(layer7(await test.baseline())).toMatchObject({ skipped: null, passed: 15 });
    const namespace = network.ofKind('Namespace').find(({ metadata }) => metadata.name === LAYER7_NAMESPACE);
    expect(namespace?.metadata.labels?.['istio.io/rev']).toBe('1-28');
    expect(textMapAt(podOn('n0001'), 'metadata', 'annotations')).toMatchObject({
      'inject.istio.io/templates': 'sidecar,dikastes',
    });
  });

  it('is tried where a run that died left its namespace: it is made anew', async () => {
    await install(istioInjector());
    await test.baseline();
    const [died] = podNames();
    const next = openNetworkTest(network.client, aloneOptions({ settings: SETTINGS, run: 'run-2' }));
    expect(layer7(await next.baseline())).toMatchObject({ skipped: null, passed: 15 });
    const left = network.ofKind('Namespace').find(({ metadata }) => metadata.name === LAYER7_NAMESPACE);
    expect(left?.metadata.annotations).toMatchObject({ 'calico-upgrade-action/run': 'run-2' });
    expect(died).toMatch(/^l7-/);
    // One that lost the lock does not delete what its successor made
    expect(await test.close()).toBeNull();
    expect(podNames()).toHaveLength(3);
    expect(await next.close()).toBeNull();
    expect(network.ofKind('Namespace')).toEqual([]);
  });

  it('leaves no namespace of a run that died, where there is no Istio any more', async () => {
    const labels = { 'app.kubernetes.io/managed-by': 'calico-upgrade-action' };
    const metadata = { name: LAYER7_NAMESPACE, labels };
    await network.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata }, MANAGER);
    await testAlone(network.client, aloneOptions({ settings: SETTINGS }));
    expect(network.ofKind('Namespace')).toEqual([]);
  });

  describe('is not tried, for a reason that is told,', () => {
    const reasonOf = async (): Promise<string | null> => layer7(await test.baseline()).skipped;

    it('where Felix syncs no policies: it costs one request', async () => {
      const costOf = async (skip: readonly ScenarioName[]): Promise<number> => {
        const other = createFakeNetwork(NODES);
        other.play = OBEYS(other);
        await other.client.create(istioInjector(), MANAGER);
        const { client, count } = countRequests(other.client);
        const settings = { ...SETTINGS, skip: new Set(skip) };
        await openNetworkTest(client, aloneOptions({ settings })).baseline();
        return count();
      };
      expect(await costOf([])).toBe((await costOf(['policy-l7'])) + 1);
      expect(await reasonOf()).toBe(
        'Felix syncs no policies to pods: the FelixConfiguration default has no policySyncPathPrefix',
      );
    });

    it('where Istio is not there', async () => {
      await install();
      expect(await reasonOf()).toBe('Istio’s sidecar injector is not there');
      expect(network.ofKind('Namespace')).toHaveLength(2);
    });

    it('where no label of a namespace asks for sidecars', async () => {
      await install(istioInjector(DEFAULT_WEBHOOKS.slice(3)));
      expect(await reasonOf()).toMatch(/^no label of a namespace is known/);
    });

    it('where Istio injects no Dikastes, and nothing is left', async () => {
      sidecars = { dikastes: null };
      await install(istioInjector());
      expect(await reasonOf()).toBe('Istio’s injector adds no Dikastes to the test’s pod');
      expect(podNames()).toEqual([]);
      expect(await test.close()).toBeNull();
      expect(network.ofKind('Namespace')).toEqual([]);
    });

    it('where the injector refuses the pod', async () => {
      network.injects = (pod) => (isAsked(pod) ? 'istiod is away' : pod);
      await install(istioInjector());
      expect(await reasonOf()).toBe('a pod for Istio’s sidecar is refused: istiod is away');
    });

    it('where a namespace of that name is somebody else’s, which stays', async () => {
      await install(istioInjector());
      const theirs = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: LAYER7_NAMESPACE } };
      await network.client.create(theirs, MANAGER);
      expect(await reasonOf()).toContain('which this program did not make');
      expect(await test.close()).toBeNull();
      expect(network.ofKind('Namespace')).toEqual([theirs]);
    });

    it('where Calico’s policies cannot be written', async () => {
      network.forbidden = ['delete networkpolicies'];
      await install(istioInjector());
      expect(await reasonOf()).toContain('this account may not delete networkpolicies');
    });
  });
});

describe('a pod with sidecars', () => {
  const running = { running: { startedAt: '2026-01-01T00:00:00Z' } };
  const stateOf = (...states: readonly object[]): string | null => {
    const containerStatuses = states.map((state, index) => ({ name: `c${index}`, state }));
    const status = { phase: 'Running', containerStatuses };
    return deadState({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'l7' }, status });
  };

  it('runs where all of its containers do', () => {
    expect(stateOf(running, running)).toBeNull();
    expect(stateOf(running, { waiting: { reason: 'CrashLoopBackOff' } })).toBe(
      'phase Running, CrashLoopBackOff',
    );
    expect(stateOf()).toBe('phase Running');
  });
});

describe('the labels that ask for sidecars', () => {
  const beside = { namespace: { 'kubernetes.io/metadata.name': 'a' }, pod: {} };
  const labelsOf = (...injectors: readonly KubernetesObject[]): readonly object[] =>
    injectionLabels(injectors, beside);

  it('are the plain one where the default revision is there, and it alone', () => {
    expect(labelsOf(istioInjector())).toEqual([{ 'istio-injection': 'enabled' }]);
  });

  it('are each revision and tag besides, sorted', () => {
    const others = ['prod', '1-27'].map((name) => istioInjector([revisionWebhook(name)], name));
    expect(labelsOf(...others, istioInjector())).toEqual([
      { 'istio-injection': 'enabled' },
      { 'istio.io/rev': '1-27' },
      { 'istio.io/rev': 'prod' },
    ]);
  });

  it('are the plain one where all namespaces are injected but those that say no', () => {
    const key = 'istio-injection';
    const selector = { matchExpressions: [{ key, operator: 'NotIn', values: ['disabled'] }] };
    const webhook = { name: 'namespace', namespaceSelector: selector, objectSelector: {} };
    expect(labelsOf(istioInjector([webhook]))).toEqual([{ 'istio-injection': 'enabled' }]);
  });

  it('are none of an injector that is switched off', () => {
    const never = { key: 'istio.io/deactivated', operator: 'In', values: ['never-match'] };
    const off = DEFAULT_WEBHOOKS.map((webhook) => ({
      ...webhook,
      namespaceSelector: { matchExpressions: [never] },
    }));
    expect(labelsOf(istioInjector(off))).toEqual([]);
  });

  it('are none where the injector wants another label too', () => {
    const selector = { matchLabels: { 'istio-injection': 'enabled', team: 'b' } };
    expect(labelsOf(istioInjector([{ name: 'a', namespaceSelector: selector, objectSelector: {} }]))).toEqual(
      [],
    );
  });
});
