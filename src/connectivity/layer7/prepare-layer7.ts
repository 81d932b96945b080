import { textAt } from '../../cluster/fields.js';
import { carriesDikastes } from '../../cluster/interpret/application-layer.js';
import { groupOf } from '../../cluster/object-name.js';
import { ActionError, ClusterError } from '../../errors.js';
import type { ClusterClient, KubernetesObject } from '../../ports/cluster-client.js';
import type { Waiting } from '../../upgrade/gates/wait-for.js';
import { FIELD_MANAGER } from '../../upgrade/plan/try-changes.js';
import { makeProbeNamespaces, probeNamespaceLabels } from '../probe-namespace.js';
import type { ProbePodOptions } from '../probe-pod.js';
import type { CalicoPolicies, Layer7 } from '../scene.js';
import { injectionLabels, type InjectionLabels, INJECTOR_SELECTOR } from './injection.js';
import {
  LAYER7_LEVEL,
  LAYER7_NAMESPACE,
  layer7Pod,
  type Layer7PodOptions,
  layer7Service,
  peerAuthentication,
  TEMPLATES,
} from './layer7-objects.js';

const INJECTOR = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'MutatingWebhookConfiguration' };
const MESH_GROUP = 'security.istio.io';
/** So many revisions of Istio are tried. */
const MOST_REVISIONS = 4;

export interface PrepareOptions
  extends Waiting, Pick<ProbePodOptions, 'node' | 'image' | 'run' | 'deadlineMs'> {}

/**
 * Finds out whether an L7 rule can be tried here: where Felix syncs policies to pods, Istio injects its sidecars, and
 * Dikastes is among them. For the last a namespace is made, and a pod sent as a dry run. Where Felix syncs none, as it
 * comes, it is one question. Never throws but for a defect.
 */
export async function prepareLayer7(
  client: ClusterClient,
  { apiVersion, whyNoPolicies }: CalicoPolicies,
  options: PrepareOptions,
): Promise<Layer7> {
  if (whyNoPolicies !== null) return not(whyNoPolicies);
  try {
    const felix = await client.get({
      apiVersion,
      kind: 'FelixConfiguration',
      namespace: null,
      name: 'default',
    });
    if (textAt(felix, 'spec', 'policySyncPathPrefix') === '') {
      return not(
        'Felix syncs no policies to pods: the FelixConfiguration default has no policySyncPathPrefix',
      );
    }
    return await findInjection(client, options);
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    return not(`it could not be found out whether Istio injects Dikastes: ${error.message}`);
  }
}

function not(whyNot: string, isMade = false): Layer7 {
  return { whyNot, annotations: {}, isMade };
}

async function findInjection(client: ClusterClient, options: PrepareOptions): Promise<Layer7> {
  const injectors: KubernetesObject[] = [];
  for await (const { items } of client.list(INJECTOR, { labelSelector: INJECTOR_SELECTOR }))
    injectors.push(...items);
  if (injectors.length === 0) return not('Istio’s sidecar injector is not there');
  const pod = layer7Pod({ ...options, round: 0, annotations: {} }).metadata.labels ?? {};
  const namespace = probeNamespaceLabels(LAYER7_NAMESPACE, LAYER7_LEVEL, options.run);
  const all = injectionLabels(injectors, { namespace, pod });
  if (all.length === 0) {
    return not('no label of a namespace is known by which Istio’s injector gives its pods sidecars');
  }
  const refusals: string[] = [];
  try {
    for (const labels of all.slice(0, MOST_REVISIONS)) {
      await makeNamespace(client, labels, options);
      const found = await findTemplate(client, options);
      if (typeof found !== 'string') return { whyNot: null, annotations: found, isMade: true };
      refusals.push(found);
    }
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    return not(`its namespace could not be prepared: ${error.message}`, true);
  }
  return not(refusals[0] ?? '', true);
}

async function makeNamespace(
  client: ClusterClient,
  labels: InjectionLabels,
  options: PrepareOptions,
): Promise<void> {
  await makeProbeNamespaces(client, options.run, options, [[LAYER7_NAMESPACE, LAYER7_LEVEL, labels]]);
  await client.create(layer7Service(), { fieldManager: FIELD_MANAGER });
  const { kinds } = await client.discover();
  const served = kinds.find(
    ({ apiVersion, kind }) => groupOf(apiVersion) === MESH_GROUP && kind === 'PeerAuthentication',
  );
  // Where Istio knows none, no pod asks for mTLS
  if (served) await client.create(peerAuthentication(served.apiVersion), { fieldManager: FIELD_MANAGER });
}

/** By which annotations a pod gets Dikastes; a text is why by none. */
async function findTemplate(
  client: ClusterClient,
  options: PrepareOptions,
): Promise<Layer7PodOptions['annotations'] | string> {
  for (const annotations of TEMPLATES) {
    try {
      const pod = layer7Pod({ ...options, round: 0, annotations });
      const made = await client.create(pod, { fieldManager: FIELD_MANAGER, dryRun: true });
      if (carriesDikastes(made)) return annotations;
    } catch (error) {
      // An injector that has no template of that name refuses the pod
      if (!(error instanceof ClusterError)) throw error;
      if (annotations === TEMPLATES[0]) return `a pod for Istio’s sidecar is refused: ${error.message}`;
    }
  }
  return 'Istio’s injector adds no Dikastes to the test’s pod';
}
