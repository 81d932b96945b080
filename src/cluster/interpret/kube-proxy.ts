import type { KubernetesObject } from '../../ports/cluster-client.js';
import { parseYaml } from '../../yaml/parse.js';
import { textAt as yamlTextAt } from '../../yaml/query.js';
import type { NetworkState } from '../cluster-state.js';
import type { Evidence } from '../evidence.js';
import type { NodeState } from '../node-state.js';
import { listAt, numberAt, textMapAt, textsAt } from '../fields.js';
import { evidenceOf } from '../object-name.js';
import { templateContainers } from './workload.js';

/** What the mode is read off. */
export interface KubeProxySources {
  /** DaemonSets of the cluster that were kept. */
  readonly workloads: readonly KubernetesObject[];
  /** ConfigMaps kube-proxy and kube-proxy-config of kube-system; those that are there. */
  readonly configMaps: readonly KubernetesObject[];
  /** A pod of kube-proxy with its command, where it runs without a DaemonSet (kOps, GKE, RKE2). */
  readonly pod: KubernetesObject | null;
  /** Whether pods, DaemonSets and ConfigMaps could all be read. */
  readonly isComplete: boolean;
  readonly nodes: readonly NodeState[];
}

type Mode = NetworkState['kubeProxy']['mode'];
const MODES: Readonly<Record<string, Mode>> = {
  '': 'iptables',
  iptables: 'iptables',
  ipvs: 'ipvs',
  nftables: 'nftables',
};
const CONFIG_KEYS = ['config.conf', 'config', 'kubeconfig.conf'];

/** How Services are carried: by kube-proxy's flags, else its configuration; `none` where it runs nowhere. */
export function readKubeProxy(sources: KubeProxySources): NetworkState['kubeProxy'] {
  const daemonSet = sources.workloads.find(isKubeProxy) ?? null;
  const runner = daemonSet ?? sources.pod;
  if (!runner) return readAbsence(sources);
  if (daemonSet && isSwitchedOff(daemonSet)) {
    return { mode: 'none', evidence: [evidenceOf(daemonSet, 'status.desiredNumberScheduled', '0')] };
  }
  const flags = flagsOf(runner);
  const flag = flags.get('proxy-mode');
  if (flag !== undefined && !flags.has('config'))
    return {
      mode: MODES[flag] ?? 'unknown',
      evidence: [evidenceOf(runner, 'command', `--proxy-mode=${flag}`)],
    };
  return readConfiguration(sources.configMaps) ?? readDefault(runner, flags);
}

function isKubeProxy(object: KubernetesObject): boolean {
  const { name, namespace } = object.metadata;
  return object.kind === 'DaemonSet' && namespace === 'kube-system' && name === 'kube-proxy';
}

/** Calico's guide to eBPF keeps kube-proxy off the nodes with a selector that none has. */
function isSwitchedOff(daemonSet: KubernetesObject): boolean {
  const selector = textMapAt(daemonSet, 'spec', 'template', 'spec', 'nodeSelector');
  const isSelective = Object.keys(selector).some((key) => key !== 'kubernetes.io/os');
  const isObserved = (numberAt(daemonSet, 'status', 'observedGeneration') ?? 0) > 0;
  return isSelective && isObserved && (numberAt(daemonSet, 'status', 'desiredNumberScheduled') ?? 0) === 0;
}

/** Flags of a workload's or a pod's containers, `--name=value` or `--name value`, without dashes. */
export function flagsOf(object: KubernetesObject): ReadonlyMap<string, string> {
  const containers = [
    ...templateContainers(object).map(({ container }) => container),
    ...listAt(object, 'spec', 'containers'),
  ];
  const words = containers.flatMap((container) => [
    ...textsAt(container, 'command'),
    ...textsAt(container, 'args'),
  ]);
  // kOps runs it in a shell: the flags are words of one argument
  const flat = words.flatMap((word) => word.split(/\s+/));
  return new Map(
    flat.flatMap((word, index) => {
      const [, name, value] = /^--([\w-]+)(?:=(.*))?$/.exec(word) ?? [];
      return name === undefined ? [] : [[name, value ?? flat[index + 1] ?? ''] as const];
    }),
  );
}

function readConfiguration(configMaps: readonly KubernetesObject[]): NetworkState['kubeProxy'] | null {
  for (const configMap of configMaps) {
    const data = textMapAt(configMap, 'data');
    const key = CONFIG_KEYS.find((name) => /kind:\s*KubeProxyConfiguration/.test(data[name] ?? ''));
    if (key === undefined) continue;
    const text = data[key] ?? '';
    const root = parseYaml(text, (part) => part.includes('KubeProxyConfiguration')).documents[0]?.root;
    const mode = yamlTextAt(root, 'mode').toLowerCase();
    return { mode: MODES[mode] ?? 'unknown', evidence: [evidenceOf(configMap, `data["${key}"].mode`, mode)] };
  }
  return null;
}

/** Without a flag or a configuration that can be read, Linux nodes use iptables. */
function readDefault(
  runner: KubernetesObject,
  flags: ReadonlyMap<string, string>,
): NetworkState['kubeProxy'] {
  const mode = flags.has('config') ? 'unknown' : 'iptables';
  return { mode, evidence: [evidenceOf(runner)] };
}

/** k3s, k0s and MicroK8s run kube-proxy within another process: that no pod runs it says nothing. */
function readAbsence({ isComplete, nodes }: KubeProxySources): NetworkState['kubeProxy'] {
  const evidence: Evidence[] = [];
  const isEmbedded = nodes.some(
    ({ kubelet, labels }) => /k3s|k0s/.test(kubelet.suffix) || labels['microk8s.io/cluster'] === 'true',
  );
  return { mode: isComplete && !isEmbedded && nodes.length > 0 ? 'none' : 'unknown', evidence };
}
