import { ActionError } from '../errors.js';
import type { ClusterClient } from '../ports/cluster-client.js';
import { clearLeftovers } from '../upgrade/lock/clear-leftovers.js';
import { type Holder, type Lock, nameHolder, takeLock, whyStopped } from '../upgrade/lock/lock.js';
import { findMissingRights } from './find-missing-rights.js';
import { type NetworkTestOptions, openNetworkTest } from './network-test.js';
import { explainBroken, type NetworkTestResult } from './results.js';

export interface TestAloneOptions extends NetworkTestOptions, Holder {
  /** Told of what a person should know though the test goes on. */
  readonly onWarning: (text: string) => void;
}

/** What a network test by itself came to. */
export interface AloneResult {
  /** null where it never began. */
  readonly probes: NetworkTestResult | null;
  /** What does not work, or why nothing is known of it; null where all works. */
  readonly fault: string | null;
}

/**
 * Tests the network of a cluster that nothing changes. Its pods are the only thing that is written, under the lock of the
 * upgrade: two runs must not delete each other's, and none may be changed under its feet. Never leaves any, and throws
 * only what nobody foresaw.
 */
export async function testAlone(client: ClusterClient, options: TestAloneOptions): Promise<AloneResult> {
  let lock: Lock;
  try {
    const missing = await findMissingRights(client);
    if (missing !== null) return { probes: null, fault: `The network could not be tested. ${missing}` };
    lock = await takeLock(client, options);
  } catch (error) {
    return { probes: null, fault: untested(error) };
  }
  try {
    await clearLeftovers(client, options.onWarning);
    return await testUnderLock(client, options, lock);
  } finally {
    await lock.release();
  }
}

async function testUnderLock(
  client: ClusterClient,
  options: TestAloneOptions,
  { lost }: Lock,
): Promise<AloneResult> {
  const signal = AbortSignal.any([options.signal, lost]);
  const test = openNetworkTest(client, { ...options, run: nameHolder(options), signal });
  let fault: string | null;
  try {
    const round = await test.baseline('alone');
    fault = signal.aborted
      ? `The network was not tested to the end. ${whyStopped(signal)}`
      : explainBroken(round);
  } catch (error) {
    fault = signal.aborted ? `The network was not tested. ${whyStopped(signal)}` : untested(error);
  } finally {
    const left = await test.close();
    if (left !== null) options.onWarning(left);
  }
  return { probes: test.result(), fault };
}

/** @throws what nobody foresaw */
function untested(error: unknown): string {
  if (!(error instanceof ActionError)) throw error;
  return `The network could not be tested. ${error.message} ${error.remedy}`;
}
