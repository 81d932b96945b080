import type { SecretBox } from '../ports/secret-box.js';

/**
 * What the input `encryption-key` encrypts with; null where it is empty. Only where there is a key is loaded what
 * encrypts.
 *
 * @throws InputError where it is no key
 */
export async function openSecretBox(encryptionKey: string): Promise<SecretBox | null> {
  if (encryptionKey.trim() === '') return null;
  const { createAgeBox } = await import('../adapters/age.js');
  return createAgeBox(encryptionKey);
}
