import type { KubernetesObject } from '../ports/cluster-client.js';

/** Labels of whatever this program leaves in a cluster: journals, locks, pods and policies of the network test. */
export const OWN_LABELS = { 'app.kubernetes.io/managed-by': 'calico-upgrade-action' } as const;

/** Selects by {@link OWN_LABELS}. */
export const OWN_SELECTOR = Object.entries(OWN_LABELS)
  .map(([name, value]) => `${name}=${value}`)
  .join(',');

/** Whether this program made an object. */
export function isOurs({ metadata: { labels = {} } }: KubernetesObject): boolean {
  return Object.entries(OWN_LABELS).every(([name, value]) => labels[name] === value);
}
