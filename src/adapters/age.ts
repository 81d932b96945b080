import { Decrypter, Encrypter, identityToRecipient } from 'age-encryption';
import { InputError } from '../errors.js';
import type { SecretBox } from '../ports/secret-box.js';

/** What a text of a user turns out to be. */
type Key =
  | { readonly kind: 'passphrase'; readonly text: string }
  | { readonly kind: 'identity'; readonly text: string }
  | { readonly kind: 'recipient'; readonly text: string };

export interface AgeOptions {
  /** Base-2 logarithm of the work that a passphrase costs whoever guesses; age's own 18 where nothing is said. */
  readonly workFactor?: number;
}

/** Whoever may read the repository may download its artifacts, and then guess for as long as they like. */
const SHORTEST_PASSPHRASE = 12;
const IDENTITY = 'AGE-SECRET-KEY-';
const RECIPIENT = /^age1[0-9a-z]{30,}$/;

/**
 * A box in the format of age, which the command `age` opens as well. The key is a passphrase, an identity
 * (`AGE-SECRET-KEY-1…`, also as the whole file that age-keygen writes), or a recipient (`age1…`), which can only encrypt.
 *
 * @throws InputError where the key is none
 * @see https://age-encryption.org/v1
 */
export async function createAgeBox(text: string, options: AgeOptions = {}): Promise<SecretBox> {
  const key = parseKey(text);
  const encrypter = await createEncrypter(key, options);
  return {
    encrypt: (plain) => encrypter.encrypt(plain),
    decrypt: key.kind === 'recipient' ? null : (bytes) => decrypt(key, bytes),
  };
}

function parseKey(text: string): Key {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const [line = '', ...more] = lines.filter(
    (one) => one !== '' && !(isKeyFile(lines) && one.startsWith('#')),
  );
  if (line === '') throw unusable('is empty');
  if (more.length > 0) throw unusable('has several lines');
  if (line.startsWith(IDENTITY)) return { kind: 'identity', text: line };
  if (RECIPIENT.test(line)) return { kind: 'recipient', text: line };
  if (line.length >= SHORTEST_PASSPHRASE) return { kind: 'passphrase', text: line };
  throw unusable(`has ${line.length} characters, and needs ${SHORTEST_PASSPHRASE}`);
}

/** A passphrase may begin with #; in a file of age-keygen that is a comment. */
function isKeyFile(lines: readonly string[]): boolean {
  return lines.some((line) => line.startsWith(IDENTITY));
}

async function createEncrypter(key: Key, { workFactor }: AgeOptions): Promise<Encrypter> {
  const encrypter = new Encrypter();
  if (key.kind === 'passphrase') {
    encrypter.setPassphrase(key.text);
    if (workFactor !== undefined) encrypter.setScryptWorkFactor(workFactor);
    return encrypter;
  }
  try {
    encrypter.addRecipient(key.kind === 'recipient' ? key.text : await identityToRecipient(key.text));
    return encrypter;
  } catch {
    // What the library says has the key in it
    throw unusable(`looks like an age ${key.kind}, and is none`);
  }
}

async function decrypt(key: Exclude<Key, { kind: 'recipient' }>, bytes: Uint8Array): Promise<string> {
  const decrypter = new Decrypter();
  if (key.kind === 'passphrase') decrypter.addPassphrase(key.text);
  else decrypter.addIdentity(key.text);
  let plain: Uint8Array;
  try {
    plain = await decrypter.decrypt(bytes);
  } catch (error) {
    throw isNoMatch(error) ? wrongKey(key, bytes) : damaged();
  }
  return new TextDecoder().decode(plain);
}

function isNoMatch(error: unknown): boolean {
  return error instanceof Error && error.message.includes('no identity matched');
}

function wrongKey(key: Key, bytes: Uint8Array): InputError {
  const made = hasPassphrase(bytes) ? 'passphrase' : 'identity';
  const message =
    made === key.kind
      ? 'The encryption-key does not open the Secrets of the bundle: it is not the one that they were encrypted with.'
      : `The encryption-key is ${NAMES[key.kind]}, and the Secrets of the bundle were encrypted with ${NAMES[made]}.`;
  return new InputError(
    'encryption-key',
    message,
    'Give the key of the run that made the bundle. Without it the Secrets cannot be read by anybody.',
  );
}

const NAMES: Readonly<Record<Key['kind'], string>> = {
  passphrase: 'a passphrase',
  identity: 'an age identity',
  recipient: 'an age recipient',
};

const HEADER = 'age-encryption.org/v1\n';

function hasPassphrase(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, HEADER.length + 10)).toString('latin1');
  return start === `${HEADER}-> scrypt `;
}

function unusable(how: string): InputError {
  return new InputError(
    'encryption-key',
    `The encryption-key ${how}.`,
    `Give a passphrase of one line and at least ${SHORTEST_PASSPHRASE} characters (openssl rand -base64 32), or an age identity (age-keygen).`,
  );
}

function damaged(): InputError {
  return new InputError(
    'backup-artifact',
    'The encrypted Secrets of the bundle are damaged: they are no file of age, or not as they were written.',
    'Nothing was changed. Download the bundle anew, or take another one.',
  );
}
