import type { KubernetesObject } from '../../ports/cluster-client.js';
import type {
  ApiServerComponent,
  Components,
  KubeControllersComponent,
  PodState,
  TyphaComponent,
  Workload,
} from '../workload-state.js';
import { fieldsAt, listAt, numberAt, textAt } from '../fields.js';
import { referenceOf } from '../object-name.js';
import { readNodeComponent } from './calico-node.js';
import { type Role, workloadsOf } from './find-workloads.js';
import { type ConfigData, containerOf, environmentOf, readWorkload, templateContainers } from './workload.js';

/** What the components are read off. */
export interface ComponentSources {
  readonly workloads: readonly KubernetesObject[];
  readonly podsOf: (workload: KubernetesObject) => readonly PodState[];
  readonly configs: ConfigData;
  readonly budgets: readonly KubernetesObject[];
  readonly apiService: KubernetesObject | null;
  readonly mayReadTiers: boolean | null;
  readonly kubeControllersConfigurations: readonly KubernetesObject[];
  readonly nodeStatuses: readonly KubernetesObject[];
}

/** The parts of the install. Where a part is there twice (a migration half done) it is the operator's. */
export function readComponents(sources: ComponentSources): Components {
  const first = (role: Role): KubernetesObject | null => workloadsOf(sources.workloads, role)[0] ?? null;
  const plain = (role: Role): Workload | null => {
    const object = first(role);
    return object && readWorkload(object, sources.podsOf(object));
  };
  const node = first('node');
  return {
    node: node && readNodeComponent(node, sources.podsOf(node), sources.configs, sources.nodeStatuses),
    windowsNode: plain('windows-node'),
    typha: readTypha(first('typha'), sources),
    kubeControllers: readKubeControllers(first('kube-controllers'), sources),
    apiserver: readApiServer(first('apiserver'), sources),
    csi: plain('csi'),
    goldmane: plain('goldmane'),
    whisker: plain('whisker'),
    webhooks: plain('webhooks'),
  };
}

const CERTIFICATES = /^(?:typha-certs|node-certs|typha-certs-noncluster-host)$/;

function readTypha(object: KubernetesObject | null, sources: ComponentSources): TyphaComponent | null {
  if (!object) return null;
  const volumes = listAt(object, 'spec', 'template', 'spec', 'volumes');
  const env = templateContainers(object).flatMap(({ container }) => listAt(container, 'env'));
  return {
    ...readWorkload(object, sources.podsOf(object)),
    replicas: numberAt(object, 'spec', 'replicas') ?? 1,
    hasCertificates:
      volumes.some((volume) => CERTIFICATES.test(textAt(volume, 'secret', 'secretName'))) ||
      env.some((entry) => textAt(entry, 'name') === 'TYPHA_SERVERCERTFILE'),
    disruptionBudget: budgetOf(object, sources.budgets),
  };
}

function budgetOf(
  object: KubernetesObject,
  budgets: readonly KubernetesObject[],
): TyphaComponent['disruptionBudget'] {
  const { name, namespace } = object.metadata;
  const budget = budgets.find(
    (candidate) => candidate.metadata.name === name && candidate.metadata.namespace === namespace,
  );
  if (!budget) return null;
  return {
    reference: referenceOf(budget),
    disruptionsAllowed: numberAt(budget, 'status', 'disruptionsAllowed') ?? 0,
  };
}

function readKubeControllers(
  object: KubernetesObject | null,
  sources: ComponentSources,
): KubeControllersComponent | null {
  if (!object) return null;
  const container = containerOf(object, 'calico-kube-controllers');
  const env = container ? environmentOf(container, sources.configs) : {};
  return {
    ...readWorkload(object, sources.podsOf(object)),
    enabledControllers: enabledControllers(
      env['ENABLED_CONTROLLERS'] ?? '',
      sources.kubeControllersConfigurations,
    ),
  };
}

/** Names of controllers as KubeControllersConfiguration writes them, to what ENABLED_CONTROLLERS calls them. */
const CONTROLLER_NAMES: Readonly<Record<string, string>> = {
  node: 'node',
  policy: 'policy',
  namespace: 'namespace',
  serviceAccount: 'serviceaccount',
  workloadEndpoint: 'workloadendpoint',
  loadBalancer: 'loadbalancer',
};

/** The environment goes before the configuration object, of which the status says what runs. */
function enabledControllers(environment: string, configurations: readonly KubernetesObject[]): string[] {
  const listed = environment
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter(Boolean);
  if (listed.length > 0) return [...new Set(listed)].sort();
  const configuration = configurations.find(({ metadata }) => metadata.name === 'default');
  const running = fieldsAt(configuration, 'status', 'runningConfig', 'controllers');
  const wanted = fieldsAt(configuration, 'spec', 'controllers');
  const enabled = Object.keys(Object.keys(running).length > 0 ? running : wanted);
  return enabled.flatMap((name) => CONTROLLER_NAMES[name] ?? []).sort();
}

function readApiServer(
  object: KubernetesObject | null,
  sources: ComponentSources,
): ApiServerComponent | null {
  if (!object) return null;
  return { ...readWorkload(object, sources.podsOf(object)), apiService: readApiService(sources) };
}

/** An APIService that is backed by a Service; those of definitions (no Service) belong to no API server. */
function readApiService({
  apiService: object,
  mayReadTiers,
}: ComponentSources): ApiServerComponent['apiService'] {
  if (!object || textAt(object, 'spec', 'service', 'name') === '') return null;
  const available = listAt(object, 'status', 'conditions').find((item) => item['type'] === 'Available');
  return {
    reference: referenceOf(object),
    isAvailable: available?.['status'] === 'True',
    reason: textAt(available, 'reason'),
    message: textAt(available, 'message'),
    mayReadTiers,
  };
}
