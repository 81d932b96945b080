import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { type TarEntry, writeTar } from '../../../test-cluster/images/tar.js';

/** What the system's tar makes of an archive. */
function tar(args: readonly string[], archive: Buffer): string {
  const { status, stdout, stderr } = spawnSync('tar', args, { input: archive, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

const ENTRIES: readonly TarEntry[] = [
  { path: 'bin', type: 'directory' },
  { path: 'tmp', type: 'directory', mode: 0o1777 },
  { path: 'bin/hello', type: 'file', mode: 0o755, content: Buffer.from('echo hello\n') },
  { path: 'bin/exact', type: 'file', content: Buffer.alloc(1024, 'x') },
  { path: 'bin/empty', type: 'file', content: Buffer.alloc(0) },
  { path: 'bin/link', type: 'symlink', target: 'hello' },
];

describe('writeTar', () => {
  test('writes what the system tar lists with the same types, modes, owners and sizes', () => {
    const lines = tar(['--list', '--verbose', '--numeric-owner', '--utc'], writeTar(ENTRIES))
      .trim()
      .split('\n');

    expect(lines.map((line) => line.replace(/\s+/g, ' '))).toEqual([
      'drwxr-xr-x 0/0 0 1970-01-01 00:00 bin/',
      'drwxrwxrwt 0/0 0 1970-01-01 00:00 tmp/',
      '-rwxr-xr-x 0/0 11 1970-01-01 00:00 bin/hello',
      '-rw-r--r-- 0/0 1024 1970-01-01 00:00 bin/exact',
      '-rw-r--r-- 0/0 0 1970-01-01 00:00 bin/empty',
      'lrwxrwxrwx 0/0 0 1970-01-01 00:00 bin/link -> hello',
    ]);
  });

  test.each([
    ['bin/hello', 'echo hello\n'],
    ['bin/exact', 'x'.repeat(1024)],
    ['bin/empty', ''],
  ])('gives the content of %s back', (path, content) => {
    expect(tar(['--extract', '--to-stdout', path], writeTar(ENTRIES))).toBe(content);
  });

  test('writes the same bytes for the same entries', () => {
    expect(writeTar(ENTRIES).equals(writeTar(ENTRIES))).toBe(true);
  });

  test('refuses a path that the format has no room for', () => {
    expect(() => writeTar([{ path: 'a'.repeat(101), type: 'directory' }])).toThrow(RangeError);
  });
});
