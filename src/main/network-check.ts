import { REAL_TIMING } from '../adapters/kubernetes/timing.js';
import { calicoNodes } from '../cluster/calico-nodes.js';
import { inspect } from '../cluster/inspect.js';
import { aroundRollback, type TestedRollback } from '../connectivity/around-rollback.js';
import {
  type CheckedNetwork,
  checkNetwork,
  type CheckNetworkOptions,
} from '../connectivity/check-network.js';
import type { ProbeInputs } from '../inputs.js';
import type { ClusterClient } from '../ports/cluster-client.js';
import type { Reporter } from '../ports/reporter.js';

interface Place {
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  readonly run: string;
}

/** The network test of an upgrade; null, with a loud word, where it is switched off. */
export function networkCheck(
  client: ClusterClient,
  inputs: ProbeInputs | null,
  place: Place,
): CheckedNetwork | null {
  return inputs === null ? sayOff(place) : checkNetwork(client, optionsOf(client, inputs, place));
}

/** The network test of a rollback; null, with a loud word, where it is switched off. */
export function networkAround(
  client: ClusterClient,
  inputs: ProbeInputs | null,
  place: Place,
): TestedRollback | null {
  return inputs === null ? sayOff(place) : aroundRollback(client, optionsOf(client, inputs, place));
}

function sayOff({ reporter }: Place): null {
  reporter.warning(
    'network-test is false: that pods are Ready is looked at, and NOT that they reach each other, names and Services, nor that policies are enforced.',
  );
  return null;
}

function optionsOf(
  client: ClusterClient,
  inputs: ProbeInputs,
  { reporter, signal, run }: Place,
): CheckNetworkOptions {
  return {
    ...REAL_TIMING,
    ...inputs,
    run,
    signal,
    findNodes: async () => calicoNodes(await inspect(client)),
    onProgress: reporter.progress,
    onWarning: reporter.warning,
  };
}
