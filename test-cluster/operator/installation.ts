import { asFields, type Fields, fieldsAt, listAt, makeFieldsAt, textAt } from '../ready-made/fields.js';
import type { OperatorRelease } from './releases.js';

/** What holds an Installation until the operator has cleaned up (tigera/operator v1.36.16 `pkg/render/finalizers.go`). */
export const FINALIZERS = [
  'operator.tigera.io/installation-controller',
  'tigera.io/operator-cleanup',
] as const;

/**
 * A copy of an Installation's spec with what the operator fills in and writes back, for Calico's own CNI on a plain
 * cluster (tigera/operator v1.36.16 `pkg/controller/installation/core_controller.go`, `fillDefaults`).
 */
export function withDefaults(spec: Fields, hasIpv4Pool: boolean): Fields {
  const filled = structuredClone(spec);
  const registry = textAt(filled, 'registry');
  if (registry && registry !== 'UseDefault' && !registry.endsWith('/')) filled['registry'] = `${registry}/`;
  fill(filled, {
    variant: 'Calico',
    nonPrivileged: 'Disabled',
    controlPlaneReplicas: 2,
    flexVolumePath: '/usr/libexec/kubernetes/kubelet-plugins/volume/exec/',
    kubeletVolumePluginPath: '/var/lib/kubelet',
  });
  const cni = makeFieldsAt(filled, 'cni');
  fill(cni, { type: 'Calico' });
  fill(makeFieldsAt(cni, 'ipam'), { type: 'Calico' });
  fill(makeFieldsAt(filled, 'calicoNetwork'), {
    linuxDataplane: 'Iptables',
    windowsDataplane: 'Disabled',
    bgp: 'Enabled',
    hostPorts: 'Enabled',
    linuxPolicySetupTimeoutSeconds: 0,
    multiInterfaceMode: 'None',
    ...(hasIpv4Pool ? { nodeAddressAutodetectionV4: { firstFound: true } } : {}),
  });
  const logging = {
    logSeverity: 'Info',
    logFileMaxCount: 10,
    logFileMaxAgeDays: 30,
    logFileMaxSize: '100Mi',
  };
  fill(makeFieldsAt(filled, 'logging', 'cni'), logging);
  const strategy = makeFieldsAt(filled, 'nodeUpdateStrategy');
  fill(makeFieldsAt(strategy, 'rollingUpdate'), { maxUnavailable: 1 });
  fill(strategy, { type: 'RollingUpdate' });
  return filled;
}

/** Sets fields that are not there. */
function fill(fields: Fields, defaults: Fields): void {
  for (const [name, value] of Object.entries(defaults)) fields[name] ??= value;
}

/**
 * Why an Installation is refused, as the operator says it; null where it is fine (tigera/operator v1.36.16
 * `pkg/controller/installation/validation.go`: only RollingUpdate is supported; later ones: non-privileged
 * is refused).
 */
export function installationProblem(spec: Fields, release: OperatorRelease): string | null {
  const strategy = fieldsAt(spec, 'nodeUpdateStrategy');
  if (textAt(strategy, 'type') !== 'RollingUpdate') {
    return `Installation spec.NodeUpdateStrategy.type '${rollingUpdateText(strategy)}' is not supported`;
  }
  if (textAt(spec, 'nonPrivileged') === 'Enabled' && release.refusesNonPrivileged) {
    return 'non-privileged Calico is deprecated and cannot be Enabled; please, remove this field from your installation spec';
  }
  return null;
}

/** The real message prints the rolling update, not the type, by mistake. */
function rollingUpdateText(strategy: Fields | null): string {
  const unavailable = fieldsAt(strategy, 'rollingUpdate')?.['maxUnavailable'] as string | number | undefined;
  return `&RollingUpdateDaemonSet{MaxUnavailable:${unavailable ?? 'nil'},MaxSurge:nil,}`;
}

/** Whether BGP is on. */
export function isBgpEnabled(spec: Fields): boolean {
  return textAt(spec, 'calicoNetwork', 'bgp') === 'Enabled';
}

/** `IP_AUTODETECTION_METHOD` of a nodeAddressAutodetectionV4 (tigera/operator v1.36.16 `pkg/render/node.go`). */
export function autodetectionMethod(spec: Fields): string | null {
  const method = fieldsAt(spec, 'calicoNetwork', 'nodeAddressAutodetectionV4');
  if (!method) return null;
  if (method['firstFound'] === true) return 'first-found';
  if (method['interface']) return `interface=${textAt(method, 'interface')}`;
  if (method['skipInterface']) return `skip-interface=${textAt(method, 'skipInterface')}`;
  if (method['canReach']) return `can-reach=${textAt(method, 'canReach')}`;
  if (method['kubernetes'] === 'NodeInternalIP') return 'kubernetes-internal-ip';
  return Array.isArray(method['cidrs']) ? `cidr=${method['cidrs'].join(',')}` : null;
}

/** Overrides of a workload: `calicoNodeDaemonSet`, `typhaDeployment`, … (`pkg/render/common/components/components.go`). */
export function applyOverrides(workload: Fields, overrides: unknown): void {
  const spec = fieldsAt(overrides, 'spec');
  if (!spec) return;
  const target = makeFieldsAt(workload, 'spec');
  if (spec['minReadySeconds'] !== undefined) target['minReadySeconds'] = spec['minReadySeconds'];
  const pod = fieldsAt(spec, 'template', 'spec');
  const targetPod = makeFieldsAt(target, 'template', 'spec');
  for (const name of ['affinity', 'nodeSelector', 'tolerations', 'terminationGracePeriodSeconds']) {
    const value = pod?.[name];
    if (value !== undefined) targetPod[name] = structuredClone(value);
  }
  for (const override of listAt(pod, 'containers')) {
    const container = listAt(targetPod, 'containers').find((item) => item['name'] === override['name']);
    if (container && asFields(override['resources']))
      container['resources'] = structuredClone(override['resources']);
  }
}
