import { createClusterClient } from '../../src/adapters/kubernetes/cluster-client.js';
import { REAL_TIMING } from '../../src/adapters/kubernetes/timing.js';
import { inspect } from '../../src/cluster/inspect.js';
import { countRequests } from '../../src/connectivity/count-requests.js';
import { deletePods } from '../../src/connectivity/make-pods.js';
import {
  HOST_NAMESPACE,
  makeProbeNamespaces,
  PROBE_NAMESPACE,
  removeProbeNamespaces,
} from '../../src/connectivity/probe-namespace.js';
import { type Staffing, staffNodes, type StaffOptions } from '../../src/connectivity/staff-nodes.js';
import { takePart } from '../../src/connectivity/take-part.js';
import { AGNHOST_IMAGE } from '../../test-cluster/images/node-images.js';
import { startCluster } from '../../test-cluster/start-cluster.js';

/** What the pods of the network test take on light nodes, whose pods cannot be asked anything. */
export interface LightNodesMeasurement {
  readonly nodes: number;
  readonly pods: number;
  /** From the first one's making until all run. */
  readonly runningSeconds: number;
  /** From the first one's deletion until all are gone, and the namespaces with them. */
  readonly goneSeconds: number;
  /** Of both. */
  readonly requests: number;
}

/** As many at a time as the network test makes. */
const widthOf = (nodes: number): number => Math.max(4, Math.min(50, Math.ceil(nodes / 10)));

/** On a cluster of its own. @throws EnvironmentError where none can be had; Error where a pod does not run */
export async function measureLightNodes(count: number): Promise<LightNodesMeasurement> {
  const cluster = await startCluster({ lightNodes: count });
  try {
    const { client, count: requests } = countRequests(await createClusterClient(cluster.kubeconfig, null));
    const { taking } = takePart((await inspect(client)).nodes);
    const waiting = { ...REAL_TIMING, signal: new AbortController().signal, timeoutMs: 120_000 };
    const options: StaffOptions = {
      ...waiting,
      image: AGNHOST_IMAGE,
      run: 'bench',
      deadlineMs: 3_600_000,
      round: 1,
      headless: new Set(),
      width: widthOf(count),
      dead: new Set(),
    };
    const before = requests();
    await makeProbeNamespaces(client, options.run, waiting);
    const begun = Date.now();
    const staffing = [...(await staffNodes(client, taking, new Map(), options)).values()];
    const runningSeconds = (Date.now() - begun) / 1000;
    const [pods, hosts] = [staffing.flatMap(({ there }) => there.old), staffing.map(hostOf)];
    const deleted = Date.now();
    await deletePods(client, pods, { ...options, namespace: PROBE_NAMESPACE });
    await deletePods(client, hosts, { ...options, namespace: HOST_NAMESPACE });
    const left = await removeProbeNamespaces(client, waiting);
    if (left !== null) throw new Error(left);
    const goneSeconds = (Date.now() - deleted) / 1000;
    const all = pods.length + hosts.length;
    return { nodes: count, pods: all, runningSeconds, goneSeconds, requests: requests() - before };
  } finally {
    await cluster.stop();
  }
}

function hostOf(staffing: Staffing): string {
  if (staffing.kind === 'failed') throw new Error(staffing.failure.reason);
  if (staffing.there.host === null) throw new Error('A pod of the host’s network does not run');
  return staffing.there.host.name;
}
