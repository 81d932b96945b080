import { createHash } from 'node:crypto';
import { OWN_LABELS } from '../cluster/own-label.js';
import type { KubernetesObject } from '../ports/cluster-client.js';

/** The one container of each probe pod. */
export const PROBE_CONTAINER = 'probe';

/** What a probe pod says of itself in labels, beside whose it is. */
export const ROLE_LABEL = 'calico-upgrade-action/role';
export const RUN_LABEL = 'calico-upgrade-action/run';

export interface ProbePodOptions {
  readonly name: string;
  readonly namespace: string;
  /** The node that it is pinned to: no scheduler is asked. */
  readonly node: string;
  /** What it is for: `source`, `target`, `host`, `port`. Services and policies of the test select by it. */
  readonly role: string;
  readonly image: string;
  /** What the container runs, by arguments of agnhost or, with `command`, by a program of the image. */
  readonly args: readonly string[];
  readonly command?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Labels beside the role. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Whether it is in the network of its node. Such a pod needs a namespace that allows that. */
  readonly hostNetwork?: boolean;
  /** A port of its node that leads to one of its own. Such a pod needs a namespace that allows that too. */
  readonly portOfNode?: { readonly own: number; readonly ofNode: number };
  /** The run's address. */
  readonly run: string;
  /** When the node ends a pod that nobody deletes, in ms. */
  readonly deadlineMs: number;
}

/**
 * A pod of the network test: no rights, no token, nothing to write to, at home under the Pod Security Standard
 * `restricted` (but for the host's network and ports of the host, where they are asked for). Pure.
 */
export function probePod(options: ProbePodOptions): KubernetesObject {
  const { name, namespace, node, role, run } = options;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: { ...OWN_LABELS, ...options.labels, ...rolesOf(role, run) },
      annotations: { [RUN_LABEL]: run },
    },
    spec: {
      nodeName: node,
      ...(options.hostNetwork === true ? { hostNetwork: true } : {}),
      // Wherever calico-node runs, which tolerates everything
      tolerations: [{ operator: 'Exists' }],
      restartPolicy: 'Always',
      // With none the pod is gone before its network is
      terminationGracePeriodSeconds: 1,
      activeDeadlineSeconds: Math.ceil(options.deadlineMs / 1000),
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65534,
        runAsGroup: 65534,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [containerOf(options)],
    },
  };
}

/** Labels that tell the pods of a run and a role. */
export function rolesOf(role: string, run: string): Readonly<Record<string, string>> {
  return { [ROLE_LABEL]: role, [RUN_LABEL]: shortDigest(run) };
}

/** Sixteen characters: addresses and names of nodes may be too long for a label or a pod's name. */
export function shortDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function containerOf(options: ProbePodOptions): Readonly<Record<string, unknown>> {
  const { image, args, command, env = {}, portOfNode: port } = options;
  return {
    name: PROBE_CONTAINER,
    image,
    imagePullPolicy: 'IfNotPresent',
    ...(command === undefined ? {} : { command }),
    args,
    ...(port === undefined
      ? {}
      : { ports: [{ containerPort: port.own, hostPort: port.ofNode, protocol: 'TCP' }] }),
    env: Object.entries(env).map(([name, value]) => ({ name, value })),
    // No limit of CPU: a throttled probe would measure itself
    resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '256Mi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
  };
}
