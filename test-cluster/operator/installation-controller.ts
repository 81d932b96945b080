import { randomBytes } from 'node:crypto';
import type { KubernetesObject } from '../../src/ports/cluster-client.js';
import { CALICO_API } from '../ready-made/calico-objects.js';
import {
  asFields,
  copyOf,
  type Fields,
  fieldsAt,
  isSame,
  listAt,
  numberAt,
  textAt,
} from '../ready-made/fields.js';
import type { Component } from './faults.js';
import { chooseImageSet } from './images.js';
import { FINALIZERS, installationProblem, withDefaults } from './installation.js';
import { OPERATOR_MANAGER } from './object-writer.js';
import { degraded, type Outcome, watchedOf } from './outcome.js';
import { withPoolDefaults } from './pools.js';
import { renderCsi } from './render/csi.js';
import { renderKubeControllers } from './render/kube-controllers.js';
import { renderNamespace } from './render/namespaces.js';
import { renderNode } from './render/node.js';
import { CALICO_NAMESPACE, type RenderSource } from './render/render-source.js';
import { renderTypha } from './render/typha.js';
import { countAll, IMAGE_SET, INSTALLATION, listAll, type RunContext } from './run-context.js';

/**
 * What the operator renders, in the order in which it writes it: all in one pass, without waiting for one before the
 * next (tigera/operator v1.36.16 `pkg/controller/installation/core_controller.go`, `Reconcile`). Since a DaemonSet
 * takes a node at a time, typha and kube-controllers are new before the last node is.
 */
const RENDERERS: Readonly<Record<Component, (source: RenderSource) => KubernetesObject[]>> = {
  'calico-typha': renderTypha,
  'calico-node': renderNode,
  'csi-node-driver': (source) => (source.release.hasCsi ? renderCsi(source) : []),
  'calico-kube-controllers': renderKubeControllers,
};

/** Secrets that the operator makes once (`pkg/controller/certificatemanager`); their content is of no use to anybody. */
const SECRETS: readonly (readonly [namespace: string, name: string])[] = [
  ['tigera-operator', 'tigera-ca-private'],
  ['tigera-operator', 'typha-certs'],
  ['tigera-operator', 'node-certs'],
  [CALICO_NAMESPACE, 'typha-certs'],
  [CALICO_NAMESPACE, 'node-certs'],
];

/** One pass over the Installation. */
export async function reconcileInstallation(context: RunContext): Promise<Outcome> {
  const installation = await context.client.get(INSTALLATION);
  if (!installation) return { type: 'absent' };
  const generation = installation.metadata.generation ?? 0;
  if (installation.metadata.deletionTimestamp !== undefined) {
    await finish(context, installation);
    return { type: 'waiting', generation };
  }
  const pools = await listAll(context.client, { apiVersion: CALICO_API, kind: 'IPPool' });
  const spec = await filledSpec(context, installation, pools);
  const problem = installationProblem(spec, context.release);
  if (problem !== null)
    return degraded(generation, 'InvalidConfigurationError', 'Invalid Installation provided', problem);
  await context.definitions.overwrite();
  await writeDefaults(context, installation, spec);
  if (context.release.ownsPools && !pools.some((pool) => fieldsAt(pool, 'spec')?.['disabled'] !== true)) {
    return degraded(generation, 'ResourceNotFound', 'waiting for enabled IP pools to be created');
  }
  return renderAll(context, installation, spec);
}

async function filledSpec(
  context: RunContext,
  installation: KubernetesObject,
  pools: readonly KubernetesObject[],
): Promise<Fields> {
  const spec = structuredClone(fieldsAt(installation, 'spec') ?? {});
  const filled = withDefaults(spec, pools.length > 0 || !context.release.ownsPools);
  return context.release.ownsPools
    ? filled
    : withPoolDefaults(filled, pools, await podSubnet(context), context.release);
}

/** kubeadm's pod network; null where the cluster is not kubeadm's. */
export async function podSubnet({ client }: RunContext): Promise<string | null> {
  const reference = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kube-system', name: 'kubeadm-config' };
  const text = textAt(await client.get(reference), 'data', 'ClusterConfiguration');
  return /^\s*podSubnet:\s*"?([\d.,:/a-f]+)"?\s*$/im.exec(text)?.[1] ?? null;
}

/** Writes defaults and finalizers back into the Installation. */
async function writeDefaults(
  { client }: RunContext,
  installation: KubernetesObject,
  spec: Fields,
): Promise<void> {
  const finalizers = [...new Set([...(installation.metadata.finalizers ?? []), ...FINALIZERS])];
  if (isSame(spec, installation['spec']) && isSame(finalizers, installation.metadata.finalizers)) return;
  const body = { metadata: { finalizers }, spec };
  await client.patch(INSTALLATION, { type: 'merge', body }, { fieldManager: OPERATOR_MANAGER });
}

async function renderAll(
  context: RunContext,
  installation: KubernetesObject,
  spec: Fields,
): Promise<Outcome> {
  const generation = installation.metadata.generation ?? 0;
  const { client, writer, release } = context;
  await writer.write(renderNamespace(CALICO_NAMESPACE, 'privileged'), installation);
  for (const [namespace, name] of SECRETS) await writer.ensure(secret(namespace, name));
  const imageSets = (await listAll(client, IMAGE_SET)).map(copyOf);
  const { found, problem } = chooseImageSet(imageSets, release.calico);
  if (problem !== null) {
    const isMissing = found === null;
    const message = isMissing ? 'Error getting ImageSet' : 'Error validating ImageSet';
    return degraded(
      generation,
      isMissing ? 'ResourceReadError' : 'ResourceValidationError',
      message,
      problem,
    );
  }
  const nodes = await countAll(client, { apiVersion: 'v1', kind: 'Node' });
  const source: RenderSource = { release, spec, imageSet: found, nodes };
  const rendered = renderObjects(source);
  if (typeof rendered === 'string') {
    return degraded(
      generation,
      'ResourceValidationError',
      'Error resolving ImageSet for components',
      `invalid ImageSet: ${rendered}`,
    );
  }
  for (const [component, objects] of rendered) {
    if (context.faults().some((fault) => fault.type === 'stall' && fault.before === component))
      return { type: 'waiting', generation };
    for (const object of objects) await writer.write(object, installation);
  }
  return { type: 'done', generation, watched: watchedOf(rendered.flatMap(([, objects]) => objects)) };
}

/** All objects by component, or why they cannot be rendered. */
function renderObjects(source: RenderSource): (readonly [Component, KubernetesObject[]])[] | string {
  try {
    return (Object.keys(RENDERERS) as Component[]).map(
      (component) => [component, RENDERERS[component](source)] as const,
    );
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Says in the Installation that all of it runs: version and variant together, and only then. */
export async function writeInstallationStatus({ client, release }: RunContext): Promise<void> {
  const installation = await client.get(INSTALLATION);
  if (!installation) return;
  const spec = fieldsAt(installation, 'spec') ?? {};
  const live = fieldsAt(installation, 'status') ?? {};
  const calico = await client.get({
    apiVersion: 'operator.tigera.io/v1',
    kind: 'TigeraStatus',
    namespace: null,
    name: 'calico',
  });
  const imageSets = (await listAll(client, IMAGE_SET)).map(copyOf);
  const next = {
    calicoVersion: release.calico,
    computed: spec,
    conditions: installationConditions(listAt(calico, 'status', 'conditions')),
    imageSet: textAt(chooseImageSet(imageSets, release.calico).found, 'metadata', 'name'),
    mtu: numberAt(spec, 'calicoNetwork', 'mtu'),
    variant: 'Calico',
  };
  const comparable = { ...next, ...(next.imageSet === '' ? { imageSet: live['imageSet'] ?? '' } : {}) };
  if (isSame(asFields(comparable), { imageSet: '', mtu: 0, ...live })) return;
  const options = { fieldManager: OPERATOR_MANAGER, subresource: 'status' };
  await client.patch(INSTALLATION, { type: 'merge', body: { status: next } }, options);
}

/** Conditions of the Installation: those of TigeraStatus, where Available is called Ready (`UpdateStatusCondition`). */
function installationConditions(conditions: readonly Fields[]): Fields[] {
  return conditions.map((condition) => ({
    ...condition,
    type: condition['type'] === 'Available' ? 'Ready' : condition['type'],
    reason: textAt(condition, 'reason') || 'Unknown',
    message: textAt(condition, 'message'),
  }));
}

/** Lets a deleted Installation go; what it owns goes by garbage collection. */
async function finish({ client }: RunContext, installation: KubernetesObject): Promise<void> {
  const finalizers = (installation.metadata.finalizers ?? []).filter(
    (finalizer) => !finalizer.includes('tigera.io'),
  );
  const body = { metadata: { finalizers } };
  await client.patch(INSTALLATION, { type: 'merge', body }, { fieldManager: OPERATOR_MANAGER });
}

function secret(namespace: string, name: string): KubernetesObject {
  const data = {
    'tls.crt': randomBytes(24).toString('base64'),
    'tls.key': randomBytes(24).toString('base64'),
  };
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type: 'Opaque', data };
}
