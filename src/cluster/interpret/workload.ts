import type { KubernetesObject } from '../../ports/cluster-client.js';
import type { PodState, Workload } from '../workload-state.js';
import { type Fields, fieldsAt, listAt, numberAt, scalarAt, textAt, textMapAt } from '../fields.js';
import { referenceOf } from '../object-name.js';

/** A DaemonSet or Deployment of the install with its pods. */
export function readWorkload(object: KubernetesObject, pods: readonly PodState[]): Workload {
  const strategy = fieldsAt(object, 'spec', object.kind === 'DaemonSet' ? 'updateStrategy' : 'strategy');
  return {
    reference: referenceOf(object),
    generation: object.metadata.generation ?? 0,
    observedGeneration: numberAt(object, 'status', 'observedGeneration') ?? 0,
    ...countsOf(object),
    images: templateContainers(object).map(({ container, isInit }) => ({
      container: textAt(container, 'name'),
      image: textAt(container, 'image'),
      isInit,
    })),
    updateStrategy: textAt(strategy, 'type') || 'RollingUpdate',
    maxUnavailable: scalarAt(strategy, 'rollingUpdate', 'maxUnavailable') || null,
    pods,
  };
}

function countsOf(object: KubernetesObject): Pick<Workload, 'desired' | 'updated' | 'ready' | 'available'> {
  const status = (name: string): number => numberAt(object, 'status', name) ?? 0;
  if (object.kind === 'DaemonSet') {
    return {
      desired: status('desiredNumberScheduled'),
      updated: status('updatedNumberScheduled'),
      ready: status('numberReady'),
      available: status('numberAvailable'),
    };
  }
  return {
    desired: numberAt(object, 'spec', 'replicas') ?? 1,
    updated: status('updatedReplicas'),
    ready: status('readyReplicas'),
    available: status('availableReplicas'),
  };
}

interface TemplateContainer {
  readonly container: Fields;
  readonly isInit: boolean;
}

/** The containers of a workload's pod template, init containers first. */
export function templateContainers(object: KubernetesObject): TemplateContainer[] {
  const pod = fieldsAt(object, 'spec', 'template', 'spec');
  return [
    ...listAt(pod, 'initContainers').map((container) => ({ container, isInit: true })),
    ...listAt(pod, 'containers').map((container) => ({ container, isInit: false })),
  ];
}

/** The container of that name in the pod template, init containers left out; null where there is none. */
export function containerOf(object: KubernetesObject, name: string): Fields | null {
  const found = templateContainers(object).find((item) => !item.isInit && item.container['name'] === name);
  return found?.container ?? null;
}

/** Whether the workload's selector picks the pod; selectors by expressions alone pick none. */
export function selects(workload: KubernetesObject, pod: KubernetesObject): boolean {
  if (workload.metadata.namespace !== pod.metadata.namespace) return false;
  const wanted = Object.entries(textMapAt(workload, 'spec', 'selector', 'matchLabels'));
  const labels = pod.metadata.labels ?? {};
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

/** Data of ConfigMaps, by name: what environment variables may point at. */
export type ConfigData = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** The environment of a container that has a value in the object itself or in a known ConfigMap. */
export function environmentOf(container: Fields, configs: ConfigData): Readonly<Record<string, string>> {
  const environment: Record<string, string> = {};
  for (const source of listAt(container, 'envFrom')) {
    Object.assign(environment, configs.get(textAt(source, 'configMapRef', 'name')));
  }
  for (const entry of listAt(container, 'env')) {
    const value = valueOf(entry, configs);
    if (value !== null) environment[textAt(entry, 'name')] = value;
  }
  return environment;
}

function valueOf(entry: Fields, configs: ConfigData): string | null {
  if (!('valueFrom' in entry)) return textAt(entry, 'value');
  const reference = fieldsAt(entry, 'valueFrom', 'configMapKeyRef');
  return configs.get(textAt(reference, 'name'))?.[textAt(reference, 'key')] ?? null;
}
