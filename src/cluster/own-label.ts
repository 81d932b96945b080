/** Labels of whatever this program leaves in a cluster: journals, locks. */
export const OWN_LABELS = { 'app.kubernetes.io/managed-by': 'calico-upgrade-action' } as const;

/** Selects by {@link OWN_LABELS}. */
export const OWN_SELECTOR = Object.entries(OWN_LABELS)
  .map(([name, value]) => `${name}=${value}`)
  .join(',');
