import { groupOf } from '../../cluster/object-name.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import { STAGES, type StageName } from './stage-name.js';

/** Objects of the target and the stage that writes them. */
export interface StageObjects {
  readonly stage: StageName;
  readonly objects: readonly KubernetesObject[];
}

const RBAC: ReadonlySet<string> = new Set([
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'ServiceAccount',
]);
const WORKLOADS: readonly (readonly [RegExp, StageName])[] = [
  [/^tigera-operator$/, 'operator'],
  [/^calico-typha/, 'typha'],
  [/^(?:calico-node|canal|canal-node)$/, 'node'],
  [/^calico-kube-controllers$/, 'kube-controllers'],
  [/^(?:calico-apiserver|csi-node-driver)$/, 'apiserver'],
];

/** What each stage does, in a sentence. */
export const STAGE_SUMMARIES: Readonly<Record<StageName, string>> = {
  crds: 'Adds and updates CRDs, and waits until each is Established. None is ever deleted.',
  rbac: 'Gives every account the rules of both releases, so that a node finds what it needs whichever it runs.',
  config: 'Updates ConfigMaps, Services and budgets.',
  data: 'Puts back what users wrote: policies, pools, BGP, Felix’s configuration. Only a rollback does so.',
  operator: 'Moves the operator, which then rolls Typha, kube-controllers and the nodes.',
  typha: 'Rolls Typha.',
  node: 'Moves calico-node wave by wave; no node outside a wave changes before the wave is well.',
  'kube-controllers': 'Moves kube-controllers.',
  apiserver: 'Moves the Calico API server and the CSI driver, and waits until the APIService is Available.',
  'rbac-trim': 'Takes the rules away that only the old release needed.',
};

/** Sorts the target's objects into the stages that write them; stages without objects are left out. */
export function stageObjects(objects: readonly KubernetesObject[]): readonly StageObjects[] {
  const byStage = new Map<StageName, KubernetesObject[]>();
  for (const object of objects) {
    const stage = stageOf(object);
    byStage.set(stage, [...(byStage.get(stage) ?? []), object]);
  }
  return STAGES.flatMap((stage) => {
    const found = byStage.get(stage);
    return found ? [{ stage, objects: found }] : [];
  });
}

/** The stage that writes an object. */
export function stageOf({ apiVersion, kind, metadata }: KubernetesObject): StageName {
  if (kind === 'CustomResourceDefinition') return 'crds';
  if (groupOf(apiVersion) === 'operator.tigera.io') return 'operator';
  if (RBAC.has(kind)) return 'rbac';
  if (kind !== 'DaemonSet' && kind !== 'Deployment') return kind === 'APIService' ? 'apiserver' : 'config';
  return WORKLOADS.find(([name]) => name.test(metadata.name))?.[1] ?? 'config';
}
