import type { PreflightCode } from '../../../../src/findings/preflight-registry.js';
import { object, pod, workload } from '../../../cluster/build.js';
import { all, container, set } from './edits.js';
import { type Look, lookAt } from './node-looks.js';
import type { Scene } from './scene.js';

const NODE = 'DaemonSet calico-node';
const CONFIG = 'ConfigMap calico-config';
const condition = (type: string, status: string): object[] => [
  { type: 'Ready', status: type === 'Ready' ? status : 'True' },
  ...(type === 'Ready' ? [] : [{ type, status }]),
];
const typha = (replicas: number, extra: Parameters<typeof workload>[3] = {}) =>
  workload(
    'Deployment',
    'calico-typha',
    { 'calico-typha': 'quay.io/calico/typha:v3.31.7' },
    { count: replicas, ...extra },
  );
const withTypha = set('data.typha_service_name', 'calico-typha');
const waiting = (name: string, image: string) => ({
  containers: [{ name, image }],
  status: {
    phase: 'Pending',
    containerStatuses: [
      {
        name,
        image,
        imageID: '',
        ready: false,
        restartCount: 0,
        state: { waiting: { reason: 'ImagePullBackOff' } },
      },
    ],
  },
});
const failingApp = waiting('app', 'quay.io/team/app:v1');

/** What is inside the nodes is for a cluster in memory to show: on a real API server without kubelets nothing runs. */
const inside = (look: Look): Scene => ({
  options: { inspectNodes: true },
  fake: { exec: lookAt(look) },
  well: { options: { inspectNodes: true }, fake: { exec: lookAt() } },
});

/** Faults of nodes, of the images that they pull, and of Typha. */
export const NODE_SCENES = {
  'node-not-ready': { edit: { 'Node node-2': set('status.conditions', condition('Ready', 'False')) } },
  'node-pressure': { edit: { 'Node node-2': set('status.conditions', condition('DiskPressure', 'True')) } },
  'node-unschedulable': { edit: { 'Node node-2': set('spec.unschedulable', true) } },
  'node-room': {
    edit: { 'Node node-2': set('status.allocatable', { cpu: '280m', memory: '8Gi', pods: '110' }) },
  },
  'kernel-too-old': { edit: { 'Node node-2': set('status.nodeInfo.kernelVersion', '5.4.0-1-generic') } },
  'memory-limit-low': {
    edit: {
      [NODE]: container((one) => ({
        ...one,
        resources: { requests: { cpu: '250m' }, limits: { memory: '256Mi' } },
      })),
    },
  },
  'node-address-differs': {
    edit: {
      'Node node-2': (node) => ({
        ...node,
        metadata: { ...node.metadata, annotations: { 'projectcalico.org/IPv4Address': '192.0.2.9/24' } },
      }),
    },
  },
  'nodes-not-inspected': { well: { options: { inspectNodes: true } } },
  'cni-configuration-foreign': inside({
    files: { '05-cilium.conflist': ['cilium-cni'], '10-calico.conflist': ['calico', 'calico-ipam'] },
  }),
  'iptables-backend-mixed': inside({
    rules: {
      'iptables-legacy-save': { calico: 60, other: 9 },
      'iptables-nft-save': { hint: 3, kubernetes: 40 },
    },
  }),
  'image-architecture': { edit: { 'Node node-2': set('status.nodeInfo.architecture', 'riscv64') } },
  'image-pull-failing': {
    edit: {
      'Pod calico-node-0': all(set('status', waiting('calico-node', 'quay.io/calico/node:v3.31.7').status)),
    },
  },
  'registry-failing': {
    add: [
      pod('app', {
        spec: { containers: failingApp.containers, nodeName: 'node-1' },
        status: failingApp.status,
      }),
    ],
  },
  'pull-secret-missing': {
    edit: { [NODE]: set('spec.template.spec.imagePullSecrets', [{ name: 'registry' }]) },
  },
  'private-registry': {
    edit: { [NODE]: container((one) => ({ ...one, image: 'registry.example.com/calico/node:v3.31.7' })) },
  },
  'typha-replicas': { add: [typha(3)], edit: { [CONFIG]: withTypha } },
  'typha-advised': {
    add: Array.from({ length: 60 }, (_, index) =>
      object(
        'v1',
        'Node',
        { name: `more-${index}` },
        {
          status: {
            conditions: condition('Ready', 'True'),
            nodeInfo: {
              kubeletVersion: 'v1.34.4',
              operatingSystem: 'linux',
              architecture: 'amd64',
              kernelVersion: '6.1.0',
              osImage: '',
              containerRuntimeVersion: '',
              bootID: '',
              machineID: '',
              systemUUID: '',
              kubeProxyVersion: '',
            },
          },
        },
      ),
    ),
  },
  'typha-certificates': { add: [typha(2)], edit: { [CONFIG]: withTypha } },
  'typha-disruption-budget': {
    add: [
      typha(2),
      object(
        'policy/v1',
        'PodDisruptionBudget',
        { name: 'calico-typha', namespace: 'kube-system' },
        {
          spec: { maxUnavailable: 1, selector: { matchLabels: { 'k8s-app': 'calico-typha' } } },
          status: {
            disruptionsAllowed: 0,
            currentHealthy: 0,
            desiredHealthy: 1,
            expectedPods: 2,
            observedGeneration: 1,
          },
        },
      ),
    ],
    edit: { [CONFIG]: withTypha },
  },
} satisfies Partial<Readonly<Record<PreflightCode, Scene>>>;
