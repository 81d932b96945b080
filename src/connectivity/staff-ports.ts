import { ClusterError } from '../errors.js';
import type { ClusterClient, KubernetesObject } from '../ports/cluster-client.js';
import { POD } from '../upgrade/gates/workload.js';
import { inBatches } from '../upgrade/plan/in-batches.js';
import { makePods, type PodOutcome } from './make-pods.js';
import { podName, serverArgs } from './name-pod.js';
import { type PodAt, PORTS } from './probe.js';
import { HOST_NAMESPACE } from './probe-namespace.js';
import { PROBE_CONTAINER, probePod } from './probe-pod.js';
import type { PodsThere, Staffing, StaffOptions } from './staff-nodes.js';

const EXEC_TIMEOUT_MS = 10_000;
/** Lines of sockets that listen on the port, in the kernel's tables: whatever the address. */
const LISTENS = `grep -i ':${PORTS.ofNode.toString(16)} 0*:0000 0A' /proc/net/tcp /proc/net/tcp6`;

/**
 * Gives nodes that have their other pods one behind a port of the node. A port that a program listens on already would be
 * taken from it: it is looked at first, by the pod of the host's network. Where there is no such pod at first there is
 * none later; where there was one that does not come again, it is tried all the same.
 */
export async function staffPorts(
  client: ClusterClient,
  staffing: ReadonlyMap<string, Staffing>,
  before: ReadonlyMap<string, PodsThere>,
  options: Omit<StaffOptions, 'headless' | 'dead'>,
): Promise<ReadonlyMap<string, Staffing>> {
  const reasons = new Map(
    await inBatches(
      [...staffing],
      async ([node, one]) => [node, await whyNone(client, one, before.get(node))] as const,
    ),
  );
  const wanted = [...staffing.keys()].filter((node) => reasons.get(node) === null);
  const made = await makePods(
    client,
    wanted.map((node) => portPod(node, options)),
    { ...options, namespace: HOST_NAMESPACE },
  );
  const all = [...staffing].map(([node, one]) => {
    const name = podName('port', node, options.round);
    const at = { name, namespace: HOST_NAMESPACE, node, round: options.round };
    const port = reasons.get(node) ?? outcomeOf(at, made.get(name), before.get(node)?.port);
    return [node, one.kind === 'staffed' ? withPort(one, port) : one] as const;
  });
  await forget(client, [...made.keys()], all);
  return new Map(all);
}

/** Why a node gets no such pod; null where it does. */
async function whyNone(
  client: ClusterClient,
  one: Staffing,
  earlier: PodsThere | undefined,
): Promise<string | null> {
  if (one.kind !== 'staffed') return 'its other pods do not run';
  if (earlier !== undefined) return typeof earlier.port === 'string' ? earlier.port : null;
  const { host, node } = one.pods;
  if (host === null)
    return `no pod of the host’s network tells whether port ${PORTS.ofNode} of ${node} is free`;
  const { namespace, name: pod } = host;
  const command = ['sh', '-c', `${LISTENS} || echo free`];
  try {
    const { stdout } = await client.exec({
      namespace,
      pod,
      container: PROBE_CONTAINER,
      command,
      timeoutMs: EXEC_TIMEOUT_MS,
    });
    return stdout.trim() === 'free' ? null : `a program listens on port ${PORTS.ofNode} of ${node}`;
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return `whether port ${PORTS.ofNode} of ${node} is free could not be found out: ${error.message}`;
  }
}

function outcomeOf(
  at: Omit<PodAt, 'addresses'>,
  outcome: PodOutcome | undefined,
  earlier: PodAt | string | undefined,
): PodAt | string {
  if (outcome?.kind === 'done') return { ...at, addresses: outcome.addresses };
  if (earlier !== undefined && typeof earlier !== 'string') return { ...at, addresses: earlier.addresses };
  const reason = outcome?.reason ?? 'the run was told to stop';
  return `a pod with port ${PORTS.ofNode} of ${at.node} does not run: ${reason}`;
}

function withPort(one: Extract<Staffing, { kind: 'staffed' }>, port: PodAt | string): Staffing {
  return { ...one, pods: { ...one.pods, port }, there: { ...one.there, port } };
}

/** One that did not run at first would take the port when it does. */
async function forget(
  client: ClusterClient,
  made: readonly string[],
  staffing: readonly (readonly [string, Staffing])[],
): Promise<void> {
  const kept = new Set(
    staffing.flatMap(([, { there }]) => (typeof there.port === 'string' ? [] : [there.port.name])),
  );
  await inBatches(
    made.filter((name) => !kept.has(name)),
    async (name) => {
      try {
        await client.delete({ ...POD, namespace: HOST_NAMESPACE, name });
      } catch (error) {
        if (!(error instanceof ClusterError)) throw error;
      }
      return [];
    },
  );
}

function portPod(node: string, options: Omit<StaffOptions, 'headless' | 'dead'>): KubernetesObject {
  return probePod({
    ...options,
    name: podName('port', node, options.round),
    namespace: HOST_NAMESPACE,
    node,
    role: 'port',
    args: serverArgs(PORTS.http, PORTS.udp),
    portOfNode: { own: PORTS.http, ofNode: PORTS.ofNode },
  });
}
