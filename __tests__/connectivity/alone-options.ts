import type { TestAloneOptions } from '../../src/connectivity/test-alone.js';
import { DEFAULT_SETTINGS } from '../../src/connectivity/settings.js';
import type { KubernetesObject } from '../../src/ports/cluster-client.js';
import { LOCK } from '../../src/upgrade/lock/lock.js';
import { buildNode } from '../cluster/build-state.js';
import { addressOfNode, type FakeNetwork } from './fake-network.js';

export const NODES = ['n0000', 'n0001', 'n0002'];

/** Options of a test on {@link NODES} without policies, which the fake network does not obey; time is made up. */
export function aloneOptions(changes: Partial<TestAloneOptions> = {}, clock = { ms: 0 }): TestAloneOptions {
  return {
    nodes: NODES.map((name, index) =>
      buildNode(name, { addresses: { internal: [addressOfNode(index)], calico: {} } }),
    ),
    image: 'agnhost',
    settings: {
      ...DEFAULT_SETTINGS,
      settleMs: 5000,
      skip: new Set(['policy-ingress', 'policy-egress', 'policy-calico', 'policy-tiers']),
    },
    run: 'run-1',
    processId: 'test',
    signal: new AbortController().signal,
    now: () => clock.ms,
    // What nobody answers takes no time of its own here
    sleep: async (ms, signal) => {
      clock.ms += ms < 10_000 ? ms : 0;
      if (ms < 10_000 || signal?.aborted === true) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 300);
        signal?.addEventListener('abort', () => {
          clearTimeout(timer);
          resolve();
        });
      });
    },
    onProgress: () => undefined,
    onWarning: () => undefined,
    ...changes,
  };
}

/** What is there beside the nodes. */
export function leftIn(network: FakeNetwork): readonly string[] {
  return network
    .objects()
    .filter(({ kind }) => kind !== 'Node')
    .map(({ kind, metadata }) => `${kind} ${metadata.name}`);
}

/** The lock as a run has it. */
export function lockOf(run: string): KubernetesObject {
  return {
    apiVersion: LOCK.apiVersion,
    kind: LOCK.kind,
    metadata: { name: LOCK.name, namespace: 'kube-system' },
    spec: { holderIdentity: run, leaseDurationSeconds: 60 },
  };
}
