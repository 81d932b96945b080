import { clip, singleLine } from '../text.js';

const LONGEST = 300;
const SECRET = /passw|token|secret|credential|private[-_]?key|auth(?!or)|\bkey\b/i;
/** Names that look like the above and hold none: files, and what the object is called. */
const HARMLESS =
  /automountServiceAccountToken|secretName|secretKeyRef|(?:^|[.[])(?:mountPath|hostPath)|_(?:CAFILE|CERTFILE|KEYFILE|FILE|PATH|DIR)\b/;

/** A value of an object as one line of text; what its field calls a secret is not shown. */
export function showValue(field: string, value: unknown): string {
  if (value === undefined) return '';
  if (SECRET.test(field) && !HARMLESS.test(field)) return '(not shown)';
  return clip(singleLine(typeof value === 'string' ? value : JSON.stringify(value, hideSecrets)), LONGEST);
}

/** Inside of a value: an entry `{ name: DB_PASSWORD, value: … }` as well as a field of such a name. */
function hideSecrets(this: unknown, key: string, value: unknown): unknown {
  const holder = this as Readonly<Record<string, unknown>> | null;
  const name = key === 'value' && typeof holder?.['name'] === 'string' ? holder['name'] : key;
  return typeof value === 'string' && SECRET.test(name) && !HARMLESS.test(name) ? '(not shown)' : value;
}
