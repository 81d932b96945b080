import { beforeAll, describe, expect, test } from '@jest/globals';
import { createAgeBox } from '../../../src/adapters/age.js';
import type { SecretBox } from '../../../src/ports/secret-box.js';
import { boxThatOpens } from '../../../src/upgrade/backup/box-that-opens.js';
import { createMemoryBundle, type MemoryBundle } from '../../ports/memory-bundle.js';

const WORD = 'Y2F0Y2hlciBpbiB0aGUgcnll';

describe('the key of a run that goes on with the backup of another', () => {
  let box: SecretBox;
  let other: SecretBox;
  let bundle: MemoryBundle;
  const warnings: string[] = [];
  const warn = (text: string): void => void warnings.push(text);

  beforeAll(async () => {
    box = await createAgeBox('the passphrase of the first run', { workFactor: 2 });
    other = await createAgeBox('quite another passphrase', { workFactor: 2 });
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'sh.helm.release.v1.calico.v1', namespace: 'tigera-operator' },
      data: { release: WORD },
    };
    const sealed = await box.encrypt(JSON.stringify([secret]));
    bundle = createMemoryBundle(new Map([['secrets.age', Buffer.from(sealed)]]));
  });

  test('is used where it opens its Secrets', async () => {
    expect(await boxThatOpens(bundle, box, warn)).toBe(box);
    expect(warnings).toEqual([]);
  });

  test('is left out with a warning where it does not, and costs nothing else', async () => {
    expect(await boxThatOpens(bundle, other, warn)).toBeNull();
    expect(warnings).toEqual([expect.stringContaining('would do without the Secrets of the backup. ')]);
    expect(warnings[0]).toContain('encryption-key');
    expect(warnings[0]).not.toContain(WORD);
  });

  test('is left out where the Secrets are damaged', async () => {
    const damaged = createMemoryBundle(new Map([['secrets.age', Buffer.from('x')]]));
    warnings.length = 0;
    expect(await boxThatOpens(damaged, box, warn)).toBeNull();
    expect(warnings[0]).not.toContain('Nothing was changed');
  });

  test('is of no matter where there are no Secrets, or where it only encrypts', async () => {
    const encrypting = { ...box, decrypt: null };
    warnings.length = 0;
    expect(await boxThatOpens(createMemoryBundle(), other, warn)).toBe(other);
    expect(await boxThatOpens(bundle, encrypting, warn)).toBe(encrypting);
    expect(await boxThatOpens(bundle, null, warn)).toBeNull();
    expect(warnings).toEqual([]);
  });
});
