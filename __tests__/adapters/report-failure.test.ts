import { expect, test } from '@jest/globals';
import { explainWriteFailure } from '../../src/adapters/report-failure.js';

test.each([
  [
    'ENOSPC',
    'EnvironmentError',
    'r.json cannot be written to out: the disk is full.',
    'Free some space, or set report-dir to another disk.',
  ],
  [
    'EDQUOT',
    'EnvironmentError',
    'r.json cannot be written to out: the disk is full.',
    'Free some space, or set report-dir to another disk.',
  ],
  [
    'EACCES',
    'EnvironmentError',
    'r.json cannot be written to out: no permission.',
    'Set report-dir to a directory that this user may write to.',
  ],
  [
    'EROFS',
    'EnvironmentError',
    'r.json cannot be written to out: the disk is read-only.',
    'Set report-dir to a directory that this user may write to.',
  ],
  [
    'ENOTDIR',
    'InputError',
    'r.json cannot be written to out: a file is where a directory has to be, or the reverse.',
    'Set report-dir to a directory of its own.',
  ],
  [
    'EIO',
    'EnvironmentError',
    'r.json cannot be written to out: EIO.',
    'Set report-dir to another directory.',
  ],
])('%s is an %s', (code, name, message, remedy) => {
  const cause = Object.assign(new Error('machine talk'), { code });
  expect(explainWriteFailure(cause, 'out', 'r.json')).toMatchObject({ name, message, remedy, cause });
});
