import { beforeAll, describe, expect, it } from '@jest/globals';
import { createAgeBox } from '../../src/adapters/age.js';
import type { SecretBox } from '../../src/ports/secret-box.js';
import { findBackup } from '../../src/upgrade/before-writing.js';
import type { Climb } from '../../src/upgrade/climb.js';
import type { Resume } from '../../src/upgrade/resume/resume.js';
import type { UpgradeOptions } from '../../src/upgrade/upgrade-options.js';
import { createMemoryBundle, type MemoryBundle } from '../ports/memory-bundle.js';

const RESUME = { head: { bundle: { place: 'backup', createdAt: '', run: '' } } } as unknown as Resume;
const HELM = {} as unknown as Climb['prepared'];

describe('the backup of an upgrade that died', () => {
  let box: SecretBox;
  let other: SecretBox;
  let bundle: MemoryBundle;

  beforeAll(async () => {
    box = await createAgeBox('the passphrase of the first run', { workFactor: 2 });
    other = await createAgeBox('quite another passphrase', { workFactor: 2 });
    bundle = createMemoryBundle(new Map([['secrets.age', Buffer.from(await box.encrypt('[]'))]]));
  });

  async function found(given: SecretBox, prepared: Climb['prepared']) {
    const warnings: string[] = [];
    const options = {
      rollbackOnFailure: true,
      prepared,
      onWarning: (text: string) => warnings.push(text),
      findBundle: () =>
        Promise.resolve({ reader: bundle, directory: 'backup', artifact: null, createdAt: '', box: given }),
    } as unknown as UpgradeOptions & Pick<Climb, 'prepared'>;
    return { backup: await findBackup(RESUME, options), warnings };
  }

  it('has the key, where it opens its Secrets', async () => {
    expect(await found(box, HELM)).toMatchObject({ backup: { directory: 'backup', box }, warnings: [] });
  });

  it('is used without the key, where it is another one, and says so before anything is written', async () => {
    const { backup, warnings } = await found(other, HELM);
    expect(backup).toMatchObject({ directory: 'backup', box: null });
    expect(warnings).toEqual([expect.stringContaining('would do without the Secrets of the backup. ')]);
  });

  it('needs no key where Helm has no record to be put right', async () => {
    expect(await found(other, null)).toMatchObject({ backup: { box: null }, warnings: [] });
  });
});
