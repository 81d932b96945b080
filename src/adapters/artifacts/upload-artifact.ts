import { readdir } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { DefaultArtifactClient } from '@actions/artifact';
import { EnvironmentError } from '../../errors.js';
import type { UploadedArtifact } from '../../ports/artifact-store.js';
import { clip, singleLine } from '../../report/text.js';

const LONGEST_MESSAGE = 300;

export interface UploadOptions {
  readonly retentionDays: number | null;
  /** The run's own, never to be seen in a message. */
  readonly token: string;
  readonly isWanted: (path: string) => boolean;
}

/**
 * Uploads the wanted files of a directory as an artifact of the run that this process is a job of.
 *
 * @throws EnvironmentError
 */
export async function uploadArtifact(
  name: string,
  directory: string,
  { retentionDays, token, isWanted }: UploadOptions,
): Promise<UploadedArtifact> {
  const root = resolve(directory);
  try {
    const { id, digest, size } = await new DefaultArtifactClient().uploadArtifact(
      name,
      (await filesBelow(root)).filter((path) => isWanted(relative(root, path).split(sep).join('/'))),
      root,
      retentionDays === null ? {} : { retentionDays },
    );
    if (id === undefined || digest === undefined || size === undefined) {
      throw new Error('the service gave no answer to it');
    }
    return { id, digest: `sha256:${digest}`, bytes: size };
  } catch (error) {
    const message = clip(singleLine((error as Error).message), LONGEST_MESSAGE).replaceAll(token, '***');
    throw new EnvironmentError(
      `The directory ${directory} could not be uploaded as the artifact ${name}: ${message.replace(/\.$/, '')}.`,
      'Keep it by a step with actions/upload-artifact; the storage for artifacts may be used up, and GitHub Enterprise Server has another one.',
    );
  }
}

async function filesBelow(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
