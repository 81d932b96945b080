import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { CalicoApiGroup, CalicoState, InstallMethodOnCluster, Variant } from '../calico-state.js';
import type { Evidence } from '../evidence.js';
import { textAt } from '../fields.js';
import { evidenceOf } from '../object-name.js';
import { backendOf, NODE_CONTAINER } from './calico-node.js';
import { hasFlannel, workloadsOf } from './find-workloads.js';
import { type ConfigData, containerOf, environmentOf } from './workload.js';

/** Which of upstream's files it is, and what follows from that. */
export interface VariantReading {
  readonly variant: Variant;
  readonly evidence: readonly Evidence[];
  readonly datastore: CalicoState['datastore'];
  readonly providesNetworking: boolean;
}

/** What the variant is read off. */
export interface VariantSources {
  readonly method: InstallMethodOnCluster;
  readonly workloads: readonly KubernetesObject[];
  readonly configs: ConfigData;
  readonly installation: KubernetesObject | null;
  readonly dataGroup: CalicoApiGroup;
}

/** What the node's DaemonSet says of itself. */
interface NodeFacts {
  readonly daemonSet: KubernetesObject;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The variant is the file whose objects the install has. Where several would fit, it is the one that loses nothing:
 * the Typha file on a VXLAN install with Typha, since the backend is a setting in it, and Typha is not in the other.
 */
export function readVariant(sources: VariantSources): VariantReading {
  if (sources.method !== 'manifest') return readOperatorVariant(sources.installation);
  const daemonSet = workloadsOf(sources.workloads, 'node').at(-1);
  if (!daemonSet)
    return { variant: 'calico', evidence: [], datastore: 'kubernetes', providesNetworking: true };
  const container = containerOf(daemonSet, NODE_CONTAINER);
  const facts = { daemonSet, env: container ? environmentOf(container, sources.configs) : {} };
  const etcd = etcdEvidence(facts);
  const datastore = etcd ? 'etcdv3' : 'kubernetes';
  if (hasFlannel(daemonSet)) {
    const evidence = [
      evidenceOf(daemonSet, 'spec.template.spec.containers', 'flannel'),
      ...(etcd ? [etcd] : []),
    ];
    return { variant: etcd ? 'canal-etcd' : 'canal', evidence, datastore, providesNetworking: false };
  }
  if (etcd) return { variant: 'calico-etcd', evidence: [etcd], datastore, providesNetworking: true };
  return { ...readKubernetesVariant(facts, sources), datastore };
}

/** @see https://docs.tigera.io/calico/latest/reference/installation/api#cnispec for the CNIs that bring their own network */
function readOperatorVariant(installation: KubernetesObject | null): VariantReading {
  const cni = textAt(installation, 'spec', 'cni', 'type');
  const evidence = installation ? [evidenceOf(installation)] : [];
  return {
    variant: 'operator',
    evidence: installation && cni !== '' ? [evidenceOf(installation, 'spec.cni.type', cni)] : evidence,
    datastore: 'kubernetes',
    providesNetworking: cni === '' || cni === 'Calico',
  };
}

/** libcalico takes etcd where DATASTORE_TYPE is not set; upstream's etcd files set only the endpoints. */
function etcdEvidence({ daemonSet, env }: NodeFacts): Evidence | null {
  const type = env['DATASTORE_TYPE'] ?? '';
  if (type === 'kubernetes') return null;
  if (type === 'etcdv3') return envEvidence(daemonSet, 'DATASTORE_TYPE', type);
  const hasEndpoints = env['ETCD_ENDPOINTS'] !== undefined || namesVariable(daemonSet, 'ETCD_ENDPOINTS');
  return hasEndpoints ? envEvidence(daemonSet, 'ETCD_ENDPOINTS', env['ETCD_ENDPOINTS'] ?? '') : null;
}

function readKubernetesVariant(
  { daemonSet, env }: NodeFacts,
  { workloads, dataGroup }: VariantSources,
): Pick<VariantReading, 'variant' | 'evidence' | 'providesNetworking'> {
  const at = (name: string): Evidence => envEvidence(daemonSet, name, env[name] ?? '');
  const networking = { providesNetworking: true };
  if (dataGroup === 'projectcalico.org')
    return { variant: 'calico-v3-crds', evidence: nativeEvidence(daemonSet), ...networking };
  if (backendOf(env) === 'none')
    return {
      variant: 'calico-policy-only',
      evidence: [at('CALICO_NETWORKING_BACKEND')],
      providesNetworking: false,
    };
  const typha = typhaEvidence(workloads, daemonSet, env);
  if (typha.length > 0) return { variant: 'calico-typha', evidence: typha, ...networking };
  if (env['FELIX_BPFENABLED']?.toLowerCase() === 'true')
    return { variant: 'calico-bpf', evidence: [at('FELIX_BPFENABLED')], ...networking };
  if (backendOf(env) === 'vxlan')
    return { variant: 'calico-vxlan', evidence: [at('CALICO_NETWORKING_BACKEND')], ...networking };
  return { variant: 'calico', evidence: [at('CALICO_NETWORKING_BACKEND')], ...networking };
}

function nativeEvidence(daemonSet: KubernetesObject): Evidence[] {
  const object = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    namespace: null,
    name: 'ippools.projectcalico.org',
  };
  return [{ object, field: 'spec.group', value: 'projectcalico.org' }, evidenceOf(daemonSet)];
}

function typhaEvidence(
  workloads: readonly KubernetesObject[],
  daemonSet: KubernetesObject,
  env: Readonly<Record<string, string>>,
): Evidence[] {
  const service = env['FELIX_TYPHAK8SSERVICENAME'] ?? '';
  const isNamed = service !== '' && service !== 'none';
  return [
    ...workloadsOf(workloads, 'typha').map((object) => evidenceOf(object)),
    ...(isNamed ? [envEvidence(daemonSet, 'FELIX_TYPHAK8SSERVICENAME', service)] : []),
  ];
}

function envEvidence(daemonSet: KubernetesObject, name: string, value: string): Evidence {
  return evidenceOf(
    daemonSet,
    `spec.template.spec.containers[name=${NODE_CONTAINER}].env[name=${name}]`,
    value,
  );
}

function namesVariable(daemonSet: KubernetesObject, name: string): boolean {
  const entries = containerOf(daemonSet, NODE_CONTAINER)?.['env'];
  return Array.isArray(entries) && entries.some((entry: unknown) => textAt(entry, 'name') === name);
}
