import type { KubernetesObject, Patch } from '../../ports/cluster-client.js';
import { asRecord } from './kubeconfig-fields.js';

/** What the server writes by itself. */
const SERVER_METADATA = [
  'resourceVersion',
  'uid',
  'creationTimestamp',
  'generation',
  'managedFields',
  'selfLink',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
];

/** Whether all that was sent is in the object as it is; the server may have added defaults. */
export function holdsContent(live: KubernetesObject, sent: KubernetesObject): boolean {
  return isContained(contentOf(sent), live);
}

/** Whether the object is what was sent, no more and no less, but for what only the server writes. */
export function isSameContent(live: KubernetesObject, sent: KubernetesObject): boolean {
  const [one, other] = [contentOf(live), contentOf(sent)];
  return isContained(one, other) && isContained(other, one);
}

/** Whether a merge patch (or a strategic one without directives) would change nothing. */
export function isPatchInEffect(live: unknown, patch: unknown): boolean {
  const [changes, current] = [asRecord(patch), asRecord(live)];
  if (changes === null) return isContained(patch, live) && isContained(live, patch);
  // The server leaves some empty maps out; to set one again does no harm, to take it for set would.
  if (isHollow(changes)) return current !== null;
  return Object.entries(changes).every(([key, value]) =>
    value === null ? current?.[key] === undefined : isPatchInEffect(current?.[key], value),
  );
}

/** What is known of a JSON patch whose outcome is not: it shows, it may be repeated without harm, or neither. */
export function judgeJsonPatch(
  live: KubernetesObject,
  operations: Extract<Patch, { type: 'json' }>['body'],
): 'in-effect' | 'repeatable' | 'unclear' {
  const steps = operations.map((operation): Step => ({
    operation: String(operation['op']),
    path: String(operation['path']).split('/').slice(1).map(unescapePointer),
    value: operation['value'],
  }));
  const changes = steps.filter((step) => step.operation !== 'test');
  const isPlain = changes.every(
    ({ operation, path }) =>
      ['add', 'replace', 'remove'].includes(operation) && !path.some((part) => /^(\d+|-)$/.test(part)),
  );
  if (!isPlain) return 'unclear';
  if (changes.every((step) => isShown(live, step))) return 'in-effect';
  return changes.some(({ operation }) => operation === 'remove') ? 'unclear' : 'repeatable';
}

interface Step {
  readonly operation: string;
  readonly path: readonly string[];
  readonly value: unknown;
}

function isShown(live: KubernetesObject, { operation, path, value }: Step): boolean {
  const current = valueAt(live, path);
  if (operation === 'remove') return current === undefined;
  if (operation === 'add' && asRecord(value) !== null && current === undefined) return false;
  return isContained(current, value) && isContained(value, current);
}

function contentOf(object: KubernetesObject): Readonly<Record<string, unknown>> {
  const metadata = Object.entries(object.metadata).filter(([key]) => !SERVER_METADATA.includes(key));
  return { ...object, status: undefined, metadata: Object.fromEntries(metadata) };
}

function isContained(part: unknown, whole: unknown): boolean {
  if (part === undefined || part === null || isHollow(part)) return true;
  if (Array.isArray(part)) {
    return (
      Array.isArray(whole) &&
      part.length === whole.length &&
      part.every((item, index) => isContained(item, whole[index]))
    );
  }
  const [fields, others] = [asRecord(part), asRecord(whole)];
  if (fields === null) return part === whole;
  return others !== null && Object.entries(fields).every(([key, value]) => isContained(value, others[key]));
}

/** The server leaves empty lists and maps out. */
function isHollow(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function valueAt(object: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, part) => asRecord(value)?.[part], object);
}

function unescapePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}
