import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createChartSource } from '../../../src/adapters/manifests/chart-source.js';
import { versionOf } from '../../../src/catalog/queries.js';
import { EnvironmentError, InputError } from '../../../src/errors.js';
import type { Chart } from '../../../src/ports/helm.js';

const RELEASE = versionOf('v3.31.7');
const FILE = 'tigera-operator-v3.31.7.tgz';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'charts-'));
  mkdirSync(join(root, 'mirror/v3.31.7'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

function read(manifests: string): Promise<Chart> {
  const pull = (...asked: readonly string[]): Promise<Chart> =>
    Promise.resolve({ file: asked.join(' '), bytes: Buffer.from('pulled'), from: 'upstream' });
  const download = { timeoutMs: 2000, env: {}, sleep: () => Promise.resolve() };
  return createChartSource(manifests, { root, download, helm: { pull } }).read(RELEASE);
}

async function failure(manifests: string): Promise<unknown> {
  return read(manifests).catch((error: unknown) => error);
}

describe('charts', () => {
  it('come from upstream’s repository, through Helm, where nothing is said', async () => {
    const { file } = await read('');
    expect(file).toBe('tigera-operator v3.31.7 https://docs.tigera.io/calico/charts');
  });

  it('come from beside the manifests of a directory', async () => {
    writeFileSync(join(root, 'mirror/v3.31.7', FILE), 'a chart');
    expect(await read('mirror')).toEqual({
      file: FILE,
      bytes: Buffer.from('a chart'),
      from: `mirror/v3.31.7/${FILE}`,
    });
  });

  it('that are not in the directory are named, with what to do', async () => {
    const error = await failure('mirror');
    expect(error).toBeInstanceOf(EnvironmentError);
    expect(String(error)).toContain(`There is no mirror/v3.31.7/${FILE}`);
    expect((error as EnvironmentError).remedy).toContain('helm pull tigera-operator --version v3.31.7');
  });

  it('that a link leads to outside of the directory are not read', async () => {
    writeFileSync(join(root, 'elsewhere.tgz'), 'a chart');
    symlinkSync(join(root, 'elsewhere.tgz'), join(root, 'mirror/v3.31.7', FILE));
    expect(await failure('mirror')).toBeInstanceOf(InputError);
  });

  it.each([
    ['over http, which nothing vouches for', 'http://mirror.example.com/calico', 'no digest to hold it to'],
    ['from a URL with a password', 'https://user:word@mirror.example.com', 'holds a user or a password'],
    ['from what is no web address', 'ftp://mirror.example.com', 'is no http or https URL'],
  ])('%s are refused', async (_, manifests, words) => {
    const error = await failure(manifests);
    expect(error).toBeInstanceOf(InputError);
    expect(String(error)).toContain(words);
    expect(String(error)).not.toContain('word@');
  });
});
