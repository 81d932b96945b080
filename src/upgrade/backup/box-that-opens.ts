import type { BundleReader } from '../../ports/bundle.js';
import type { SecretBox } from '../../ports/secret-box.js';
import { readSecrets } from './read-secrets.js';
import { SECRETS } from './verify-bundle.js';

/**
 * A box as it is given; null, with a warning, where its key does not open the Secrets of a bundle: one that another run
 * made may have another key, and a way back does without Secrets sooner than it ends.
 */
export async function boxThatOpens(
  reader: BundleReader,
  box: SecretBox | null,
  onWarning: (text: string) => void,
): Promise<SecretBox | null> {
  if (!box?.decrypt) return box;
  try {
    const hasSecrets = (await reader.entries()).some(({ path }) => path === SECRETS);
    if (hasSecrets) await readSecrets(reader, box.decrypt);
    return box;
  } catch (error) {
    onWarning(
      `A way back would do without the Secrets of the backup. ${error instanceof Error ? error.message : String(error)}`,
    );
    return null;
  }
}
