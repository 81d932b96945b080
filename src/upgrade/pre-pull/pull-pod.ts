import { createHash } from 'node:crypto';
import { OWN_LABELS } from '../../cluster/own-label.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { Pull } from './plan-pulls.js';

export interface PullPodOptions {
  /** Where Calico's own pods are: such a namespace lets pods use the host's network, and has the pull secrets. */
  readonly namespace: string;
  /** Names of Secrets in that namespace. */
  readonly pullSecrets: readonly string[];
  /** The run's address. */
  readonly run: string;
  /** When the node ends a pod that nobody deletes, in ms. */
  readonly deadlineMs: number;
}

const OWN_POD_LABELS = { ...OWN_LABELS, 'app.kubernetes.io/component': 'pre-pull' } as const;
const RUN_LABEL = 'calico-upgrade-action/run';

/** Selects the pods of every run. */
export const PULL_PODS = selectorOf(OWN_POD_LABELS);
/** In no image: the container is made, which takes its image, and never starts. */
const NO_PROGRAM = '/this-pod-only-pulls-images';

/** Selects the pods of one run. */
export function pullPodsOf(run: string): string {
  return selectorOf({ ...OWN_POD_LABELS, [RUN_LABEL]: digest(run) });
}

/**
 * A pod that makes one node pull images: a container for each, none of which runs anything. Pure.
 *
 * @see docs/adr/0007-pre-pull.md for why it looks like this
 */
export function pullPod({ node, images }: Pull, options: PullPodOptions): KubernetesObject {
  const { namespace, pullSecrets, run, deadlineMs } = options;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `calico-pre-pull-${digest(`${run}\n${node}`)}`,
      namespace,
      labels: { ...OWN_POD_LABELS, [RUN_LABEL]: digest(run) },
      annotations: { [RUN_LABEL]: run },
    },
    spec: {
      nodeName: node,
      hostNetwork: true,
      tolerations: [{ operator: 'Exists' }],
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      activeDeadlineSeconds: Math.ceil(deadlineMs / 1000),
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      imagePullSecrets: pullSecrets.map((name) => ({ name })),
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65534,
        runAsGroup: 65534,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: images.map((image, index) => ({
        name: `image-${index + 1}`,
        image,
        imagePullPolicy: 'IfNotPresent',
        command: [NO_PROGRAM],
        resources: { requests: { cpu: '1m', memory: '1Mi' }, limits: { cpu: '100m', memory: '64Mi' } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
      })),
    },
  };
}

function selectorOf(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}

/** Short enough for a label and a pod's name, which addresses and names of nodes need not be. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
