import { textAt } from '../../cluster/fields.js';
import { EnvironmentError } from '../../errors.js';
import type { ClusterClient, KubernetesObject } from '../../ports/cluster-client.js';
import { podFault } from '../../upgrade/gates/pod-fault.js';
import type { Lasts } from '../../upgrade/gates/stopwatch.js';
import { type Sight, waitFor, type Waiting } from '../../upgrade/gates/wait-for.js';
import { POD } from '../../upgrade/gates/workload.js';
import { inBatches } from '../../upgrade/plan/in-batches.js';
import { FIELD_MANAGER } from '../../upgrade/plan/try-changes.js';
import {
  MONITOR_NAMESPACE,
  type PodOptions,
  sourceNameOf,
  sourcePod,
  type TargetAddress,
  targetPod,
  targetService,
} from './monitor-objects.js';
import type { Source } from './read-clients.js';
import type { HeldPath } from './types.js';

/**
 * Makes the pods that answer, and then those that ask them.
 *
 * @throws ClusterError where the server refuses one; EnvironmentError where one does not run within its time
 */
export async function placePods(
  client: ClusterClient,
  nodes: readonly string[],
  paths: readonly HeldPath[],
  options: PodOptions & { readonly waiting: Waiting },
): Promise<readonly Source[]> {
  await awaitAccount(client, options.waiting);
  await make(
    client,
    nodes.map((node, at) => targetPod(at, node, options)),
  );
  const services = await make(
    client,
    nodes.map((_, at) => targetService(at, options.run)),
  );
  const targets = await awaitRunning(client, nodes.length, options.waiting);
  const addresses = new Map(
    nodes.map((node, at): readonly [string, TargetAddress] => {
      const pod = targets.find((one) => textAt(one, 'spec', 'nodeName') === node);
      return [
        node,
        { pod: textAt(pod, 'status', 'podIP'), service: textAt(services[at], 'spec', 'clusterIP') },
      ];
    }),
  );
  const addressOf = (node: string): TargetAddress => addresses.get(node) ?? { pod: '', service: '' };
  const sources = nodes.map((node, at): Source => {
    return { pod: sourceNameOf(at), node, paths: paths.filter(({ from }) => from === node), clock: null };
  });
  await make(
    client,
    sources.map(({ node, paths: own }, at) => sourcePod(at, node, own, addressOf, options)),
  );
  await awaitRunning(client, 2 * nodes.length, options.waiting);
  return sources;
}

function make(
  client: ClusterClient,
  objects: readonly KubernetesObject[],
): Promise<readonly KubernetesObject[]> {
  return inBatches(objects, (object) => client.create(object, { fieldManager: FIELD_MANAGER }));
}

/** No pod is taken in a new namespace before its account is there. */
async function awaitAccount(client: ClusterClient, waiting: Waiting): Promise<void> {
  const kind = { apiVersion: 'v1', kind: 'ServiceAccount' };
  const options = { namespace: MONITOR_NAMESPACE, fieldSelector: 'metadata.name=default' };
  const failure = await waitFor(
    client,
    [{ kind, options }],
    ([accounts = []]) =>
      accounts.length > 0 ? { kind: 'done' } : { kind: 'waiting', reason: 'it has no account "default" yet' },
    waiting,
  );
  if (failure !== null) throw notRunning(failure.reason);
}

async function awaitRunning(
  client: ClusterClient,
  count: number,
  waiting: Waiting,
): Promise<readonly KubernetesObject[]> {
  let running: readonly KubernetesObject[] = [];
  const judge = (pods: readonly KubernetesObject[], lasts: Lasts): Sight => {
    running = pods.filter(
      (pod) => textAt(pod, 'status', 'phase') === 'Running' && textAt(pod, 'status', 'podIP'),
    );
    if (running.length >= count) return { kind: 'done' };
    const [fault] = pods.flatMap((pod) => podFault(pod, lasts) ?? []);
    if (fault !== undefined) return { kind: 'failed', reason: fault };
    const late = pods.find((pod) => !running.includes(pod));
    const where = late === undefined ? '' : `: ${late.metadata.name} on ${textAt(late, 'spec', 'nodeName')}`;
    return { kind: 'waiting', reason: `${running.length} of ${count} pods run${where}` };
  };
  const source = { kind: POD, options: { namespace: MONITOR_NAMESPACE } };
  const failure = await waitFor(client, [source], ([pods = []], lasts) => judge(pods, lasts), waiting);
  if (failure !== null) throw notRunning(failure.reason);
  return running;
}

function notRunning(reason: string): EnvironmentError {
  return new EnvironmentError(
    `The pods of the disruption monitor do not run: ${reason}`,
    `See kubectl describe pods --namespace ${MONITOR_NAMESPACE}, or run with network-test: false.`,
  );
}
