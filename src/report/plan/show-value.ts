import { isSecretName } from '../../text/credentials.js';
import { clip, singleLine } from '../text.js';

const LONGEST = 300;

/** A value of an object as one line of text; what its field calls a secret is not shown. */
export function showValue(field: string, value: unknown): string {
  if (value === undefined) return '';
  if (isSecretName(field)) return '(not shown)';
  return clip(
    singleLine(typeof value === 'string' ? value : JSON.stringify(value, hideCredentials)),
    LONGEST,
  );
}

/** Inside of a value: an entry `{ name: DB_PASSWORD, value: … }` as well as a field of such a name. */
function hideCredentials(this: unknown, key: string, value: unknown): unknown {
  const holder = this as Readonly<Record<string, unknown>> | null;
  const name = key === 'value' && typeof holder?.['name'] === 'string' ? holder['name'] : key;
  return typeof value === 'string' && isSecretName(name) ? '(not shown)' : value;
}
