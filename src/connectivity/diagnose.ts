import { ClusterError } from '../errors.js';
import type { ClusterClient, KubernetesObject } from '../ports/cluster-client.js';
import { isPodReady } from '../upgrade/gates/pod-fault.js';
import { POD } from '../upgrade/gates/workload.js';
import { aboutDikastes } from './layer7/about-dikastes.js';
import { LAYER7_NAMESPACE } from './layer7/layer7-objects.js';
import type { Probe } from './probe.js';
import { PROBE_CONTAINER } from './probe-pod.js';
import type { NodePods } from './scene.js';

const MOST_LINES = 5;
const TAIL_LINES = 200;
/** What Felix, BIRD and their company write when something is wrong. */
const TELLING = /\[?(?:WARN(?:ING)?|ERROR|FATAL|PANIC)\b|panic:|forbidden|Unauthorized|dropping/i;

/**
 * What may tell why a path is not as it has to be: how calico-node stands on both nodes and what it last complained of,
 * the way the sending node takes, and Dikastes where the pod that is asked has it. Best effort: what cannot be had is left out.
 */
export async function diagnose(
  client: ClusterClient,
  probe: Pick<Probe, 'from' | 'target' | 'toNode'>,
  nodes: ReadonlyMap<string, NodePods>,
): Promise<readonly string[]> {
  const names = [...new Set([probe.from.node, probe.toNode].filter((name) => name !== null))];
  const parts = [
    ...names.map((node) => orNothing(() => aboutCalicoNode(client, node))),
    orNothing(() => aboutRoute(client, probe, nodes)),
    orNothing(() => aboutSidecar(client, probe)),
  ];
  return (await Promise.all(parts)).flat();
}

async function aboutSidecar(
  client: ClusterClient,
  { target }: Pick<Probe, 'target'>,
): Promise<readonly string[]> {
  return target?.namespace === LAYER7_NAMESPACE ? aboutDikastes(client, target) : [];
}

async function orNothing(run: () => Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return [];
  }
}

async function aboutCalicoNode(client: ClusterClient, node: string): Promise<readonly string[]> {
  const pods: KubernetesObject[] = [];
  const selection = { labelSelector: 'k8s-app=calico-node', fieldSelector: `spec.nodeName=${node}` };
  for await (const { items } of client.list(POD, selection)) pods.push(...items);
  const [pod] = pods;
  if (pod === undefined) return [`${node}: no calico-node pod`];
  const { name, namespace = '' } = pod.metadata;
  const state = isPodReady(pod) ? 'Ready' : 'not Ready';
  const log = await client.logs({ namespace, pod: name, container: 'calico-node', tailLines: TAIL_LINES });
  const lines = log
    .split('\n')
    .filter((line) => TELLING.test(line))
    .slice(-MOST_LINES);
  return [
    `${node}: ${namespace}/${name} is ${state}`,
    ...lines.map((line) => `${node}: ${line.trim().slice(0, 300)}`),
  ];
}

async function aboutRoute(
  client: ClusterClient,
  { from, target }: Pick<Probe, 'from' | 'target'>,
  nodes: ReadonlyMap<string, NodePods>,
): Promise<readonly string[]> {
  const host = nodes.get(from.node)?.host;
  const [address] = target?.addresses ?? [];
  if (!host || address === undefined) return [];
  const { stdout, stderr } = await client.exec({
    namespace: host.namespace,
    pod: host.name,
    container: PROBE_CONTAINER,
    command: ['ip', 'route', 'get', address],
    timeoutMs: 10_000,
  });
  const [line] = `${stdout}\n${stderr}`.split('\n').filter((text) => text.trim() !== '');
  return line === undefined ? [] : [`${from.node}: the way to ${address}: ${line.trim().slice(0, 300)}`];
}
