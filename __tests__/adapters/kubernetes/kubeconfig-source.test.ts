import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readKubeconfig } from '../../../src/adapters/kubernetes/kubeconfig-source.js';
import { renderKubeconfig } from './render-kubeconfig.js';

const TEXT = renderKubeconfig({ token: 's3cr3t' });
const YAML = 'apiVersion: v1\nclusters: []\n';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  mkdirSync(join(directory, '.kube'));
  writeFileSync(join(directory, '.kube/config'), TEXT);
});

afterEach(() => rmSync(directory, { recursive: true }));

const read = (input: string): ReturnType<typeof readKubeconfig> =>
  readKubeconfig(input, { directory, home: directory });

test.each([
  ['its text', TEXT],
  ['base64 of it', Buffer.from(TEXT).toString('base64')],
  [
    'base64 of it in lines',
    `${(
      Buffer.from(TEXT)
        .toString('base64')
        .match(/.{1,76}/g) ?? []
    ).join('\n')}\n`,
  ],
])('%s is taken as it stands', (_title, input) => {
  expect(read(input)).toEqual({ text: TEXT, directory });
});

test('text of one line or of several is no path', () => {
  expect(read(YAML).text).toBe(YAML);
  expect(read('clusters: []').text).toBe('clusters: []');
});

test('a path is read: relative to the workspace, absolute, or in the home directory', () => {
  const kube = join(directory, '.kube');
  for (const path of ['.kube/config', join(kube, 'config'), '~/.kube/config', ' .kube/config\n'])
    expect(read(path)).toEqual({ text: TEXT, directory: kube });
});

test.each([
  ['', 'is missing, and the run needs a cluster'],
  ['none/config', 'names a file that cannot be read (ENOENT)'],
  ['.kube', 'names a file that cannot be read (EISDIR)'],
])('%j is one error', (input, message) => {
  expect(() => read(input)).toThrow(message);
});

test('what may be a token given by mistake is not shown', () => {
  const token = 'eyJhbGciOiJSUzI1NiIsImtpZCI6IkFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQSJ9.e30.c2ln';
  expect(() => read(token)).toThrow('cannot be read');
  expect(() => read(token)).not.toThrow(token);
});
