import type { KubernetesObject } from '../../../src/ports/cluster-client.js';

type Fields = Readonly<Record<string, unknown>>;

/** A ConfigMap calico-config with these values. */
export function configMap(data: Readonly<Record<string, string>>): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'calico-config', namespace: 'kube-system' },
    data,
  };
}

/** A ClusterRole calico-node with these rules. */
export function role(...rules: readonly Fields[]): KubernetesObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'calico-node' },
    rules,
  };
}

/** A rule on resources of a group. */
export function rule(apiGroup: string, resources: readonly string[], verbs: readonly string[]): Fields {
  return { apiGroups: [apiGroup], resources, verbs };
}

/** What a DaemonSet calico-node is to have. */
export interface NodeOptions {
  /** Default: v3.28.2 of docker.io. */
  readonly image?: string;
  /** Added to the container calico-node, or in place of what it has. */
  readonly container?: Fields;
  /** Added to the pod, or in place of what it has. */
  readonly pod?: Fields;
  readonly spec?: Fields;
  readonly metadata?: Fields;
}

/** A DaemonSet calico-node with one container. */
export function calicoNode(options: NodeOptions = {}): KubernetesObject {
  const {
    image = 'docker.io/calico/node:v3.28.2',
    container = {},
    pod = {},
    spec = {},
    metadata = {},
  } = options;
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'calico-node', namespace: 'kube-system', ...metadata },
    spec: {
      selector: { matchLabels: { 'k8s-app': 'calico-node' } },
      ...spec,
      template: {
        metadata: { labels: { 'k8s-app': 'calico-node' } },
        spec: {
          hostNetwork: true,
          containers: [
            {
              name: 'calico-node',
              image,
              env: [
                { name: 'DATASTORE_TYPE', value: 'kubernetes' },
                { name: 'IP', value: 'autodetect' },
              ],
              resources: { requests: { cpu: '250m' } },
              ...container,
            },
          ],
          ...pod,
        },
      },
    },
  };
}

/** Variables of the container calico-node. */
export function env(variables: Readonly<Record<string, string>>): Fields {
  return { env: Object.entries(variables).map(([name, value]) => ({ name, value })) };
}
