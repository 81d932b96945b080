import { versionOf } from '../../../src/catalog/queries.js';
import type { CalicoState } from '../../../src/cluster/calico-state.js';
import type { ClusterState } from '../../../src/cluster/cluster-state.js';
import type { ApiServerComponent } from '../../../src/cluster/workload-state.js';
import { EMPTY_POLICY } from '../../../src/policy/policy.js';
import type { KubernetesObject, ManagedFieldsEntry } from '../../../src/ports/cluster-client.js';
import { findPath } from '../../../src/upgrade/path/find-path.js';
import { planImages } from '../../../src/upgrade/preflight/images.js';
import type { ObjectChange } from '../../../src/upgrade/plan/object-change.js';
import type { PreflightInput } from '../../../src/upgrade/preflight/preflight.js';
import {
  buildCalico,
  buildNode,
  buildState,
  buildWorkload,
  type Changes,
} from '../../cluster/build-state.js';

/** What a case of preflight differs in from a cluster that is well. */
export interface Case {
  readonly from?: string;
  readonly to?: string;
  readonly kubernetes?: string;
  readonly state?: Changes<ClusterState>;
  readonly calico?: Changes<CalicoState>;
  readonly input?: Partial<PreflightInput>;
}

/** v3.29.4 to v3.29.7 on Kubernetes v1.31: nothing lies between, and all is well. */
export function buildInput({
  from = 'v3.29.4',
  to = 'v3.29.7',
  kubernetes = 'v1.31.4',
  ...rest
}: Case = {}): PreflightInput {
  const calico = buildCalico({
    versions: { running: versionOf(from) },
    ...rest.calico,
  });
  const state = buildState({
    kubernetes: { version: versionOf(kubernetes), gitVersion: kubernetes },
    nodes: ['worker-1', 'worker-2', 'worker-3'].map((name) =>
      buildNode(name, { kubelet: versionOf(kubernetes) }),
    ),
    ...rest.state,
  });
  const uses = {
    install: calico.method === 'manifest' ? ('manifest' as const) : ('operator' as const),
    ebpf: calico.dataplane === 'bpf',
    applicationLayerPolicy: calico.applicationLayerPolicy.isInUse,
  };
  const pair = { kubernetes: versionOf(kubernetes), calico: versionOf(from) };
  const comparisons = rest.input?.comparisons ?? [];
  return {
    state: { ...state, calico },
    calico,
    from: versionOf(from),
    to: versionOf(to),
    kubernetesTo: null,
    path: findPath(pair, { ...pair, calico: versionOf(to) }, uses),
    uses,
    comparisons,
    storedProblems: [],
    missingAccess: [],
    changes: [],
    images: planImages(calico, state.nodes, comparisons),
    policy: EMPTY_POLICY,
    ...rest.input,
  };
}

/** An object of the API with a spec. */
export function object(
  apiVersion: string,
  kind: string,
  name: string,
  fields: Readonly<Record<string, unknown>> = {},
): KubernetesObject {
  return { apiVersion, kind, metadata: { name }, ...fields };
}

/** The Installation with a spec. */
export function installation(spec: Readonly<Record<string, unknown>> = {}): KubernetesObject {
  return object('operator.tigera.io/v1', 'Installation', 'default', { spec });
}

/** A Calico with its API server, which answers and whose tiers kube-controller-manager may read. */
export function withApiServer(
  changes: Partial<NonNullable<ApiServerComponent['apiService']>> = {},
): Changes<CalicoState> {
  const apiserver: ApiServerComponent = {
    ...buildWorkload('Deployment', 'calico-apiserver', 1),
    apiService: {
      reference: {
        apiVersion: 'apiregistration.k8s.io/v1',
        kind: 'APIService',
        namespace: null,
        name: 'v3.projectcalico.org',
      },
      isAvailable: true,
      reason: 'Passed',
      message: '',
      mayReadTiers: true,
      ...changes,
    },
  };
  return { components: { apiserver } };
}

/** A change of calico-node as the server answered when it was asked without writing. */
export function changeOf(dryRun: ObjectChange['dryRun'], note = ''): ObjectChange {
  const reference = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    namespace: 'kube-system',
    name: 'calico-node',
  };
  return { object: reference, action: 'update', fields: [], dryRun, note };
}

/** With it the operator leaves an object alone. */
export const IGNORE = 'unsupported.operator.tigera.io/ignore';

/** The DaemonSet that the operator renders; who set its priority, and what else is written on it. */
export function renderedNode(
  manager: string,
  annotations: Readonly<Record<string, string>> = {},
): KubernetesObject {
  const setBy = (who: string, spec: Readonly<Record<string, unknown>>): ManagedFieldsEntry => ({
    manager: who,
    operation: 'Update',
    fieldsV1: { 'f:spec': { 'f:template': { 'f:spec': spec } } },
  });
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: {
      name: 'calico-node',
      namespace: 'calico-system',
      annotations,
      ownerReferences: [
        {
          apiVersion: 'operator.tigera.io/v1',
          kind: 'Installation',
          name: 'default',
          uid: 'u',
          controller: true,
        },
      ],
      managedFields: [
        setBy('operator', { 'f:hostNetwork': {} }),
        setBy(manager, { 'f:priorityClassName': {} }),
      ],
    },
    spec: { template: { spec: { hostNetwork: true, priorityClassName: 'system-node-critical' } } },
  };
}
