import { describe, expect, test } from '@jest/globals';
import { generateHybridIdentity, generateIdentity, identityToRecipient } from 'age-encryption';
import { createAgeBox } from '../../src/adapters/age.js';
import { InputError } from '../../src/errors.js';

/** As little work as the format allows. */
const QUICK = { workFactor: 1 };
const PASSPHRASE = 'correct horse battery staple';
const TEXT = '[{"kind":"Secret"}] — ü\n';
const boxOf = (key: string) => createAgeBox(key, QUICK);

async function open(key: string, bytes: Uint8Array): Promise<string> {
  const { decrypt } = await boxOf(key);
  if (decrypt === null) throw new Error('cannot decrypt');
  return decrypt(bytes);
}

/** What it was refused with. */
async function refusal(action: Promise<unknown>): Promise<InputError> {
  const error = await action.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof InputError)) throw new Error(`Not refused: ${String(error)}`);
  return error;
}

describe('what is encrypted with', () => {
  test('a passphrase is opened with it, and is a file of age', async () => {
    const bytes = await (await boxOf(PASSPHRASE)).encrypt(TEXT);
    expect(Buffer.from(bytes).toString('latin1')).toMatch(/^age-encryption\.org\/v1\n-> scrypt \S{22} 1\n/);
    expect(await open(` ${PASSPHRASE}\n`, bytes)).toBe(TEXT);
  });

  test.each<[string, () => Promise<string>]>([
    ['an identity', generateIdentity],
    ['a post-quantum identity', generateHybridIdentity],
  ])('%s is opened with it, and with the file of age-keygen that it is in', async (_, generate) => {
    const identity = await generate();
    const bytes = await (await boxOf(identity)).encrypt(TEXT);
    expect(await open(identity, bytes)).toBe(TEXT);
    const file = `# created: 2026-11-27T02:00:00Z\n# public key: age1…\n${identity}\n`;
    expect(await open(file, bytes)).toBe(TEXT);
  });

  test('a recipient is opened with its identity, and not with itself', async () => {
    const identity = await generateIdentity();
    const box = await boxOf(await identityToRecipient(identity));
    expect(box.decrypt).toBeNull();
    expect(await open(identity, await box.encrypt(TEXT))).toBe(TEXT);
  });

  test('anything is another file each time', async () => {
    const box = await boxOf(PASSPHRASE);
    expect(await box.encrypt(TEXT)).not.toEqual(await box.encrypt(TEXT));
  });

  test('age’s own work factor costs whoever guesses, and is written down', async () => {
    const bytes = await (await createAgeBox(PASSPHRASE)).encrypt('');
    expect(Buffer.from(bytes).toString('latin1')).toMatch(/^age-encryption\.org\/v1\n-> scrypt \S{22} 18\n/);
  }, 60_000);
});

describe('a key', () => {
  test.each<[string, string, string]>([
    ['that is empty', ' \n', 'is empty'],
    ['that is too short', 'elevenchars', 'has 11 characters, and needs 12'],
    ['of several lines', 'correct horse\nbattery staple', 'has several lines'],
    ['that is an identity with a slip', `AGE-SECRET-KEY-1${'Q'.repeat(58)}`, 'looks like an age identity'],
    ['that is half an identity', 'AGE-SECRET-KEY-1QQQ', 'looks like an age identity'],
    ['that is a recipient with a slip', `age1${'q'.repeat(58)}`, 'looks like an age recipient'],
  ])('%s is refused by its name, and is in no message', async (_, key, message) => {
    const error = await refusal(boxOf(key));
    expect(error.input).toBe('encryption-key');
    expect(error.message).toContain(message);
    for (const line of key.split('\n').filter((one) => one.trim() !== '')) {
      expect(`${error.stack} ${error.remedy} ${String(error.cause)}`).not.toContain(line);
    }
  });

  test('may begin with what is a comment elsewhere', async () => {
    const key = '#correct horse battery';
    expect(await open(key, await (await boxOf(key)).encrypt(TEXT))).toBe(TEXT);
  });

  test('that is another one is refused, with what it should have been', async () => {
    const [identity, other] = [await generateIdentity(), await generateIdentity()];
    const byPassphrase = await (await boxOf(PASSPHRASE)).encrypt(TEXT);
    const byIdentity = await (await boxOf(identity)).encrypt(TEXT);
    for (const [key, bytes, message] of [
      ['wrong horse battery', byPassphrase, 'is not the one'],
      [other, byIdentity, 'is not the one'],
      [
        identity,
        byPassphrase,
        'is an age identity, and the Secrets of the bundle were encrypted with a passphrase',
      ],
      [
        PASSPHRASE,
        byIdentity,
        'is a passphrase, and the Secrets of the bundle were encrypted with an age identity',
      ],
    ] as const) {
      const error = await refusal(open(key, bytes));
      expect(error.input).toBe('encryption-key');
      expect(error.message).toContain(message);
      expect(`${error.stack} ${error.remedy}`).not.toContain(key);
    }
  });
});

describe('what is damaged', () => {
  test.each<[string, (bytes: Uint8Array) => Uint8Array]>([
    ['is cut off', (bytes) => bytes.subarray(0, -1)],
    ['lacks its end', (bytes) => bytes.subarray(0, 60)],
    ['is empty', () => new Uint8Array()],
    ['is something else', () => Buffer.from('[{"kind":"Secret"}]')],
    ['has another byte', (bytes) => bytes.map((byte, at) => (at === bytes.length - 5 ? byte ^ 1 : byte))],
    ['has more behind it', (bytes) => Buffer.concat([bytes, Buffer.from('x')])],
  ])('and %s is said to be so', async (_, damage) => {
    const bytes = await (await boxOf(PASSPHRASE)).encrypt(TEXT);
    const error = await refusal(open(PASSPHRASE, damage(bytes)));
    expect(error.input).toBe('backup-artifact');
    expect(error.message).toContain('are damaged');
  });
});
