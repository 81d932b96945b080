import { beforeEach, describe, expect, it } from '@jest/globals';
import { textAt } from '../../src/cluster/fields.js';
import { aroundRollback, type TestedRollback } from '../../src/connectivity/around-rollback.js';
import type { CheckNetworkOptions } from '../../src/connectivity/check-network.js';
import { aloneOptions, leftIn, NODES } from './alone-options.js';
import { type Answer, createFakeNetwork, type FakeNetwork } from './fake-network.js';

const SIGNAL = new AbortController().signal;
/** No node reaches another, but by its own Services. */
const BROKEN: Answer = ({ from, to }) =>
  to !== null && textAt(from, 'spec', 'nodeName') !== textAt(to, 'spec', 'nodeName') ? 'TIMEOUT' : null;
const PATIENCE_MS = 90_000;
const WORKS: Answer = () => null;

async function untilAborted(signal?: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
}

describe('the network test around a rollback', () => {
  let network: FakeNetwork;
  let warnings: string[];

  beforeEach(() => {
    network = createFakeNetwork(NODES);
    warnings = [];
  });

  function optionsOf(): CheckNetworkOptions {
    const { nodes, ...options } = aloneOptions({ onWarning: (text) => warnings.push(text) });
    return {
      ...options,
      sleep: (ms, signal) => (ms === PATIENCE_MS ? untilAborted(signal) : options.sleep(ms, signal)),
      findNodes: () => Promise.resolve(nodes),
    };
  }

  function open(changes: Partial<CheckNetworkOptions> = {}): TestedRollback {
    return aroundRollback(network.client, { ...optionsOf(), ...changes });
  }

  async function untilPodsAreMade(): Promise<void> {
    while (network.ofKind('Pod').length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  async function runThrough(before: Answer, after: Answer, around = open()): Promise<TestedRollback> {
    network.play = before;
    await around.before(SIGNAL);
    network.play = after;
    await around.after(SIGNAL, true);
    await around.close();
    expect(leftIn(network)).toEqual([]);
    return around;
  }

  it('says nothing where all works before and after', async () => {
    const around = await runThrough(WORKS, WORKS);
    expect(around.fault()).toBeNull();
    expect(around.result()?.rounds.map(({ when }) => when)).toEqual(['before', 'end']);
    expect(warnings).toEqual([]);
  });

  it('what worked before and does not now is a fault', async () => {
    const around = await runThrough(WORKS, BROKEN);
    expect(around.fault()).toMatch(/^The network test found what worked before: .*pod-cross-node/);
  });

  it('what was broken before and works again is none, and is tried in full', async () => {
    const around = await runThrough(BROKEN, WORKS);
    expect(around.fault()).toBeNull();
    const [before, after] = around.result()?.rounds ?? [];
    const skipped = after?.scenarios.find(({ scenario }) => scenario === 'service-endpoints')?.skipped;
    expect([before?.paths.some(({ judgement }) => judgement === 'failed-before'), skipped]).toEqual([
      true,
      null,
    ]);
    expect(after?.paths.every(({ judgement }) => judgement === 'passed')).toBe(true);
  });

  it('what was broken before and still is fails nothing, and is told', async () => {
    const around = await runThrough(BROKEN, BROKEN);
    expect(around.fault()).toBeNull();
    expect(warnings.at(-1)).toMatch(/what does not work: .* It did not work before the rollback either/);
  });

  it('where pods could not be made before, what does not work afterwards is not excused', async () => {
    const around = open();
    network.takes = () => 'exceeded quota.';
    await around.before(SIGNAL);
    expect(warnings.join()).toMatch(/is not known: .*exceeded quota.* The rollback goes on\./);
    network.takes = () => true;
    const tested = await runThroughAfter(around, BROKEN);
    expect(tested.fault()).toMatch(/what does not work: .*How it was before the rollback is not known/);
    expect(tested.result()?.rounds.map(({ when }) => when)).toEqual(['end']);
  });

  async function runThroughAfter(around: TestedRollback, after: Answer): Promise<TestedRollback> {
    network.play = after;
    await around.after(SIGNAL, true);
    await around.close();
    expect(leftIn(network)).toEqual([]);
    return around;
  }

  it('without the rights it makes nothing, says so once, and the rollback goes on', async () => {
    const canI = () => Promise.resolve({ isAllowed: false, reason: '' });
    const around = aroundRollback({ ...network.client, canI }, optionsOf());
    await around.before(SIGNAL);
    expect(leftIn(network)).toEqual([]);
    await runThroughAfter(around, BROKEN);
    expect([around.fault(), around.result()]).toEqual([null, null]);
    expect(warnings).toEqual([expect.stringMatching(/lacks rights: .* The rollback goes on\./)]);
  });

  it('where nothing can be tested afterwards either, it only says so', async () => {
    const around = open();
    network.takes = () => 'exceeded quota.';
    await around.before(SIGNAL);
    await runThroughAfter(around, WORKS);
    expect(around.fault()).toBeNull();
    expect(warnings.at(-1)).toMatch(/could not be tested after the rollback/);
  });

  it('gives up looking before where that takes too long: the rollback may be urgent', async () => {
    const { sleep, now } = aloneOptions();
    const around = open({
      now,
      sleep: async (ms, signal) => (ms === PATIENCE_MS ? untilPodsAreMade() : sleep(ms, signal)),
    });
    network.takes = ({ metadata }) => !metadata.name.startsWith('target');
    await around.before(SIGNAL);
    expect(warnings.join()).toMatch(/took longer than 90 s. The rollback goes on/);
    network.takes = () => true;
    await runThroughAfter(around, WORKS);
    expect(around.fault()).toBeNull();
  });
});
