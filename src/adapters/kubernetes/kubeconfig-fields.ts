import { InputError } from '../../errors.js';
import type { Material } from './cluster-access.js';

/** A named part of a kubeconfig: a cluster, a user, a context. */
export interface Entry {
  readonly name: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** The error for a kubeconfig that cannot be used: `refuse('is empty', 'Give …')`. */
export function refuseKubeconfig(problem: string, remedy: string, options?: ErrorOptions): InputError {
  return new InputError('kubeconfig', `The input kubeconfig ${problem}.`, remedy, options);
}

/** The value where it is a map; null otherwise. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

/** The entries of a list such as `clusters`; what has no name is left out, as nothing can refer to it. */
export function entriesOf(
  config: Readonly<Record<string, unknown>>,
  list: string,
  field: string,
): readonly Entry[] {
  const items = config[list] ?? [];
  if (!Array.isArray(items))
    throw refuseKubeconfig(`has ${list} that are no list`, `Write ${list} as a list of name and ${field}.`);
  return items.flatMap((item: unknown) => {
    const entry = asRecord(item);
    if (entry === null || typeof entry['name'] !== 'string') return [];
    return [{ name: entry['name'], value: asRecord(entry[field]) ?? {} }];
  });
}

/** A text; empty where there is none. */
export function textField(value: Readonly<Record<string, unknown>>, field: string): string {
  const text = value[field] ?? '';
  if (typeof text === 'string') return text.trim();
  throw refuseKubeconfig(`has a ${field} that is no text`, `Put the value of ${field} in quotes.`);
}

/** What a pair of fields gives: the bytes (`field-data`, base64 of PEM), or else a file (`field`). */
export function materialField(entry: Entry, field: string): Material | null {
  const data = textField(entry.value, `${field}-data`).replace(/\s+/g, '');
  const file = textField(entry.value, field);
  if (data === '') return file === '' ? null : { file };
  if (/^(DATA\+OMITTED|REDACTED)$/.test(data))
    throw refuseKubeconfig(
      `has ${field}-data that was left out (${data})`,
      'Make it with `kubectl config view --raw --minify --flatten`.',
    );
  const isPem = Buffer.from(data, 'base64').includes('-----BEGIN ');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(data) || !isPem)
    throw refuseKubeconfig(
      `has ${field}-data in “${entry.name}” that is not base64 of a PEM text`,
      `Make it anew: \`base64 -w0 file.pem\`, or name the file as ${field}.`,
    );
  return { data };
}
