import { OWN_LABELS } from '../../cluster/own-label.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import { type ProbePodOptions, probePod, rolesOf } from '../probe-pod.js';
import { CLIENT_PROGRAM, RECORDS_DIRECTORY } from './client-program.js';
import { pathNameOf } from './read-gaps.js';
import type { HeldPath } from './types.js';

/** A namespace of its own: that of the network test is made anew for each test, and the monitor stays. */
export const MONITOR_NAMESPACE = 'calico-disruption-monitor';

/** How often a connection is asked, in ms. */
export const INTERVAL_MS = 20;
/** From where on a time without an answer is kept as a gap, in ms. */
export const THRESHOLD_MS = 100;
/** A hundred gaps or resets of a path are 3 KB; they become rarer by themselves. */
const MOST_RECORDS = '8Mi';

const PORTS = { tcp: 8080, udp: 8081 } as const;
const SOURCE = 'monitor-source';
const TARGET = 'monitor-target';
/** Which of the targets a pod is. */
const TARGET_LABEL = 'calico-upgrade-action/monitor-target';
/** What is written for each answer would fill the node's log. */
const SERVE = `exec /agnhost netexec --http-port=${PORTS.tcp} --udp-port=${PORTS.udp} >/dev/null 2>&1`;

export type PodOptions = Pick<ProbePodOptions, 'image' | 'run' | 'deadlineMs'>;

export function sourceNameOf(at: number): string {
  return `${SOURCE}-${at + 1}`;
}

export function targetNameOf(at: number): string {
  return `${TARGET}-${at + 1}`;
}

/** The pod on the node at this place that answers. Pure. */
export function targetPod(at: number, node: string, options: PodOptions): KubernetesObject {
  return probePod({
    ...options,
    name: targetNameOf(at),
    namespace: MONITOR_NAMESPACE,
    node,
    role: TARGET,
    labels: { [TARGET_LABEL]: targetNameOf(at) },
    command: ['/bin/sh', '-c', SERVE],
    args: [],
  });
}

/** A Service with one target, ready or not: what goes through it is to be lost only where the network loses it. Pure. */
export function targetService(at: number, run: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: targetNameOf(at),
      namespace: MONITOR_NAMESPACE,
      labels: { ...OWN_LABELS, ...rolesOf(TARGET, run) },
    },
    spec: {
      selector: { [TARGET_LABEL]: targetNameOf(at) },
      publishNotReadyAddresses: true,
      ports: [
        { name: 'tcp', protocol: 'TCP', port: PORTS.tcp, targetPort: PORTS.tcp },
        { name: 'udp', protocol: 'UDP', port: PORTS.udp, targetPort: PORTS.udp },
      ],
    },
  };
}

/** Where a target is reached. */
export interface TargetAddress {
  readonly pod: string;
  readonly service: string;
}

/** The pod on the node at this place that holds these connections. Pure. */
export function sourcePod(
  at: number,
  node: string,
  paths: readonly HeldPath[],
  addressOf: (node: string) => TargetAddress,
  options: PodOptions,
): KubernetesObject {
  const lines = paths.map((path) => {
    const { pod, service } = addressOf(path.to);
    const address = path.way === 'service' ? service : pod;
    return `${pathNameOf(path)} ${path.protocol} ${address} ${PORTS[path.protocol]}`;
  });
  const pod = probePod({
    ...options,
    name: sourceNameOf(at),
    namespace: MONITOR_NAMESPACE,
    node,
    role: SOURCE,
    command: ['/bin/bash', '-c', CLIENT_PROGRAM],
    args: [],
    env: {
      PATHS: lines.join('\n'),
      RECORDS: RECORDS_DIRECTORY,
      INTERVAL_MS: String(INTERVAL_MS),
      THRESHOLD_MS: String(THRESHOLD_MS),
    },
  });
  return withRecords(pod);
}

function withRecords(pod: KubernetesObject): KubernetesObject {
  const spec = pod['spec'] as { readonly containers: readonly object[] };
  const mount = { name: 'records', mountPath: RECORDS_DIRECTORY };
  return {
    ...pod,
    spec: {
      ...spec,
      containers: spec.containers.map((container) => ({ ...container, volumeMounts: [mount] })),
      volumes: [{ name: 'records', emptyDir: { medium: 'Memory', sizeLimit: MOST_RECORDS } }],
    },
  };
}
