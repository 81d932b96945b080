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
import { createReportDirectory } from '../../src/adapters/report-directory.js';
import { EnvironmentError, InputError } from '../../src/errors.js';
import { describeReportStore } from '../ports/report-store-contract.js';

let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'report-directory-'));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return null;
}

describeReportStore('on disk', () => ({
  store: createReportDirectory(root, 'out'),
  read: (name) => readFileSync(join(root, 'out', name), 'utf8'),
  names: () => (existsSync(join(root, 'out')) ? readdirSync(join(root, 'out')) : []),
}));

test('the directory is made with its parents, in the workspace or wherever an absolute path says', () => {
  expect(createReportDirectory(root, 'a/b/').write('r.json', '1')).toBe('a/b/r.json');
  expect(createReportDirectory('/nonexistent', join(root, 'c')).write('r.json', '1')).toBe(
    join(root, 'c/r.json'),
  );
  expect([existsSync(join(root, 'a/b/r.json')), existsSync(join(root, 'c/r.json'))]).toEqual([true, true]);
});

test('a write that fails leaves the file before it, and nothing else', () => {
  const store = createReportDirectory(root, 'out');
  store.write('kept.json', 'before');
  mkdirSync(join(root, 'out/taken.json'));
  expect(thrownBy(() => store.write('taken.json', 'x'))).toBeInstanceOf(InputError);
  expect(readdirSync(join(root, 'out'))).toEqual(['kept.json', 'taken.json']);
});

test('a file in the place of the directory is a wrong input', () => {
  writeFileSync(join(root, 'out'), 'a file');
  const error = thrownBy(() => createReportDirectory(root, 'out').write('r.json', '1'));
  expect(error).toBeInstanceOf(InputError);
  expect(error).toMatchObject({
    input: 'report-dir',
    message: expect.stringContaining('r.json cannot be written to out'),
  });
});

test('a link is replaced, not followed', () => {
  writeFileSync(join(root, 'precious'), 'precious');
  mkdirSync(join(root, 'out'));
  symlinkSync(join(root, 'precious'), join(root, 'out/r.json'));
  createReportDirectory(root, 'out').write('r.json', 'new');
  expect([
    readFileSync(join(root, 'precious'), 'utf8'),
    readFileSync(join(root, 'out/r.json'), 'utf8'),
  ]).toEqual(['precious', 'new']);
});

describe('a link in the place of the directory', () => {
  test.each(['out', 'out/deeper'])(
    'that leads out of the workspace is refused for %s, and nothing is made there',
    (directory) => {
      const outside = join(root, 'outside');
      mkdirSync(outside);
      mkdirSync(join(root, 'workspace'));
      symlinkSync(outside, join(root, 'workspace/out'));
      const error = thrownBy(() =>
        createReportDirectory(join(root, 'workspace'), directory).write('r.json', '1'),
      );
      expect(error).toMatchObject({
        name: 'InputError',
        input: 'report-dir',
        message: expect.stringContaining('leads out of the workspace'),
      });
      expect(readdirSync(outside)).toEqual([]);
    },
  );

  test('that stays in the workspace is fine', () => {
    mkdirSync(join(root, 'real'));
    symlinkSync(join(root, 'real'), join(root, 'out'));
    createReportDirectory(root, 'out').write('r.json', '1');
    expect(readdirSync(join(root, 'real'))).toEqual(['r.json']);
  });
});

test('whatever else goes wrong is a fault of the environment too, with its code and what to set', () => {
  const error = thrownBy(() => createReportDirectory(root, 'out').write('x'.repeat(300), '1'));
  expect(error).toBeInstanceOf(EnvironmentError);
  expect(error).toMatchObject({
    message: expect.stringContaining('ENAMETOOLONG'),
    remedy: expect.stringContaining('report-dir'),
  });
});
