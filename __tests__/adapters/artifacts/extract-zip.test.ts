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
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ArtifactFault } from '../../../src/adapters/artifacts/artifact-fault.js';
import { extractZip } from '../../../src/adapters/artifacts/extract-zip.js';
import { buildZip, type ZipEntry } from './build-zip.js';

const LIMITS = { files: 5, fileBytes: 1000, bytes: 2000 };
const ZEROS = Buffer.alloc(1_000_000);

describe('an archive', () => {
  let place: string;
  let directory: string;

  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'zip-'));
    directory = join(place, 'out', 'bundle');
  });
  afterEach(() => {
    rmSync(place, { recursive: true });
  });

  function extract(content: Uint8Array, limits = LIMITS): Promise<void> {
    writeFileSync(join(place, 'zip'), content);
    return extractZip(join(place, 'zip'), directory, limits);
  }

  test('is unpacked file by file, into the folders that its names say', async () => {
    const text = 'x'.repeat(1000);
    await extract(
      buildZip([
        { name: 'bundle.json', content: '{}' },
        { name: 'objects/', content: '', mode: 0o040755 },
        { name: 'objects/core_v1_configmaps/kube-system/a%3ab~c.json', content: text },
        { name: 'of-no-type', content: '', mode: 0 },
      ]),
    );
    expect(readdirSync(directory)).toEqual(['bundle.json', 'objects', 'of-no-type']);
    const path = join(directory, 'objects/core_v1_configmaps/kube-system/a%3ab~c.json');
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test.each<[string, readonly ZipEntry[], string]>([
    ['a name that leads up', [{ name: '../../escaped', content: 'x' }], 'invalid relative path'],
    [
      'a name that leads up from within',
      [{ name: 'a/../../../escaped', content: 'x' }],
      'invalid relative path',
    ],
    ['an absolute name', [{ name: '/tmp/escaped', content: 'x' }], 'absolute path'],
    ['a name of Windows', [{ name: '..\\..\\escaped', content: 'x' }], 'invalid characters'],
    ['a link', [{ name: 'link', content: '/etc', mode: 0o120777 }], 'link is a link or no file'],
    [
      'a link and what lies behind it',
      [
        { name: 'link', content: '..', mode: 0o120777 },
        { name: 'link/escaped', content: 'x' },
      ],
      'link is a link or no file',
    ],
    ['a device', [{ name: 'null', content: '', mode: 0o020666 }], 'null is a link or no file'],
    [
      'a file twice',
      [
        { name: 'a', content: '1' },
        { name: 'a', content: '2' },
      ],
      'a is in it twice',
    ],
    [
      'a file below a file',
      [
        { name: 'a', content: '1' },
        { name: 'a/b', content: '2' },
      ],
      'a/b is below a file',
    ],
    ['a file that is too large', [{ name: 'a', content: ZEROS }], 'a has 1000000 bytes'],
    ['more than it says', [{ name: 'a', content: ZEROS, declaredBytes: 10 }], 'a: too many bytes'],
    ['less than it says', [{ name: 'a', content: 'x', declaredBytes: 10 }], 'a: not enough bytes'],
    [
      'too much together',
      ['a', 'b', 'c'].map((name) => ({ name, content: Buffer.alloc(900) })),
      'it unpacks to more than 2000 bytes',
    ],
    [
      'too many files',
      ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ({ name, content: '' })),
      'it has 6 files',
    ],
  ])('with %s is refused, and nothing is written outside of its directory', async (_, entries, message) => {
    const extracted = extract(buildZip(entries));
    await expect(extracted).rejects.toBeInstanceOf(ArtifactFault);
    await expect(extracted).rejects.toThrow(message);
    expect(existsSync('/tmp/escaped')).toBe(false);
    expect(readdirSync(place).filter((name) => !['out', 'zip'].includes(name))).toEqual([]);
  });

  test.each<[string, Uint8Array]>([
    ['is none', Buffer.from('<html>')],
    ['is empty', Buffer.alloc(0)],
    ['is cut off', buildZip([{ name: 'a', content: 'x'.repeat(100) }]).subarray(0, -30)],
    ['has damaged content', damage(buildZip([{ name: 'a', content: 'x'.repeat(100) }]), 32)],
  ])('that %s is said to be so', async (_, content) => {
    await expect(extract(content)).rejects.toBeInstanceOf(ArtifactFault);
  });

  test('is never written through what is there already', async () => {
    mkdirSync(directory, { recursive: true });
    symlinkSync(join(place, 'escaped'), join(directory, 'a'));
    await expect(extract(buildZip([{ name: 'a', content: 'x' }]))).rejects.toThrow('is in it twice');
    expect(existsSync(join(place, 'escaped'))).toBe(false);
  });
});

function damage(content: Buffer, at: number): Buffer {
  const damaged = Buffer.from(content);
  damaged.fill(0xff, at, at + 4);
  return damaged;
}
