import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { NodeComponent, PodState } from '../workload-state.js';
import { type Fields, fieldsAt, listAt, numberAt, textAt, textsAt, valueAt } from '../fields.js';
import { cpuMillis, memoryBytes } from '../quantity.js';
import { type ConfigData, containerOf, environmentOf, readWorkload } from './workload.js';

/** The name that the container has in every install. */
export const NODE_CONTAINER = 'calico-node';
const PROBES = ['livenessProbe', 'readinessProbe'];
const NO_CONTAINER: Fields = {};

/** Reads calico-node off its DaemonSet: what runs in it by its environment, what is watched by its probes. */
export function readNodeComponent(
  daemonSet: KubernetesObject,
  pods: readonly PodState[],
  configs: ConfigData,
  nodeStatuses: readonly KubernetesObject[],
): NodeComponent {
  const container = containerOf(daemonSet, NODE_CONTAINER) ?? NO_CONTAINER;
  const env = environmentOf(container, configs);
  const hasBgp = backendOf(env) === 'bird';
  return {
    ...readWorkload(daemonSet, pods),
    felix: {
      isEnabled: (env['CALICO_DISABLE_FELIX'] ?? '') === '',
      isProbed: isProbed(container, /felix-(?:ready|live)/, 9099),
    },
    bird: { isEnabled: hasBgp, isProbed: isProbed(container, /bird6?-(?:ready|live)/, null) },
    confd: { isEnabled: hasBgp },
    env,
    bgp: peersOf(nodeStatuses),
    requests: {
      cpuMillis: cpuMillis(valueAt(container, 'resources', 'requests', 'cpu')) ?? 0,
      memoryBytes: memoryBytes(valueAt(container, 'resources', 'requests', 'memory')) ?? 0,
    },
    limits: {
      cpuMillis: cpuMillis(valueAt(container, 'resources', 'limits', 'cpu')),
      memoryBytes: memoryBytes(valueAt(container, 'resources', 'limits', 'memory')),
    },
  };
}

/**
 * `bird`, `vxlan` or `none`: who programs routes. calico-node takes BIRD where nothing is said.
 * @see https://github.com/projectcalico/calico/blob/v3.31.0/node/filesystem/etc/rc.local
 */
export function backendOf(env: Readonly<Record<string, string>>): string {
  const backend = env['CALICO_NETWORKING_BACKEND'] ?? '';
  if (backend !== '') return backend.toLowerCase();
  return env['CALICO_NETWORKING'] === 'false' ? 'none' : 'bird';
}

/** Whether a probe asks for it: by its command's words, or at the health port. */
function isProbed(container: Fields, words: RegExp, port: number | null): boolean {
  return PROBES.some((probe) => {
    const command = textsAt(container, probe, 'exec', 'command');
    if (command.some((word) => words.test(word))) return true;
    return port !== null && numberAt(container, probe, 'httpGet', 'port') === port;
  });
}

/** Peers over all CalicoNodeStatus objects; null where there is none that has been answered. */
function peersOf(nodeStatuses: readonly KubernetesObject[]): NodeComponent['bgp'] {
  const states = nodeStatuses.flatMap((status) => {
    const bgp = fieldsAt(status, 'status', 'bgp');
    return [...listAt(bgp, 'peersV4'), ...listAt(bgp, 'peersV6')].map((peer) => textAt(peer, 'state'));
  });
  const isAnswered = nodeStatuses.some((status) => textAt(status, 'status', 'lastUpdated') !== '');
  if (states.length === 0 && !isAnswered) return null;
  const established = states.filter((state) => state === 'Established').length;
  return { established, notEstablished: states.length - established };
}
