import { InputError } from '../errors.js';
import type { RunReference } from '../ports/artifact-store.js';

const RUN_ID = /^(?:([A-Za-z0-9][\w-]*\/(?!\.{1,2}\/)[\w.-]+)\/)?(\d{1,15})$/;

/**
 * The run that an input `run-id` means: `123` of this repository, `owner/name/123` of another one, empty for the run
 * that is under way.
 *
 * @throws InputError where it means none
 */
export function parseRunId(
  text: string,
  variables: Readonly<Record<string, string | undefined>>,
): RunReference {
  const given = text.trim();
  const [, repository = variables['GITHUB_REPOSITORY'] ?? '', id = ''] =
    RUN_ID.exec(given === '' ? (variables['GITHUB_RUN_ID'] ?? '') : given) ?? [];
  if (given !== '' && id === '') {
    throw new InputError(
      'run-id',
      `The input run-id is “${given.replace(/[\p{Cc}\p{Cf}]/gu, ' ').slice(0, 80)}”.`,
      'Write the number in the address of the run that made the backup, or owner/repository/number.',
    );
  }
  if (id !== '' && repository !== '') return { repository, runId: Number(id) };
  throw new InputError(
    'run-id',
    'The input run-id says no run whose artifact is meant.',
    'Write owner/repository/number of the run that made the backup, or name its directory in backup-artifact.',
  );
}
