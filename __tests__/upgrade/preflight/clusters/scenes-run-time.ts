import type { PreflightCode } from '../../../../src/findings/preflight-registry.js';
import type { KubernetesObject } from '../../../../src/ports/cluster-client.js';
import { object, workload } from '../../../cluster/build.js';
import { refusal } from '../../../ports/fake-cluster-client.js';
import { all, deleting, env, gone, set } from './edits.js';
import type { Scene } from './scene.js';
import { definition } from './upstream-files.js';
import { CRD, pool } from './well-clusters.js';

const NODE = 'DaemonSet calico-node';
const CONFIG = 'ConfigMap calico-config';
const refuseApply = (message: string, status: number): Scene => ({
  fake: {
    onCall: ({ verb, kind, isDryRun }) => {
      if (verb === 'apply' && isDryRun && kind === 'DaemonSet')
        throw refusal('apply', 'DaemonSet kube-system/calico-node', status, message);
    },
  },
});

/** A field that no release of a scene's way knows. */
const SINCE_THEN = {
  type: 'object',
  properties: { spec: { type: 'object', properties: { sinceThen: { type: 'string' } } } },
};

/** The API server of Calico, by manifest, and whether it answers. */
export function apiServer(isAvailable: 'True' | 'False'): KubernetesObject[] {
  const reason = isAvailable === 'True' ? 'Passed' : 'FailedDiscoveryCheck';
  return [
    workload(
      'Deployment',
      'calico-apiserver',
      { 'calico-apiserver': 'quay.io/calico/apiserver:v3.31.7' },
      { count: 1, namespace: 'kube-system' },
    ),
    object(
      'apiregistration.k8s.io/v1',
      'APIService',
      { name: 'v3.projectcalico.org' },
      {
        spec: {
          group: 'projectcalico.org',
          version: 'v3',
          groupPriorityMinimum: 1500,
          versionPriority: 200,
          insecureSkipTLSVerify: true,
          service: { namespace: 'kube-system', name: 'calico-api' },
        },
        status: { conditions: [{ type: 'Available', status: isAvailable, reason, message: 'no endpoints' }] },
      },
    ),
  ];
}

/** Faults of workloads and of what runs. */
export const RUN_TIME_SCENES = {
  'workload-unhealthy': {
    edit: { [NODE]: all(set('status.numberReady', 2), set('status.numberAvailable', 2)) },
  },
  'node-on-delete': { edit: { [NODE]: set('spec.updateStrategy', { type: 'OnDelete' }) } },
  'bgp-not-established': {
    add: [
      object(
        CRD,
        'CalicoNodeStatus',
        { name: 'node-1' },
        {
          spec: { node: 'node-1' },
          status: {
            lastUpdated: '2026-11-01T00:00:00Z',
            bgp: { peersV4: [{ state: 'Idle' }, { state: 'Established' }] },
          },
        },
      ),
    ],
  },
  'apiserver-unavailable': { add: apiServer('False') },
  'tiers-not-readable': {
    add: apiServer('True'),
    edit: { 'ClusterRoleBinding calico-tier-getter': gone },
  },
  'api-group-down': {
    fake: { failedGroups: ['metrics.k8s.io'] },
  },
  'datastore-not-ready': { edit: { 'ClusterInformation default': set('spec.datastoreReady', false) } },
  'datastore-migration': {
    add: [
      definition('datastoremigrations.migration.projectcalico.org', 'v1beta1'),
      object(
        'migration.projectcalico.org/v1beta1',
        'DatastoreMigration',
        { name: 'v1-to-v3' },
        { status: { phase: 'Migrating' } },
      ),
    ],
  },
  'namespace-terminating': {
    add: [
      deleting('example.com/held')(
        object('v1', 'Namespace', { name: 'old' }, { status: { phase: 'Terminating', conditions: [] } }),
      ),
    ],
  },
  'stuck-deletion': {
    add: [
      deleting('example.com/held')(object(CRD, 'GlobalNetworkSet', { name: 'old' }, { spec: { nets: [] } })),
    ],
  },
  'crd-terminating': {
    edit: {
      'CustomResourceDefinition bgpfilters.crd.projectcalico.org': deleting('example.com/held'),
    },
  },
  'install-incomplete': { edit: { 'ServiceAccount calico-cni-plugin': gone } },
  'customisation-conflict': { edit: { [CONFIG]: set('data.made_for', 'me') } },
  'customisation-dropped': { edit: { [NODE]: env({ FELIX_OLDSETTING: '2' }) } },
  'definitions-newer': { add: [definition('bgppeers.crd.projectcalico.org', 'v1', SINCE_THEN)] },
  'customisations-unknown': { withoutFiles: true, well: {} },
  'change-refused': refuseApply('exceeded quota', 403),
  'webhook-unanswered': refuseApply(
    'Internal error occurred: failed calling webhook "x.example.com": no answer',
    500,
  ),
  'permission-missing': { fake: { isAllowed: ({ verb }) => verb !== 'patch' } },
  unreadable: {
    fake: {
      onCall: ({ verb, kind }) => {
        if (verb === 'list' && kind === 'Event') throw refusal('list', 'events', 403, 'events is forbidden');
      },
    },
  },
  'earlier-run': {
    add: [
      object('v1', 'ConfigMap', {
        name: 'journal',
        namespace: 'kube-system',
        labels: { 'app.kubernetes.io/managed-by': 'calico-upgrade-action' },
      }),
    ],
  },
  'ipam-leak': {
    add: Array.from({ length: 60 }, (_, index) =>
      object(
        CRD,
        'IPAMHandle',
        { name: `handle-${index}` },
        { spec: { handleID: `handle-${index}`, block: {} } },
      ),
    ),
  },
  'backend-encapsulation': {
    add: [pool({ ipipMode: 'Always', vxlanMode: 'Never' })],
    edit: { [CONFIG]: set('data.calico_backend', 'vxlan') },
  },
  'pool-unlike-env': { edit: { [NODE]: env({ CALICO_IPV4POOL_CIDR: '192.168.0.0/16' }) } },
} satisfies Partial<Readonly<Record<PreflightCode, Scene>>>;
