import type { NodeState } from '../cluster/node-state.js';
import { ActionError } from '../errors.js';
import type { ClusterClient } from '../ports/cluster-client.js';
import type { TrafficCheck } from '../upgrade/engine/traffic-check.js';
import { judgeAfterwards } from './judge-afterwards.js';
import { type NetworkTest, type NetworkTestOptions, openNetworkTest } from './network-test.js';
import {
  explainFailedBefore,
  explainRegressions,
  explainUntried,
  type NetworkRound,
  type NetworkTestResult,
} from './results.js';

export interface CheckNetworkOptions extends Omit<NetworkTestOptions, 'nodes'> {
  /** The nodes that calico-node runs on; asked once, before the first write. */
  readonly findNodes: () => Promise<readonly NodeState[]>;
  readonly onWarning: (text: string) => void;
}

/** The network test as an upgrade sees it. */
export interface CheckedNetwork extends TrafficCheck {
  /** What was found; null where it never began. */
  readonly result: () => NetworkTestResult | null;
  /**
   * Once it is closed, what worked before and does not now, or does not work and nobody knows since when; null where
   * nothing is known to.
   */
  readonly fault: () => string | null;
}

/**
 * Tests the network before, during and after an upgrade. After the first regression it asks nothing more, since what
 * follows is the way back, which nothing must stop. Where anything was done since it looked, it looks once more when all is
 * over, and tells.
 */
export function checkNetwork(client: ClusterClient, options: CheckNetworkOptions): CheckedNetwork {
  const { onProgress, onWarning, signal } = options;
  const state = {
    test: null as NetworkTest | null,
    result: null as NetworkTestResult | null,
    fault: null as string | null,
    hasBaseline: false,
    baselineMs: 0,
    hasFailed: false,
    isChecked: true,
  };

  async function look(run: (test: NetworkTest) => Promise<NetworkRound>): Promise<string | null> {
    const { test } = state;
    if (test === null || state.hasFailed) return null;
    const round = await run(test);
    tell(round);
    const reason = explainRegressions(round) ?? explainUntried(round);
    state.hasFailed = reason !== null;
    return reason;
  }

  function tell(round: NetworkRound): void {
    const sum = (count: 'passed' | 'flaky'): number =>
      round.scenarios.reduce((total, scenario) => total + scenario[count], 0);
    const flaky = sum('flaky') === 0 ? '' : `, ${sum('flaky')} only when tried again`;
    onProgress(`network test: ${sum('passed')} paths pass${flaky}; ${Math.round(round.ms / 1000)} s`);
  }

  /** Nothing can be stopped any more: it says how the network was left. */
  async function lookOnceMore(test: NetworkTest): Promise<void> {
    const round = await (state.hasBaseline ? test.afterHop('end') : test.baseline('end'));
    tell(round);
    if (signal.aborted) {
      onWarning('The network could not be tested once more to the end.');
      return;
    }
    const { fault, warning } = judgeAfterwards(round, 'upgrade', state.hasBaseline);
    state.fault = fault;
    if (warning !== null) onWarning(warning);
    onWarning(
      fault === null
        ? 'The network test passes now: traffic flows as it did before.'
        : `Traffic is not known to flow as it did before. ${fault}`,
    );
  }

  /** What could be tested before the upgrade and cannot be now is not known to work. */
  function sayUntested({ message }: ActionError): void {
    const text = `The network could not be tested once more. ${message}`;
    onWarning(text);
    if (state.hasBaseline) state.fault = text;
  }

  return {
    async baseline() {
      try {
        const test = openNetworkTest(client, { ...options, nodes: await options.findNodes() });
        state.test = test;
        for (const { node, reason } of test.result().leftOut) {
          onProgress(`network test: ${node} is left out: ${reason}`);
        }
        const round = await test.baseline();
        tell(round);
        state.hasBaseline = !signal.aborted;
        state.baselineMs = round.ms;
        const failed = explainFailedBefore(round);
        if (failed !== null) onWarning(failed);
        return null;
      } catch (error) {
        if (!(error instanceof ActionError)) throw error;
        return `${error.message} ${error.remedy}`;
      }
    },
    beforeStep() {
      state.isChecked = false;
    },
    async afterWave(nodes) {
      return look((test) => (nodes.length === 0 ? test.afterHop('wave') : test.afterWave(nodes)));
    },
    // What is wrong is given its time on new pods, and again where policies change
    afterWaveMs: () => 2 * (state.baselineMs + options.settings.settleMs),
    async afterHop() {
      const reason = await look((test) => test.afterHop());
      state.isChecked = reason === null;
      return reason;
    },
    async close() {
      const { test } = state;
      state.test = null;
      if (test === null) return;
      try {
        if (!state.isChecked && !signal.aborted) await lookOnceMore(test);
      } catch (error) {
        if (!(error instanceof ActionError)) throw error;
        sayUntested(error);
      } finally {
        const left = await test.close();
        if (left !== null) onWarning(left);
        state.result = test.result();
      }
    },
    result: () => state.result ?? state.test?.result() ?? null,
    fault: () => state.fault,
  };
}
