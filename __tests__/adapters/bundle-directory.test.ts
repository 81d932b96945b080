import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createBundleDirectory, readBundleDirectory } from '../../src/adapters/bundle-directory.js';
import { EnvironmentError } from '../../src/errors.js';
import { readObjects, verifyBundle } from '../../src/upgrade/backup/verify-bundle.js';
import { buildBundle } from '../../src/upgrade/backup/write-bundle.js';
import { FACTS, kindOf, objectOf } from '../upgrade/backup/build-bundle.js';

const POLICY = kindOf('crd.projectcalico.org/v1', 'NetworkPolicy');
const EXPECTED = { clusterUid: FACTS.clusterUid, force: false };

describe('a bundle in a directory', () => {
  let place: string;
  let directory: string;

  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'bundle-'));
    directory = join(place, 'backup');
  });
  afterEach(() => {
    rmSync(place, { recursive: true });
  });

  async function write(): Promise<void> {
    const builder = buildBundle(await createBundleDirectory(directory));
    await builder.add(POLICY, objectOf(POLICY, `long-${'a'.repeat(240)}`, 'team-a'));
    await builder.add(POLICY, objectOf(POLICY, 'knp.default.allow', 'team-a'));
    await builder.finish(FACTS);
  }

  test('is read back as it was written, names that are too long for a file too', async () => {
    await write();
    const { index } = await verifyBundle(readBundleDirectory(directory), EXPECTED);
    expect(index.counts).toEqual({ 'crd.projectcalico.org_v1_networkpolicies': 2 });
    expect(readdirSync(place)).toEqual(['backup']);
  });

  test('is not there before it is finished, nor once it is discarded', async () => {
    const writer = await createBundleDirectory(directory);
    const builder = buildBundle(writer);
    await builder.add(POLICY, objectOf(POLICY, 'one', 'team-a'));
    expect(existsSync(directory)).toBe(false);
    await writer.discard();
    expect(readdirSync(place)).toEqual([]);
  });

  test('has of a list that began anew only what came then', async () => {
    const builder = buildBundle(await createBundleDirectory(directory));
    await builder.add(POLICY, objectOf(POLICY, 'gone', 'team-a'));
    await builder.restart(POLICY, null);
    await builder.add(POLICY, objectOf(POLICY, 'one', 'team-a'));
    await builder.finish(FACTS);
    const reader = readBundleDirectory(directory);
    const { index } = await verifyBundle(reader, EXPECTED);
    expect(index.counts).toEqual({ 'crd.projectcalico.org_v1_networkpolicies': 1 });
    const names: string[] = [];
    for await (const { object } of readObjects(reader)) names.push(object.metadata.name);
    expect(names).toEqual(['one']);
  });

  test('takes the place of an empty directory, and of nothing else', async () => {
    mkdirSync(directory);
    await write();
    await expect(createBundleDirectory(directory)).rejects.toThrow('is not empty');
    await verifyBundle(readBundleDirectory(directory), EXPECTED);
  });

  test('that somebody put something in the place of meanwhile is not written over', async () => {
    const builder = buildBundle(await createBundleDirectory(directory));
    mkdirSync(directory);
    writeFileSync(join(directory, 'theirs'), 'x');
    await expect(builder.finish(FACTS)).rejects.toThrow('is not empty');
    expect(readdirSync(directory)).toEqual(['theirs']);
  });

  test('that was left half-written by a run that died is not taken for one', async () => {
    await buildBundle(await createBundleDirectory(directory)).add(POLICY, objectOf(POLICY, 'one', 'team-a'));
    await write();
    expect(readdirSync(place)).toEqual(['backup']);
  });

  test('with a link in it is refused, and the link is not followed', async () => {
    await write();
    symlinkSync('/etc', join(directory, 'objects/etc'));
    const reader = readBundleDirectory(directory);
    await expect(verifyBundle(reader, EXPECTED)).rejects.toThrow('objects/etc: is a link or no file');
    symlinkSync('/etc/hostname', join(directory, 'link'));
    await expect(reader.read('link', 1e6)).rejects.toThrow('a link is in the place of a file');
  });

  test.each<[string, (path: string) => void, string]>([
    ['nothing', () => undefined, 'there is no such file'],
    ['a file', (path) => writeFileSync(path, ''), 'a file is in the place of a directory'],
  ])('where there is %s cannot be read, and says why', async (_, make, reason) => {
    make(directory);
    const verified = verifyBundle(readBundleDirectory(directory), EXPECTED);
    await expect(verified).rejects.toBeInstanceOf(EnvironmentError);
    await expect(verified).rejects.toThrow(reason);
  });

  test('that cannot be read says what backup-artifact is to be', async () => {
    const error: unknown = await readBundleDirectory(directory)
      .entries()
      .catch((thrown: unknown) => thrown);
    expect((error as EnvironmentError).message).toContain(`The backup in ${directory} cannot be read`);
    expect((error as EnvironmentError).remedy).toContain('backup-artifact');
  });

  test('that the disk has no room for is said to be so, and leaves nothing', async () => {
    const writer = await createBundleDirectory(directory);
    const partial = join(place, readdirSync(place)[0] ?? '');
    const path = 'objects/crd.projectcalico.org_v1_networkpolicies/team-a/one.json';
    mkdirSync(dirname(join(partial, path)), { recursive: true });
    symlinkSync('/dev/full', join(partial, path));
    await expect(buildBundle(writer).add(POLICY, objectOf(POLICY, 'one', 'team-a'))).rejects.toThrow(
      `The backup in ${directory} cannot be written: the disk is full.`,
    );
    await writer.discard();
    expect(readdirSync(place)).toEqual([]);
  });

  test('where nobody may write says so', async () => {
    await expect(createBundleDirectory('/sys/backup')).rejects.toThrow('may not be used by this user');
  });

  test('is written where others are being written, and takes away what the dead left', async () => {
    const dead = spawnSync('true').pid;
    const alive = process.ppid;
    const names = [dead, alive, process.pid].map((pid) => `.backup.partial-${pid}`);
    for (const name of [...names, `.backup.partial-${dead}x`, `.other.partial-${dead}`]) {
      mkdirSync(join(place, name, 'objects'), { recursive: true });
    }
    await write();
    expect(readdirSync(place).sort()).toEqual(
      [`.backup.partial-${alive}`, `.backup.partial-${dead}x`, `.other.partial-${dead}`, 'backup'].sort(),
    );
  });

  test('with another bundle in it is refused, and that one stays as it was', async () => {
    await write();
    const before = readFileSync(join(directory, 'bundle.json'), 'utf8');
    await expect(createBundleDirectory(directory)).rejects.toThrow('may be another backup');
    expect(readFileSync(join(directory, 'bundle.json'), 'utf8')).toBe(before);
    expect(readdirSync(place)).toEqual(['backup']);
  });

  test('can be looked at before it is there', async () => {
    const writer = await createBundleDirectory(directory);
    const builder = buildBundle(writer);
    await builder.add(POLICY, objectOf(POLICY, 'one', 'team-a'));
    await builder.finish(FACTS, async (reader) => {
      expect(reader.place).toBe(directory);
      await verifyBundle(reader, EXPECTED);
      expect(existsSync(directory)).toBe(false);
    });
    await verifyBundle(readBundleDirectory(directory), EXPECTED);
  });

  test('below a file cannot be written, and says why', async () => {
    writeFileSync(join(place, 'file'), '');
    const made = createBundleDirectory(join(place, 'file', 'backup'));
    await expect(made).rejects.toThrow('a file is in the place of a directory');
  });
});
