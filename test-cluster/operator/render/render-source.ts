import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import type { Fields } from '../../ready-made/fields.js';
import type { ImageSource } from '../images.js';

/** What objects are rendered from. */
export interface RenderSource extends ImageSource {
  /** How many nodes there are: decides about replicas. */
  readonly nodes: number;
}

/** Namespace of everything but the API server of older releases. */
export const CALICO_NAMESPACE = 'calico-system';

/** A workload with the labels and the selector that every one of the operator's has. */
export function workload(
  kind: 'DaemonSet' | 'Deployment',
  name: string,
  namespace: string,
  parts: { readonly spec?: Fields; readonly labels?: Fields; readonly pod: Fields },
): KubernetesObject {
  // tigera/operator v1.36.16 pkg/controller/utils/component.go, setStandardSelectorAndLabels
  const standard = { 'k8s-app': name, 'app.kubernetes.io/name': name };
  const labels = kind === 'Deployment' ? { ...standard, ...parts.labels } : parts.labels;
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace, ...(labels ? { labels: labels as Record<string, string> } : {}) },
    spec: {
      ...parts.spec,
      selector: { matchLabels: { 'k8s-app': name } },
      template: {
        metadata: { labels: { ...standard, ...parts.labels } },
        spec: { nodeSelector: { 'kubernetes.io/os': 'linux' }, ...parts.pod },
      },
    },
  };
}

/** The spec of a service account's pods, and what every pod of the operator's has. */
export function podSpec(spec: Fields, serviceAccountName: string, rest: Fields): Fields {
  const secrets = spec['imagePullSecrets'];
  return { serviceAccountName, ...(Array.isArray(secrets) ? { imagePullSecrets: secrets } : {}), ...rest };
}

/** Tolerates everything (`rmeta.TolerateAll`). */
export const TOLERATE_ALL = [
  { key: 'CriticalAddonsOnly', operator: 'Exists' },
  { effect: 'NoSchedule', operator: 'Exists' },
  { effect: 'NoExecute', operator: 'Exists' },
] as const;

/** What runs on the control plane (`rmeta.TolerateCriticalAddonsAndControlPlane`). */
export const TOLERATE_CONTROL_PLANE = [
  { key: 'CriticalAddonsOnly', operator: 'Exists' },
  { effect: 'NoSchedule', key: 'node-role.kubernetes.io/master' },
  { effect: 'NoSchedule', key: 'node-role.kubernetes.io/control-plane' },
] as const;

/** Environment variables of names and values. */
export function environment(values: Readonly<Record<string, string>>): Fields[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

/** A directory of the host, made where it is missing. */
export function hostDirectory(name: string, path: string): Fields {
  return { name, hostPath: { path, type: 'DirectoryOrCreate' } };
}

export function serviceAccount(name: string, namespace: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } };
}
