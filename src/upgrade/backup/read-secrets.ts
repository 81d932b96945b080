import { asFields, type Fields, isFields } from '../../cluster/fields.js';
import { InputError } from '../../errors.js';
import type { BundleReader } from '../../ports/bundle.js';
import type { KubernetesObject } from '../../ports/cluster-client.js';
import { SECRETS } from './verify-bundle.js';

/** An API server takes a Secret of 1 MiB; an install has a few dozen of a few kilobytes. */
const LARGEST_FILE = 64 * 1024 * 1024;
const MOST_SECRETS = 10_000;
const FIELDS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'type', 'data', 'immutable']);
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * The Secrets of a verified bundle that has them. Nothing of what is in them is ever in a message.
 *
 * @throws InputError where they cannot be decrypted, or are anything but Secrets
 */
export async function readSecrets(
  reader: BundleReader,
  decrypt: (bytes: Uint8Array) => Promise<string>,
): Promise<readonly KubernetesObject[]> {
  const secrets = parseList(await decrypt(await reader.read(SECRETS, LARGEST_FILE)));
  const seen = new Set<string>();
  for (const [index, secret] of secrets.entries()) {
    const fault = secretFault(secret, seen);
    if (fault !== null) throw damaged(`number ${index + 1} ${fault}`);
  }
  return secrets as readonly KubernetesObject[];
}

function parseList(text: string): readonly unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own words quote the text
    throw damaged('they are no JSON');
  }
  if (!Array.isArray(value)) throw damaged('they are no list');
  if (value.length > MOST_SECRETS) throw damaged(`there are ${value.length}, more than ${MOST_SECRETS}`);
  return value;
}

/** What keeps a value from being a Secret, or from being another one than those seen; null where nothing does. */
function secretFault(value: unknown, seen: Set<string>): string | null {
  const secret = asFields(value);
  if (secret?.['apiVersion'] !== 'v1' || secret['kind'] !== 'Secret') return 'is no Secret';
  const { name, namespace } = asFields(secret['metadata']) ?? {};
  if (!isName(name)) return 'has no name';
  if (!isName(namespace)) return 'has no namespace';
  if (Object.keys(secret).some((field) => !FIELDS.has(field))) return 'has a field that no Secret has';
  if (!isData(secret['data'])) return 'has data that are not base64';
  const path = `${namespace}/${name}`;
  if (seen.has(path)) return 'is there twice';
  seen.add(path);
  return null;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/.test(value);
}

function isData(value: unknown): value is Fields | undefined {
  if (value === undefined || value === null) return true;
  return (
    isFields(value) && Object.values(value).every((text) => typeof text === 'string' && BASE64.test(text))
  );
}

function damaged(how: string): InputError {
  return new InputError(
    'backup-artifact',
    `The Secrets of the bundle cannot be used: ${how}.`,
    'Nothing was changed. Download the bundle anew, or take another one.',
  );
}
