import type { KubernetesObject, ObjectReference } from '../../ports/cluster-client.js';
import type { Probe } from '../probe.js';
import type { Scene } from '../scene.js';
import type { ScenarioName } from './scenario-name.js';

/**
 * Something written to a namespace of the network test; of the whole cluster only a policy that selects pods of that
 * namespace, and an empty tier.
 */
export type Change =
  | { readonly kind: 'apply'; readonly object: KubernetesObject }
  | { readonly kind: 'delete'; readonly object: ObjectReference };

/** What is changed, and how traffic has to be from then on. */
export interface Phase {
  /** `all traffic is let through again`. */
  readonly title: string;
  readonly changes: readonly Change[];
  readonly probes: readonly Probe[];
}

/** A kind of traffic, and how it has to be. */
export interface Scenario {
  readonly name: ScenarioName;
  /** What is shown where it passes: continues “shows that …”. */
  readonly proves: string;
  /** Why it cannot be tried here; null where it can. */
  readonly whySkipped: (scene: Scene) => string | null;
  /** One after the other. Those that change nothing have one phase, and are tried together. */
  readonly phases: (scene: Scene) => readonly Phase[];
}

/** Traffic as it is, with nothing changed for it. */
export function still(
  name: ScenarioName,
  proves: string,
  probes: (scene: Scene) => readonly Probe[],
  whySkipped: Scenario['whySkipped'] = () => null,
): Scenario {
  return {
    name,
    proves,
    whySkipped,
    phases: (scene) => [{ title: '', changes: [], probes: probes(scene) }],
  };
}
