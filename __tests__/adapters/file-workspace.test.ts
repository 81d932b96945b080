import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { createFileWorkspace } from '../../src/adapters/file-workspace.js';
import type { Workspace } from '../../src/ports/workspace.js';
import { createFakeWorkspace } from '../ports/fake-workspace.js';

const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** The same tree on disk: links out of the workspace lead to a file that exists. */
function createOnDisk(tree: Readonly<Record<string, string | Uint8Array>>): Workspace {
  const base = mkdtempSync(join(tmpdir(), 'workspace-'));
  made.push(base);
  const root = join(base, 'repository');
  mkdirSync(root);
  writeFileSync(join(base, 'outside.yaml'), 'x: 1');
  const isLink = (content: string | Uint8Array): content is string =>
    typeof content === 'string' && content.startsWith('-> ');
  for (const [path, content] of Object.entries(tree).sort(
    ([, a], [, b]) => Number(isLink(a)) - Number(isLink(b)),
  )) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    if (!isLink(content)) writeFileSync(join(root, path), content);
    else
      symlinkSync(
        content.startsWith('-> /') ? join(base, 'outside.yaml') : join(root, content.slice(3)),
        join(root, path),
      );
  }
  return createFileWorkspace(root);
}

const nothing = (): boolean => false;

describe.each([
  ['the fake', createFakeWorkspace],
  ['files on disk', createOnDisk],
])('a workspace: %s', (_, create) => {
  test('lists files below a directory, sorted, with paths from the root', () => {
    const workspace = create({ 'b/z.yaml': '1', 'b/a/y.yaml': '2', 'c.yaml': '3' });
    expect(workspace.list('', nothing).files).toEqual(['b/a/y.yaml', 'b/z.yaml', 'c.yaml']);
    expect(workspace.list('b', nothing).files).toEqual(['b/a/y.yaml', 'b/z.yaml']);
  });

  test('does not descend into what is excluded', () => {
    const workspace = create({ 'node_modules/x/calico.yaml': '1', 'a.yaml': '2' });
    expect(workspace.list('', (path) => path === 'node_modules').files).toEqual(['a.yaml']);
  });

  test('follows no link: one inside is named with its target, one outside and one to nowhere are skipped', () => {
    const { files, links, skipped } = create({
      'base/calico.yaml': '1',
      'prod/calico.yaml': '-> base/calico.yaml',
      'prod/base': '-> base',
      'out.yaml': '-> /outside.yaml',
      'loop.yaml': '-> loop.yaml',
    }).list('', nothing);
    expect(files).toEqual(['base/calico.yaml']);
    expect([...links].sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
      { path: 'prod/base', target: 'base' },
      { path: 'prod/calico.yaml', target: 'base/calico.yaml' },
    ]);
    expect([...skipped].sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
      { path: 'loop.yaml', reason: 'symlink-loop' },
      { path: 'out.yaml', reason: 'outside-workspace' },
    ]);
  });

  test('reads bytes as they are, up to a size', () => {
    const workspace = create({ 'a.bin': new Uint8Array([0, 255, 10]) });
    expect(workspace.read('a.bin', 3)).toEqual(Buffer.from([0, 255, 10]));
    expect(workspace.read('a.bin', 2)).toBe('too-large');
    expect(workspace.read('b.bin', 10)).toBe('unreadable');
  });
});
