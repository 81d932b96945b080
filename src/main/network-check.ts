import { REAL_TIMING } from '../adapters/kubernetes/timing.js';
import { calicoNodes } from '../cluster/calico-nodes.js';
import { inspect } from '../cluster/inspect.js';
import { type CheckedNetwork, checkNetwork } from '../connectivity/check-network.js';
import type { NetworkTestInputs } from '../inputs.js';
import type { ClusterClient } from '../ports/cluster-client.js';
import type { Reporter } from '../ports/reporter.js';

/** The network test of a run; null, with a loud word, where it is switched off. */
export function networkCheck(
  client: ClusterClient,
  inputs: NetworkTestInputs | null,
  {
    reporter,
    signal,
    run,
  }: { readonly reporter: Reporter; readonly signal: AbortSignal; readonly run: string },
): CheckedNetwork | null {
  if (inputs === null) {
    reporter.warning(
      'network-test is false: that pods are Ready is looked at, and NOT that they reach each other, names and Services, nor that policies are enforced.',
    );
    return null;
  }
  return checkNetwork(client, {
    ...REAL_TIMING,
    ...inputs,
    run,
    signal,
    findNodes: async () => calicoNodes(await inspect(client)),
    onProgress: reporter.progress,
    onWarning: reporter.warning,
  });
}
