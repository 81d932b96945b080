import type { World } from '../adapters/environment.js';
import { REAL_TIMING } from '../adapters/kubernetes/timing.js';
import { listenForStop } from '../adapters/stop-signals.js';
import { calicoNodes } from '../cluster/calico-nodes.js';
import type { ClusterState } from '../cluster/cluster-state.js';
import { type AloneResult, testAlone } from '../connectivity/test-alone.js';
import type { ProbeInputs } from '../inputs.js';
import type { ClusterClient } from '../ports/cluster-client.js';
import type { Reporter } from '../ports/reporter.js';
import { runOf } from './run-of.js';

/** The network test of a `plan` that asks for it; null where it does not. */
export async function networkAlone(
  client: ClusterClient,
  state: ClusterState,
  inputs: ProbeInputs | null,
  { world, reporter }: { readonly world: World; readonly reporter: Reporter },
): Promise<AloneResult | null> {
  if (inputs === null) return null;
  const stop = listenForStop((name) => reporter.warning(`${name}: the network test ends, and its pods go.`));
  try {
    return await testAlone(client, {
      ...REAL_TIMING,
      ...inputs,
      nodes: calicoNodes(state),
      ...runOf(world),
      signal: stop.signal,
      onProgress: reporter.progress,
      onWarning: reporter.warning,
    });
  } finally {
    stop.dispose();
  }
}
