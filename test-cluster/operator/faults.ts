import { asFields, textAt } from '../ready-made/fields.js';
import type { KubernetesObject } from '../../src/ports/cluster-client.js';

/** Names of TigeraStatus objects. */
export const STATUSES = ['calico', 'apiserver', 'ippools', 'tiers', 'goldmane', 'whisker'] as const;
export type StatusName = (typeof STATUSES)[number];

/** What the operator renders, in its order. */
export const COMPONENTS = [
  'calico-typha',
  'calico-node',
  'csi-node-driver',
  'calico-kube-controllers',
] as const;
export type Component = (typeof COMPONENTS)[number];

/** What the stand-in can be told to do wrong; each has been seen of the real one, or of a cluster that it ran. */
export type Fault =
  /** Reports Degraded, as where a step of its work fails. */
  | {
      readonly type: 'degrade';
      readonly status: StatusName;
      readonly reason?: string;
      readonly message?: string;
    }
  /** Writes nothing from that component on, and does not get so far as to look at its workloads: statuses stay as they were. */
  | { readonly type: 'stall'; readonly before: Component }
  /** Available and Degraded at once. */
  | { readonly type: 'flicker'; readonly status: StatusName }
  /** Reports all well, and the new Calico in the Installation, while pods are still old. */
  | { readonly type: 'early-available' };

/** A ConfigMap that tells faults to a stand-in that runs elsewhere: `data.faults` is a JSON list. */
export const FAULT_CONFIG_MAP = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'tigera-operator',
  name: 'stand-in-faults',
} as const;

/** The faults of that ConfigMap; none where it is not there. @throws SyntaxError where it holds no JSON */
export function readFaults(configMap: KubernetesObject | null): Fault[] {
  const text = textAt(configMap, 'data', 'faults');
  if (!text) return [];
  const list: unknown = JSON.parse(text);
  return Array.isArray(list)
    ? list.filter((item): item is Fault => typeof asFields(item)?.['type'] === 'string')
    : [];
}
