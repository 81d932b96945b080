import type { KubernetesObject } from '../../src/ports/cluster-client.js';
import {
  asFields,
  asObject,
  copyOf,
  type Fields,
  listAt,
  makeFieldsAt,
  makeListAt,
  textAt,
} from './fields.js';
import { changedEnv, containersOf } from './kubectl.js';

/** What users typically change in upstream's files before they apply them. Each is left out unless named. */
export interface Customisations {
  /** `veth_mtu` of calico-config (canal: `veth_mtu` of canal-config). */
  readonly mtu?: number;
  /** `IP_AUTODETECTION_METHOD` of calico-node: `interface=eth1`, `can-reach=8.8.8.8`. */
  readonly ipAutodetection?: string;
  /** `CALICO_IPV4POOL_CIDR` of calico-node, which upstream ships commented out. */
  readonly poolCidr?: string;
  /** Requests and limits of the container calico-node. */
  readonly resources?: Resources;
  /** More environment variables of the container calico-node: `FELIX_LOGSEVERITYSCREEN`. */
  readonly nodeEnv?: Readonly<Record<string, string>>;
  /** Takes the place of `docker.io` or `quay.io` in every image: `registry.example.com/mirror`. */
  readonly registry?: string;
  /** Name of a pull secret, added to every workload. */
  readonly pullSecret?: string;
  /** Tolerations added to kube-controllers and typha; calico-node tolerates everything. */
  readonly tolerations?: readonly Readonly<Record<string, unknown>>[];
  /** Labels that nodes must have, added to calico-node. */
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /** A directory of the host, mounted into the container calico-node. */
  readonly extraVolume?: { readonly name: string; readonly hostPath: string; readonly mountPath: string };
  /** Replicas of typha. */
  readonly typhaReplicas?: number;
  /** `calico_backend` of calico-config: `vxlan` makes calico.yaml a VXLAN install, as upstream's comments say. */
  readonly backend?: 'bird' | 'vxlan' | 'none';
}

export interface Resources {
  readonly requests?: Readonly<Record<string, string>>;
  readonly limits?: Readonly<Record<string, string>>;
}

/** DaemonSets that run calico-node: those of calico.yaml and its siblings, and of canal. */
const NODE_DAEMON_SETS = new Set(['calico-node', 'canal', 'canal-node']);

/** The objects of an upstream file with a user's changes, others as they were. */
export function customise(objects: readonly KubernetesObject[], changes: Customisations): KubernetesObject[] {
  return objects.map((object) => {
    const copy = copyOf(object);
    customiseObject(copy, changes);
    return asObject(copy);
  });
}

function customiseObject(object: Fields, changes: Customisations): void {
  const name = textAt(object, 'metadata', 'name');
  if (object['kind'] === 'ConfigMap') customiseConfig(makeFieldsAt(object, 'data'), changes);
  if (object['kind'] !== 'DaemonSet' && object['kind'] !== 'Deployment') return;
  const pod = makeFieldsAt(object, 'spec', 'template', 'spec');
  customisePod(pod, changes);
  if (object['kind'] === 'DaemonSet' && NODE_DAEMON_SETS.has(name)) {
    customiseNode(object, pod, changes);
    return;
  }
  if (changes.tolerations) makeListAt(pod, 'tolerations').push(...changes.tolerations);
  if (name === 'calico-typha' && changes.typhaReplicas !== undefined) {
    makeFieldsAt(object, 'spec')['replicas'] = changes.typhaReplicas;
  }
}

function customiseConfig(data: Fields, { mtu, backend }: Customisations): void {
  if (mtu !== undefined && 'veth_mtu' in data) data['veth_mtu'] = String(mtu);
  if (backend !== undefined && 'calico_backend' in data) data['calico_backend'] = backend;
}

/** What changes in the pods of every workload. */
function customisePod(pod: Fields, { registry, pullSecret }: Customisations): void {
  for (const container of [...listAt(pod, 'initContainers'), ...listAt(pod, 'containers')]) {
    if (registry !== undefined) container['image'] = inRegistry(textAt(container, 'image'), registry);
  }
  if (pullSecret !== undefined) makeListAt(pod, 'imagePullSecrets').push({ name: pullSecret });
}

function customiseNode(workload: Fields, pod: Fields, changes: Customisations): void {
  const container = containersOf(workload).find((item) => item['name'] === 'calico-node');
  if (!container) return;
  const { ipAutodetection, poolCidr, nodeEnv, resources, nodeSelector, extraVolume } = changes;
  container['env'] = changedEnv(container['env'], {
    ...(ipAutodetection === undefined ? {} : { IP_AUTODETECTION_METHOD: ipAutodetection }),
    ...(poolCidr === undefined ? {} : { CALICO_IPV4POOL_CIDR: poolCidr }),
    ...nodeEnv,
  });
  if (resources) container['resources'] = structuredClone(resources);
  if (nodeSelector) Object.assign(makeFieldsAt(pod, 'nodeSelector'), nodeSelector);
  if (extraVolume) {
    const { name, hostPath, mountPath } = extraVolume;
    makeListAt(pod, 'volumes').push({ name, hostPath: { path: hostPath } });
    makeListAt(container, 'volumeMounts').push({ name, mountPath });
  }
  if (changes.backend === 'vxlan') withoutBird(container);
}

/** Upstream's comment in calico.yaml: with the VXLAN backend, take the BIRD probes out. */
function withoutBird(container: Fields): void {
  for (const probe of ['livenessProbe', 'readinessProbe']) {
    const exec = asFields(asFields(container[probe])?.['exec']);
    const command = exec?.['command'];
    if (exec && Array.isArray(command))
      exec['command'] = command.filter((word) => !String(word).startsWith('-bird-'));
  }
  container['env'] = changedEnv(container['env'], {
    CALICO_IPV4POOL_IPIP: 'Never',
    CALICO_IPV4POOL_VXLAN: 'Always',
  });
}

/** `docker.io/calico/node:v3.28.2` in a registry of one's own: `registry.example.com/calico/node:v3.28.2`. */
export function inRegistry(image: string, registry: string): string {
  const slash = image.indexOf('/');
  const host = image.slice(0, slash);
  return host.includes('.') ? `${registry}${image.slice(slash)}` : `${registry}/${image}`;
}

/** The spec of an Installation with the same changes, as an operator takes them. */
export function customiseInstallation(
  installation: KubernetesObject,
  changes: Customisations,
): KubernetesObject {
  const copy = copyOf(installation);
  const spec = makeFieldsAt(copy, 'spec');
  const network = makeFieldsAt(spec, 'calicoNetwork');
  if (changes.mtu !== undefined) network['mtu'] = changes.mtu;
  if (changes.ipAutodetection !== undefined)
    network['nodeAddressAutodetectionV4'] = autodetection(changes.ipAutodetection);
  const [pool] = listAt(network, 'ipPools');
  if (changes.poolCidr !== undefined && pool) pool['cidr'] = changes.poolCidr;
  if (changes.registry !== undefined) spec['registry'] = `${changes.registry}/`;
  if (changes.pullSecret !== undefined) spec['imagePullSecrets'] = [{ name: changes.pullSecret }];
  if (changes.tolerations) spec['controlPlaneTolerations'] = structuredClone(changes.tolerations);
  const template: Fields = {};
  if (changes.resources)
    template['containers'] = [{ name: 'calico-node', resources: structuredClone(changes.resources) }];
  if (changes.nodeSelector) template['nodeSelector'] = { ...changes.nodeSelector };
  if (Object.keys(template).length > 0)
    makeFieldsAt(spec, 'calicoNodeDaemonSet', 'spec', 'template')['spec'] = template;
  return asObject(copy);
}

/** `interface=eth1` as the Installation writes it. */
function autodetection(method: string): Fields {
  const [name = '', value = ''] = method.split(/=(.*)/s);
  const fields: Readonly<Record<string, Fields>> = {
    interface: { interface: value },
    'skip-interface': { skipInterface: value },
    'can-reach': { canReach: value },
    cidr: { cidrs: value.split(',') },
    'kubernetes-internal-ip': { kubernetes: 'NodeInternalIP' },
  };
  return fields[name] ?? { firstFound: true };
}
