import { ActionError, EnvironmentError, explain } from '../errors.js';
import type { ClusterClient } from '../ports/cluster-client.js';
import type { TrafficAround } from '../upgrade/engine/traffic-check.js';
import type { CheckNetworkOptions } from './check-network.js';
import { findMissingRights } from './find-missing-rights.js';
import { judgeAfterwards } from './judge-afterwards.js';
import { type NetworkTest, openNetworkTest } from './network-test.js';
import { explainFailedBefore, type NetworkRound, type NetworkTestResult } from './results.js';

/** So long a rollback waits for what it is to be compared with: it may be the way out of an outage. */
const PATIENCE_MS = 90_000;

/** The network test as a rollback sees it. */
export interface TestedRollback extends TrafficAround {
  /** What was found; null where it never began. */
  readonly result: () => NetworkTestResult | null;
  /** What worked before and does not now, or does not work and nobody knows since when; null where nothing is known to. */
  readonly fault: () => string | null;
}

/**
 * Tests the network before a rollback and after it. Nothing that it finds stops the rollback, and before it only so much
 * time is taken. What did not work before is what one goes back for: it is told where it does not work now either.
 */
export function aroundRollback(client: ClusterClient, options: CheckNetworkOptions): TestedRollback {
  const { onProgress, onWarning } = options;
  const state = {
    test: null as NetworkTest | null,
    result: null as NetworkTestResult | null,
    fault: null as string | null,
    hasBaseline: false,
    /** What the account may not do is known before anything is made that could not be deleted. */
    isAllowed: true,
  };
  let limit = new AbortController();

  /** What the first round found is kept to compare with. @throws where it cannot be carried out */
  async function tryBefore(signal: AbortSignal): Promise<void> {
    const missing = await findMissingRights(client);
    state.isAllowed = missing === null;
    if (missing !== null) throw new EnvironmentError(missing, '');
    const failed = explainFailedBefore(await (await open(signal)).baseline());
    if (failed !== null) onWarning(failed);
  }

  async function open(signal: AbortSignal): Promise<NetworkTest> {
    limit = new AbortController();
    const nodes = await options.findNodes();
    const both = AbortSignal.any([signal, limit.signal]);
    return (state.test = openNetworkTest(client, { ...options, nodes, signal: both }));
  }

  /** Runs what is given up where it takes too long. */
  async function within<Value>(run: () => Promise<Value>): Promise<Value> {
    const over = new AbortController();
    void options.sleep(PATIENCE_MS, over.signal).then(() => {
      if (!over.signal.aborted) limit.abort();
    });
    try {
      return await run();
    } finally {
      over.abort();
    }
  }

  async function close(): Promise<void> {
    const { test } = state;
    state.test = null;
    if (test === null) return;
    const left = await test.close();
    if (left !== null) onWarning(left);
    state.result = test.result();
  }

  async function look(signal: AbortSignal): Promise<NetworkRound> {
    if (state.test !== null) return state.test.afterHop('end');
    return (await open(signal)).baseline('end');
  }

  return {
    async before(signal) {
      const unknown = (why: string): void =>
        onWarning(`How the network is before the rollback is not known: ${why} The rollback goes on.`);
      try {
        await within(() => tryBefore(signal));
        state.hasBaseline = !limit.signal.aborted && !signal.aborted;
      } catch (error) {
        if (!limit.signal.aborted) unknown(messageOf(error));
      }
      if (limit.signal.aborted) unknown(`to test it took longer than ${PATIENCE_MS / 1000} s.`);
      if (state.hasBaseline) return;
      await close();
      state.result = null;
    },
    async after(signal, isDone) {
      if (!state.isAllowed) return;
      onProgress('testing the network');
      try {
        const round = await (isDone ? look(signal) : within(() => look(signal)));
        if (signal.aborted || limit.signal.aborted) {
          onWarning('The network could not be tested to the end after the rollback.');
          return;
        }
        const { fault, warning } = judgeAfterwards(round, 'rollback', state.hasBaseline);
        if (warning !== null) onWarning(warning);
        state.fault = fault;
      } catch (error) {
        const text = `The network could not be tested after the rollback. ${messageOf(error)}`;
        onWarning(text);
        if (state.hasBaseline) state.fault = text;
      }
    },
    close,
    result: () => state.result ?? state.test?.result() ?? null,
    fault: () => state.fault,
  };
}

/** Its remedies are for runs that have changed nothing. */
function messageOf(error: unknown): string {
  return error instanceof ActionError ? error.message : explain(error);
}
