import { mkdir, readdir, rm } from 'node:fs/promises';
import { EnvironmentError } from '../../errors.js';
import type { ArtifactStore, FoundArtifact, RunReference } from '../../ports/artifact-store.js';
import { fileReason } from '../file-failure.js';
import { createGithubRest, type GithubOptions } from '../github-client.js';
import type { Rest } from '../github-rest.js';
import { RequestFailure } from '../github-retry.js';
import { ArtifactFault } from './artifact-fault.js';
import { explainingArtifact } from './artifact-failure.js';
import { createArtifactUploader } from './artifact-uploader.js';
import { downloadFile } from './download-file.js';
import { extractZip, type ZipLimits } from './extract-zip.js';
import { parseArtifacts } from './parse-artifacts.js';

export interface ActionsArtifactsOptions extends GithubOptions {
  /** Of this process: what a job has to upload with, GITHUB_REPOSITORY, and proxies. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly limits?: ZipLimits;
}

/** As much as a bundle may have, which is verified once it is there. */
const LIMITS: ZipLimits = { files: 500_000, fileBytes: 256 * 1024 ** 2, bytes: 8 * 1024 ** 3 };
/** An address for a download is signed for a minute; what stalls is asked for anew. */
const STALL_MS = 60_000;

/**
 * The artifacts of workflow runs. Uploads go the way of actions/upload-artifact; whatever reads goes through the REST
 * API, since that alone reaches other runs and repositories, and archives are unpacked here, with limits.
 *
 * @see https://docs.github.com/en/rest/actions/artifacts
 */
export function createActionsArtifacts(options: ActionsArtifactsOptions): ArtifactStore {
  const rest = createGithubRest(options);
  const isOwn = ({ repository }: RunReference): boolean =>
    repository === options.variables['GITHUB_REPOSITORY'];
  return {
    ...createArtifactUploader(options.variables),
    find: (name, run) =>
      explainingArtifact(`list the artifacts of ${shown(run)}`, { run, isOwn: isOwn(run) }, () =>
        findArtifact(rest, name, run),
      ),
    download: (artifact, directory) =>
      explainingArtifact(
        `give the artifact ${artifact.name} of ${shown(artifact.run)}`,
        { run: artifact.run, isOwn: isOwn(artifact.run) },
        () => downloadArtifact(rest, artifact, directory, options),
      ),
  };
}

function shown({ repository, runId }: RunReference): string {
  return `run ${runId} of ${repository}`;
}

const PAGE = 100;

async function findArtifact(rest: Rest, name: string, run: RunReference): Promise<FoundArtifact | null> {
  const query = new URLSearchParams({ name, per_page: String(PAGE) }).toString();
  const path = `/repos/${run.repository}/actions/runs/${run.runId}/artifacts?${query}`;
  const found = parseArtifacts(await rest.retry(() => rest.jsonOnce({ method: 'GET', path })), run);
  // A name comes again where a job is run again
  const [newest] = found.filter((one) => one.name === name).sort((a, b) => b.id - a.id);
  if (newest === undefined) return null;
  if (newest.isOfFork) {
    throw new EnvironmentError(
      `The artifact ${name} of ${shown(run)} was made by a run of a fork of the repository, which anybody can let make anything.`,
      'Name the run of the repository itself that made the backup.',
    );
  }
  if (newest.isExpired) {
    throw new RequestFailure(410, `the artifact ${name} expired on ${newest.expiresAt}`, {});
  }
  const { id, digest, bytes } = newest;
  return { id, name, run, digest, bytes };
}

async function downloadArtifact(
  rest: Rest,
  artifact: FoundArtifact,
  directory: string,
  options: ActionsArtifactsOptions,
): Promise<void> {
  await mkdir(directory, { recursive: true });
  if ((await readdir(directory)).length > 0) {
    throw new EnvironmentError(`${directory} is not empty.`, 'Name another directory.');
  }
  const limits = options.limits ?? LIMITS;
  const archive = `${directory}.zip`;
  try {
    const digest = await rest.retry(() => downloadArchive(rest, artifact, archive, options, limits.bytes));
    if (artifact.digest !== null && digest !== artifact.digest) {
      throw new ArtifactFault(
        `its digest is ${digest}, and GitHub noted ${artifact.digest} when it was uploaded`,
      );
    }
    await extractZip(archive, directory, limits);
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw explained(error, artifact, directory);
  } finally {
    await rm(archive, { force: true });
  }
}

/** The address is asked for anew with each attempt. */
async function downloadArchive(
  rest: Rest,
  { id, run }: FoundArtifact,
  archive: string,
  options: ActionsArtifactsOptions,
  maxBytes: number,
): Promise<string> {
  const path = `/repos/${run.repository}/actions/artifacts/${id}/zip`;
  const { location } = await rest.sendOnce({ method: 'GET', path, redirect: 'manual' });
  if (!URL.canParse(location)) throw new RequestFailure(0, 'the answer has no address to download from', {});
  const stallMs = options.timeoutMs ?? STALL_MS;
  return downloadFile(location, archive, { maxBytes, stallMs, variables: options.variables });
}

function explained(error: unknown, { name, run }: FoundArtifact, directory: string): unknown {
  if (error instanceof ArtifactFault) {
    return new EnvironmentError(
      `The artifact ${name} of ${shown(run)} is damaged, or no backup: ${error.message}.`,
      'Nothing was changed. Run the job again, or take the artifact of another run.',
    );
  }
  if (error instanceof RequestFailure || error instanceof EnvironmentError) return error;
  return new EnvironmentError(
    `The artifact ${name} of ${shown(run)} cannot be put into ${directory}: ${fileReason(error)}.`,
    'Nothing was changed. Put that right, and run the job again.',
    { cause: error },
  );
}
