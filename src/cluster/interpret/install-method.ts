import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { InstallMethodOnCluster } from '../calico-state.js';
import type { Evidence } from '../evidence.js';
import { evidenceOf } from '../object-name.js';
import { isOperatorOwned, workloadsOf } from './find-workloads.js';

/** How Calico was installed, and what says so. */
export interface MethodReading {
  readonly method: InstallMethodOnCluster;
  readonly otherMethods: readonly InstallMethodOnCluster[];
  readonly evidence: readonly Evidence[];
}

/** What the method is read off. */
export interface MethodSources {
  readonly workloads: readonly KubernetesObject[];
  readonly installation: KubernetesObject | null;
}

const RELEASE_NAME = 'meta.helm.sh/release-name';

/**
 * How Calico was installed; null where nothing of an install is found. Who runs calico-node decides; the signs of any
 * other method are named too, since they mean a migration that did not end, or one installed over the other.
 */
export function readMethod(sources: MethodSources): MethodReading | null {
  const nodes = workloadsOf(sources.workloads, 'node');
  const manifestNodes = nodes.filter((object) => !isOperatorOwned(object));
  const operatorSigns = operatorEvidence(sources, nodes);
  const manifestSigns = manifestNodes.map((object) => evidenceOf(object));
  if (operatorSigns.length === 0) {
    const lone = manifestSigns.length > 0 ? manifestSigns : loneParts(sources.workloads);
    return lone.length > 0 ? { method: 'manifest', otherMethods: [], evidence: lone } : null;
  }
  const helmSigns = helmEvidence(sources);
  const operatorMethod: InstallMethodOnCluster = helmSigns.length > 0 ? 'helm' : 'operator';
  const evidence = [...helmSigns, ...operatorSigns, ...manifestSigns];
  if (manifestSigns.length === 0) return { method: operatorMethod, otherMethods: [], evidence };
  const runsNodes = nodes.length > manifestNodes.length;
  return runsNodes
    ? { method: operatorMethod, otherMethods: ['manifest'], evidence }
    : { method: 'manifest', otherMethods: [operatorMethod], evidence };
}

function operatorEvidence(
  { workloads, installation }: MethodSources,
  nodes: readonly KubernetesObject[],
): Evidence[] {
  return [
    ...(installation ? [evidenceOf(installation)] : []),
    ...workloadsOf(workloads, 'operator').map((object) => evidenceOf(object)),
    ...nodes.filter(isOperatorOwned).map((object) => evidenceOf(object)),
  ];
}

/** Helm leaves its release's name on the operator and on the Installation. */
function helmEvidence({ workloads, installation }: MethodSources): Evidence[] {
  const objects = [...workloadsOf(workloads, 'operator'), ...(installation ? [installation] : [])];
  return objects.flatMap((object) => {
    const release = object.metadata.annotations?.[RELEASE_NAME];
    return release === undefined
      ? []
      : [evidenceOf(object, `metadata.annotations["${RELEASE_NAME}"]`, release)];
  });
}

/** What is left where calico-node itself is gone. */
function loneParts(workloads: readonly KubernetesObject[]): Evidence[] {
  return [...workloadsOf(workloads, 'typha'), ...workloadsOf(workloads, 'kube-controllers')].map((object) =>
    evidenceOf(object),
  );
}
