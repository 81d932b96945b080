import type { NodeState } from '../cluster/cluster-state.js';
import { ActionError } from '../errors.js';
import type { ClusterClient } from '../ports/cluster-client.js';
import type { TrafficCheck } from '../upgrade/engine/traffic-check.js';
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
}

/**
 * Tests the network before, during and after an upgrade. After the first regression it asks nothing more, since what
 * follows is the way back, which nothing must stop; when all is over it looks once more, and tells.
 */
export function checkNetwork(client: ClusterClient, options: CheckNetworkOptions): CheckedNetwork {
  const { onProgress, onWarning, signal } = options;
  const state = {
    test: null as NetworkTest | null,
    result: null as NetworkTestResult | null,
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

  /** For the report alone: nothing can be stopped any more. */
  async function lookOnceMore(test: NetworkTest): Promise<void> {
    const round = await test.afterHop('end');
    tell(round);
    const reason = explainRegressions(round);
    if (reason !== null) {
      onWarning(`Traffic does not flow as it did before. ${reason}`);
      return;
    }
    onWarning(explainUntried(round) ?? 'The network test passes now: traffic flows as it did before.');
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
        const failed = explainFailedBefore(round);
        if (failed !== null) onWarning(failed);
        return null;
      } catch (error) {
        if (!(error instanceof ActionError)) throw error;
        return `${error.message} ${error.remedy}`;
      }
    },
    async afterWave(nodes) {
      state.isChecked = false;
      return look((test) => (nodes.length === 0 ? test.afterHop('wave') : test.afterWave(nodes)));
    },
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
        onWarning(`The network could not be tested once more. ${error.message}`);
      } finally {
        const left = await test.close();
        if (left !== null) onWarning(left);
        state.result = test.result();
      }
    },
    result: () => state.result ?? state.test?.result() ?? null,
  };
}
