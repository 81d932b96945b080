import { canonicalText } from '../../cluster/fields.js';
import type { KubernetesObject, ManagedFieldsEntry } from '../../ports/cluster-client.js';
import { fieldsOwnedBy } from '../customisations/managed-fields.js';
import { withoutServerFields } from '../customisations/server-fields.js';
import { OWN_MANAGERS } from '../engine/own-managers.js';
import { listNames } from '../preflight/finding.js';

const HELM_RELEASE = 'meta.helm.sh/release-name';
/** Programs of Kubernetes itself: what they write is nobody's wish. */
const KUBERNETES: ReadonlySet<string> = new Set([
  'kube-controller-manager',
  'kube-apiserver',
  'kube-scheduler',
]);

/**
 * Whether nobody but Calico's own programs has written an object, since a time where one is given, as its managed fields
 * say. False where they do not say enough.
 */
export function onlyCalicoWrote(object: KubernetesObject, time?: string): boolean {
  const writers = entriesSince(object, time);
  return writers.length > 0 && writers.every((entry) => isOwn(entry, object));
}

/**
 * Why an object of the install is put back although somebody else changed it since a time, who that was, and what of it the
 * backup has otherwise; empty where managed fields tell of nobody. They do not tell of a field that was only taken away.
 */
export function whyOverwritten(saved: KubernetesObject, live: KubernetesObject, time: string): string {
  const [before, now] = [withoutServerFields(saved), withoutServerFields(live)];
  const managers = new Set<string>();
  const fields = new Set<string>();
  for (const entry of entriesSince(live, time)) {
    const { manager = '' } = entry;
    if (isOwn(entry, live) || KUBERNETES.has(manager)) continue;
    const known = new Map(
      fieldsOwnedBy(entry, before).map(({ path, value }) => [path, canonicalText(value)]),
    );
    for (const { path, value } of fieldsOwnedBy(entry, now)) {
      if (known.get(path) === canonicalText(value)) continue;
      managers.add(manager);
      fields.add(path);
    }
  }
  if (fields.size === 0) return '';
  return `It was changed by ${listNames([...managers])} since the backup (${listNames([...fields])}): it is put back as it was then; make the change again if it is wanted.`;
}

function entriesSince({ metadata }: KubernetesObject, time?: string): readonly ManagedFieldsEntry[] {
  // Managed fields tell seconds
  const since = time === undefined ? -Infinity : Math.floor(Date.parse(time) / 1000) * 1000;
  return (metadata.managedFields ?? []).filter(
    ({ subresource = 'scale', time: written }) =>
      subresource === 'scale' && !(Date.parse(written ?? '') < since),
  );
}

/** What Helm wrote into an object of its release is of the release, whose values go back with it. */
function isOwn({ manager = '' }: ManagedFieldsEntry, { metadata }: KubernetesObject): boolean {
  return (
    OWN_MANAGERS.has(manager) || (manager === 'helm' && metadata.annotations?.[HELM_RELEASE] !== undefined)
  );
}
