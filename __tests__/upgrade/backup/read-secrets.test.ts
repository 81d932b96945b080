import { describe, expect, test } from '@jest/globals';
import { InputError } from '../../../src/errors.js';
import { readSecrets } from '../../../src/upgrade/backup/read-secrets.js';
import { createMemoryBundle } from '../../ports/memory-bundle.js';

const WORD = 'Y2F0Y2hlciBpbiB0aGUgcnll';
const SECRET = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'calico-pull-secret', namespace: 'kube-system' },
  type: 'Opaque',
  data: { password: WORD },
};

/** Reads what a bundle holds as its Secrets; what is encrypted is there as base64. */
function read(text: string) {
  const sealed = Buffer.from(Buffer.from(text).toString('base64'));
  const bundle = createMemoryBundle(new Map([['secrets.age', sealed]]));
  return readSecrets(bundle, (bytes) =>
    Promise.resolve(Buffer.from(Buffer.from(bytes).toString(), 'base64').toString()),
  );
}

describe('the Secrets of a bundle', () => {
  test('are those that were saved', async () => {
    const other = { ...SECRET, metadata: { name: 'typha-certs', namespace: 'tigera-operator' }, data: null };
    expect(await read(JSON.stringify([SECRET, other]))).toEqual([SECRET, other]);
    expect(await read('[]')).toEqual([]);
  });

  test.each<[string, unknown, string]>([
    ['no list', SECRET, 'are no list'],
    ['something else', ['x'], 'number 1 is no Secret'],
    ['another kind', [{ ...SECRET, kind: 'Pod' }], 'number 1 is no Secret'],
    ['another version', [SECRET, { ...SECRET, apiVersion: 'v2' }], 'number 2 is no Secret'],
    ['without a name', [{ ...SECRET, metadata: { namespace: 'kube-system' } }], 'has no name'],
    ['with a path for a name', [{ ...SECRET, metadata: { name: '../x', namespace: 'y' } }], 'has no name'],
    ['without a namespace', [{ ...SECRET, metadata: { name: 'x' } }], 'has no namespace'],
    ['with more', [{ ...SECRET, spec: {} }], 'a field that no Secret has'],
    ['with a list for data', [{ ...SECRET, data: [WORD] }], 'data that are not base64'],
    ['with data in clear', [{ ...SECRET, data: { password: `pass: ${WORD}` } }], 'data that are not base64'],
    ['twice', [SECRET, SECRET], 'number 2 is there twice'],
    ['too many', Array.from({ length: 10_001 }, () => 0), '10001, more than 10000'],
  ])('are refused where they are %s, and nothing of them is said', async (_, value, message) => {
    const error: unknown = await read(JSON.stringify(value)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).message).toContain(message);
    expect((error as InputError).stack).not.toContain(WORD);
  });

  test('that are no JSON are refused without a word of the text', async () => {
    const error: unknown = await read(`{"password": ${WORD}`).catch((thrown: unknown) => thrown);
    expect((error as InputError).message).toContain('are no JSON');
    expect((error as InputError).stack).not.toContain(WORD.slice(0, 8));
  });
});
