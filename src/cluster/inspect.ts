import type { ClusterClient, KubernetesObject, ServedKind } from '../ports/cluster-client.js';
import type { ClusterState, Unreadable } from './cluster-state.js';
import { lookIntoNodes } from './inside/look-into-nodes.js';
import { keepObjects } from './interpret/accumulator.js';
import { isInjected } from './interpret/application-layer.js';
import { roleOf } from './interpret/find-workloads.js';
import { interpret } from './interpret/interpret.js';
import { readTerminating } from './interpret/namespaces.js';
import { readNode } from './interpret/nodes.js';
import { cniOf } from './interpret/other-cnis.js';
import { dataGroupOf, type ObjectObserver, readCalicoData, readMigration } from './read/calico-data.js';
import { createDependents, type Dependents } from './read/dependents.js';
import { readHelmRelease } from './read/helm.js';
import {
  type DefinitionReading,
  readConfigMaps,
  readDefinitions,
  readInstallObjects,
  readLeftovers,
  readWarnings,
} from './read/install.js';
import { readOperatorObjects } from './read/operator-objects.js';
import { summarizePods } from './read/pods.js';
import { readPullSecrets } from './read/pull-secrets.js';
import { createReader, type Reader } from './read/reader.js';
import { readTierAccess } from './read/tier-access.js';
import { GROUPS_READ_WHOLE, hiddenByGroup, READINGS } from './reading-table.js';
import type { NamespaceReadings, PodReadings, Readings } from './readings.js';

export interface InspectOptions {
  /** How many requests run at a time. */
  readonly width?: number;
  /**
   * Called with every stored object of Calico's as it passes by, IPAM's run-time state left out: for checks that need
   * each object, since none is kept. Where a list begins anew, with the same object again.
   */
  readonly observe?: ObjectObserver;
  /** Whether commands that only read are run in the pods of calico-node. Default: false. */
  readonly lookIntoNodes?: boolean;
}

/** Wide enough to keep a connection busy, and far below what the API server gives one client. */
const DEFAULT_WIDTH = 8;

/**
 * Reads a cluster, through its API alone, and writes nothing. What may not or cannot be read is in `unreadable`; nodes
 * that could not be looked into say so themselves.
 * @throws ClusterError where the server cannot be reached, or does not know who asks
 */
export async function inspect(client: ClusterClient, options: InspectOptions = {}): Promise<ClusterState> {
  const state = interpret(await readCluster(client, options));
  return options.lookIntoNodes === true ? lookIntoNodes(client, state) : state;
}

/** The readings of a cluster, not yet judged. */
export async function readCluster(client: ClusterClient, options: InspectOptions = {}): Promise<Readings> {
  const reader = createReader(client, options.width ?? DEFAULT_WIDTH);
  const dependents = createDependents();
  const [serverVersion, { kinds, failedGroups }] = await Promise.all([client.version(), client.discover()]);
  const [definitionReadings, apiService, migration, workloads] = await Promise.all([
    readDefinitions(reader),
    reader.get(READINGS.apiService, { namespace: null, name: 'v3.projectcalico.org' }),
    readMigration(reader, kinds),
    readWorkloads(reader, dependents),
  ]);
  const definitions = definitionReadings.map(({ definition }) => definition);
  const dataGroup = dataGroupOf({ kinds, definitions, apiService, migration });
  const operator = readOperatorObjects(reader, kinds);
  const [
    kubeSystem,
    namespaces,
    nodes,
    pods,
    operatorObjects,
    configMaps,
    calico,
    installObjects,
    helm,
    warnings,
    leftovers,
    mayReadTiers,
  ] = await Promise.all([
    reader.get(READINGS.namespace, { namespace: null, name: 'kube-system' }),
    readNamespaces(reader),
    reader.through(READINGS.node, () => keepObjects(readNode)),
    readPods(reader, workloads, dependents),
    operator,
    readConfigMaps(reader, workloads),
    readCalicoData(reader, { kinds, dataGroup, migration, dependents, observe: options.observe }),
    readInstallObjects(reader, kinds, workloads),
    operator.then(({ installation }) =>
      readHelmRelease(reader, installation ? [...workloads, installation] : workloads),
    ),
    readWarnings(reader, workloads),
    readLeftovers(reader),
    readTierAccess(reader, apiService),
  ]);
  const networkPolicies = await countNetworkPolicies(reader, kinds, dependents);
  const pullSecrets = await readSecrets(reader, { workloads, installObjects, operator: operatorObjects });
  return {
    server: client.server,
    serverVersion,
    kinds,
    failedGroups,
    kubeSystem,
    namespaces,
    nodes,
    workloads,
    pods,
    definitions,
    schemaDigests: reader.isReadable(DEFINITIONS) ? digestsByName(definitionReadings) : null,
    apiService,
    mayReadTiers,
    operator: operatorObjects,
    configMaps,
    calico: {
      ...calico,
      counts: new Map([...calico.counts, ['networkpolicies.networking.k8s.io', networkPolicies]]),
    },
    installObjects,
    pullSecrets,
    helm: helm.release,
    warnings,
    leftovers,
    dependents: dependents.found(),
    dependentKinds: dependents.kinds(),
    unreadable: [
      ...reader.unreadable(),
      ...(helm.problem ? [helm.problem] : []),
      ...unreadableGroups(failedGroups),
    ],
  };
}

const DEFINITIONS = 'customresourcedefinitions.apiextensions.k8s.io';

function digestsByName(readings: readonly DefinitionReading[]): Readings['schemaDigests'] {
  return Object.fromEntries(readings.map(({ definition, digests }) => [definition.metadata.name, digests]));
}

/** Workloads of Calico and of other CNIs, and kube-proxy; of all others only whom they belong to is looked at. */
async function readWorkloads(reader: Reader, dependents: Dependents): Promise<KubernetesObject[]> {
  const isWanted = (object: KubernetesObject): boolean =>
    roleOf(object) !== null || cniOf(object) !== null || object.metadata.name === 'kube-proxy';
  const lists = await Promise.all(
    [READINGS.daemonSet, READINGS.deployment].map((reading) =>
      reader.through(
        reading,
        dependents.among(reading.kind, () => keepObjects((object) => (isWanted(object) ? object : null))),
      ),
    ),
  );
  return lists.flat();
}

async function readPods(
  reader: Reader,
  workloads: readonly KubernetesObject[],
  dependents: Dependents,
): Promise<PodReadings> {
  const own = workloads.filter((workload) => roleOf(workload) !== null);
  const pods = await reader.through(
    READINGS.pod,
    dependents.among('Pod', () => summarizePods(own)),
  );
  return { ...pods, isReadable: reader.isReadable('pods') };
}

/** Calico's workloads, their accounts and the Installation may name Secrets to pull images with. */
function readSecrets(
  reader: Reader,
  { workloads, installObjects, operator }: Pick<Readings, 'workloads' | 'installObjects' | 'operator'>,
): Promise<Readings['pullSecrets']> {
  const own = workloads.filter((workload) => roleOf(workload) !== null);
  const deployment = own.find((workload) => roleOf(workload) === 'operator');
  const accounts = installObjects.filter(({ kind }) => kind === 'ServiceAccount');
  const { installation } = operator;
  return readPullSecrets(
    reader,
    [...own, ...accounts, ...(installation ? [installation] : [])],
    deployment?.metadata.namespace ?? 'tigera-operator',
  );
}

async function readNamespaces(reader: Reader): Promise<NamespaceReadings> {
  const namespaces = await reader.through(READINGS.namespace, () =>
    keepObjects((namespace) => {
      const terminating = readTerminating(namespace);
      const injected = isInjected(namespace) ? namespace.metadata.name : null;
      return terminating || injected !== null ? { terminating, injected } : null;
    }),
  );
  return {
    terminating: namespaces.flatMap(({ terminating }) => terminating ?? []),
    injected: namespaces.flatMap(({ injected }) => injected ?? []),
  };
}

/** Kubernetes' own NetworkPolicies are only counted, and looked through for dependents. */
async function countNetworkPolicies(
  reader: Reader,
  kinds: readonly ServedKind[],
  dependents: Dependents,
): Promise<number> {
  if (!kinds.some(({ apiVersion }) => apiVersion === READINGS.networkPolicy.apiVersion)) return 0;
  const create = dependents.among('NetworkPolicy', () => {
    let count = 0;
    return { add: () => (count += 1), result: () => count };
  });
  return reader.through(READINGS.networkPolicy, create, { metadataOnly: true });
}

/** Groups that inspect would read, and whose server does not answer. */
function unreadableGroups(failedGroups: readonly string[]): Unreadable[] {
  return GROUPS_READ_WHOLE.filter((group) => failedGroups.includes(group)).map((group) => ({
    resource: group,
    reason: `The server of the API group ${group} does not answer.`,
    isForbidden: false,
    hides:
      group === 'projectcalico.org'
        ? 'whether objects of projectcalico.org/v3 can be read and written'
        : hiddenByGroup(group, 'its'),
  }));
}
