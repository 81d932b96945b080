import type { KubernetesObject } from '../../ports/cluster-client.js';
import { parseVersion } from '../../version/version.js';
import type { CalicoConfig, CalicoState } from '../calico-state.js';
import type { ClusterState, Unreadable } from '../cluster-state.js';
import type { NodeState } from '../node-state.js';
import type { PodState } from '../workload-state.js';
import { textAt, textMapAt } from '../fields.js';
import { referenceOf } from '../object-name.js';
import { type Readings, workloadKey } from '../readings.js';
import { readApplicationLayerPolicy } from './application-layer.js';
import { readComponents } from './components.js';
import { readDataplane, readPodSubnets, readPool, readTier } from './configuration.js';
import { combineKinds, finalizersOfStuck, MOST_NAMED } from './data.js';
import { enterpriseEvidence } from './edition.js';
import { roleOf } from './find-workloads.js';
import { readMethod } from './install-method.js';
import { readKubeProxy } from './kube-proxy.js';
import { withRoom } from './nodes.js';
import { readOperator } from './operator.js';
import { readOtherCnis } from './other-cnis.js';
import { readOwners } from './owners.js';
import { readVariant } from './variant.js';
import { judgeVersions } from './versions.js';
import type { ConfigData } from './workload.js';

const ETCD: Unreadable = {
  resource: 'crd.projectcalico.org',
  reason: 'Calico keeps its data in etcd, which the API server does not serve.',
  isForbidden: false,
  hides: 'which policies, pools and other Calico objects there are',
};

/** Makes a cluster's state of what was read. Pure: the same readings give the same state. */
export function interpret(readings: Readings): ClusterState {
  const nodes = readings.nodes
    .map(({ state }) => withRoom(state, readings.pods.requests.get(state.name)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const { installation } = readings.operator;
  const network: ClusterState['network'] = {
    kubeProxy: readKubeProxy({
      workloads: readings.workloads,
      configMaps: readings.configMaps.kubeProxy,
      pod: readings.pods.kubeProxy,
      isComplete: readings.pods.isReadable && isReadable(readings, 'daemonsets.apps'),
      nodes,
    }),
    otherCnis: readOtherCnis(readings.workloads, installation, readings.nodes),
  };
  const calico = interpretCalico(readings, nodes, network.kubeProxy.mode);
  const { gitVersion } = readings.serverVersion;
  return {
    uid: readings.kubeSystem?.metadata.uid ?? '',
    server: readings.server,
    kubernetes: {
      version: parseVersion(gitVersion) ?? { major: 0, minor: 0, patch: null, suffix: '' },
      gitVersion,
    },
    nodes,
    calico,
    network,
    podCount: readings.pods.isReadable ? readings.pods.withAddress : null,
    pullFailures: readings.pods.pullFailures,
    owners: readOwners(calico?.objects ?? [], { nodes: readings.nodes, kinds: readings.kinds, installation }),
    terminating: readings.namespaces.terminating,
    dependents: readings.dependents,
    dependentKinds: readings.dependentKinds,
    leftovers: readings.leftovers,
    failedGroups: readings.failedGroups,
    unreadable: [...readings.unreadable, ...(calico?.datastore === 'etcdv3' ? [ETCD] : [])],
  };
}

function interpretCalico(
  readings: Readings,
  nodes: readonly NodeState[],
  kubeProxyMode: string,
): CalicoState | null {
  const { operator, calico } = readings;
  const workloads = readings.workloads.filter((object) => roleOf(object) !== null);
  const method = readMethod({ workloads, installation: operator.installation });
  if (!method) return null;
  const podsOf = (workload: KubernetesObject): readonly PodState[] =>
    readings.pods.byWorkload.get(workloadKey(workload)) ?? [];
  const configs = configData(readings.configMaps.ofNode);
  const { dataGroup } = calico;
  const variant = readVariant({
    method: method.method,
    workloads,
    configs,
    installation: operator.installation,
    dataGroup,
  });
  const components = readComponents({
    workloads,
    podsOf,
    configs,
    budgets: readings.installObjects.filter(({ kind }) => kind === 'PodDisruptionBudget'),
    apiService: readings.apiService,
    mayReadTiers: readings.mayReadTiers,
    kubeControllersConfigurations: kept(readings, 'KubeControllersConfiguration'),
    nodeStatuses: kept(readings, 'CalicoNodeStatus'),
  });
  const config = readConfig(readings);
  const env = components.node?.env ?? {};
  const edition = enterpriseEvidence(workloads, operator.installation);
  return {
    method: method.method,
    otherMethods: method.otherMethods,
    variant: variant.variant,
    methodEvidence: method.evidence,
    variantEvidence: variant.evidence,
    edition: edition.length > 0 ? 'enterprise' : 'open-source',
    editionEvidence: edition,
    providesNetworking: variant.providesNetworking,
    namespace: namespaceOf(workloads, components.node?.reference.namespace ?? null),
    datastore: variant.datastore,
    dataGroup,
    datastoreMigration: calico.migration,
    dataplane: readDataplane({
      env,
      felix: config.felix,
      installation: operator.installation,
      kubeProxyMode,
      hasLinuxNode: components.node !== null,
      hasWindowsNode: components.windowsNode !== null,
      isComplete: isReadable(readings, `felixconfigurations.${dataGroup}`),
    }),
    versions: judgeVersions({
      workloads,
      podsOf,
      clusterInformation: config.clusterInformation,
      installation: operator.installation,
      helm: readings.helm,
    }),
    components,
    config,
    data: readData(readings),
    applicationLayerPolicy: readApplicationLayerPolicy(
      config.felix,
      env,
      readings.pods.dikastes,
      readings.namespaces.injected,
    ),
    operator: readOperator({ ...operator, workloads, podsOf, nodes }),
    helm: readings.helm,
    objects: [
      ...workloads,
      ...readings.configMaps.ofNode,
      ...readings.installObjects,
      ...readings.definitions,
      ...(hasServer(readings.apiService) ? [readings.apiService] : []),
    ],
    pullSecrets: readings.pullSecrets,
    schemaDigests: readings.schemaDigests,
    warnings: readings.warnings,
  };
}

/** A registration without a Service is the server's own note of a definition. */
function hasServer(apiService: KubernetesObject | null): apiService is KubernetesObject {
  return textAt(apiService, 'spec', 'service', 'name') !== '';
}

/** Where the install is: where calico-node is, or what is left of the install. */
function namespaceOf(workloads: readonly KubernetesObject[], ofNode: string | null): string {
  return (
    ofNode ?? workloads.find((object) => roleOf(object) !== 'operator')?.metadata.namespace ?? 'calico-system'
  );
}

function readConfig(readings: Readings): CalicoConfig {
  const { configMaps } = readings;
  return {
    felix: kept(readings, 'FelixConfiguration'),
    bgp: kept(readings, 'BGPConfiguration'),
    bgpPeers: kept(readings, 'BGPPeer'),
    kubeControllers: kept(readings, 'KubeControllersConfiguration'),
    ipam: [...kept(readings, 'IPAMConfig'), ...kept(readings, 'IPAMConfiguration')],
    tiers: kept(readings, 'Tier').map(readTier),
    pools: kept(readings, 'IPPool').map(readPool),
    clusterInformation:
      kept(readings, 'ClusterInformation').find(({ metadata }) => metadata.name === 'default') ?? null,
    configMap:
      configMaps.ofNode.find(({ metadata }) => /(?:calico|canal)-config$/.test(metadata.name)) ?? null,
    podSubnets: readPodSubnets(configMaps.kubeadm, readings.pods.controllerManager),
  };
}

function readData(readings: Readings): CalicoState['data'] {
  const { calico, operator, definitions } = readings;
  const data = combineKinds(calico.summaries, calico.counts);
  const others = [
    ...(operator.installation ? [operator.installation] : []),
    ...operator.resources,
    ...readings.installObjects,
    ...readings.workloads,
  ];
  const stuck = others.flatMap((object) => {
    const finalizers = finalizersOfStuck(object);
    return finalizers ? [{ object: referenceOf(object), finalizers }] : [];
  });
  return {
    ...data,
    stuck: [...data.stuck, ...stuck].slice(0, 5 * MOST_NAMED),
    terminatingCrds: definitions
      .filter(({ metadata }) => metadata.deletionTimestamp !== undefined)
      .map(({ metadata }) => metadata.name),
  };
}

function kept(readings: Readings, kind: string): readonly KubernetesObject[] {
  return readings.calico.kept.get(kind) ?? [];
}

function configData(configMaps: readonly KubernetesObject[]): ConfigData {
  return new Map(configMaps.map((configMap) => [configMap.metadata.name, textMapAt(configMap, 'data')]));
}

function isReadable(readings: Readings, resource: string): boolean {
  return !readings.unreadable.some((item) => item.resource === resource);
}
