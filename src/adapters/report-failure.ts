import { type ActionError, EnvironmentError, InputError } from '../errors.js';

const FULL = ['the disk is full', 'Free some space, or set report-dir to another disk.'] as const;
const FORBIDDEN = ['no permission', 'Set report-dir to a directory that this user may write to.'] as const;
const REASONS: Readonly<Record<string, readonly [string, string]>> = {
  ENOSPC: FULL,
  EDQUOT: FULL,
  EACCES: FORBIDDEN,
  EPERM: FORBIDDEN,
  EROFS: ['the disk is read-only', FORBIDDEN[1]],
};

/** What an error of the file system means for the report directory: whose fault, what happened, what to do. */
export function explainWriteFailure(error: unknown, directory: string, name: string): ActionError {
  if (error instanceof InputError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
  const what = `${name} cannot be written to ${directory}`;
  if (['EEXIST', 'ENOTDIR', 'EISDIR'].includes(code)) {
    const message = `${what}: a file is where a directory has to be, or the reverse.`;
    return new InputError('report-dir', message, 'Set report-dir to a directory of its own.', {
      cause: error,
    });
  }
  const [why, remedy] = REASONS[code] ?? [code, 'Set report-dir to another directory.'];
  return new EnvironmentError(`${what}: ${why}.`, remedy, { cause: error });
}
