import { readBundleDirectory } from '../adapters/bundle-directory.js';
import type { World } from '../adapters/environment.js';
import { createTemporaryDirectory, lookUpPath } from '../adapters/local-directory.js';
import { InputError } from '../errors.js';
import type { ArtifactStore } from '../ports/artifact-store.js';
import type { BundleReader } from '../ports/bundle.js';
import { parseRunId } from './run-id.js';

/** Where a bundle is to be found, as the inputs of their names say. */
export interface BundleSource {
  readonly backupArtifact: string;
  readonly runId: string;
  /** null where there is none; a directory needs none. */
  readonly githubToken: string | null;
}

/** A bundle at hand, of which nothing is believed yet. */
export interface OpenBundle {
  readonly reader: BundleReader;
  /** Takes away what was downloaded. */
  readonly cleanup: () => void;
}

type OpenStore = (token: string) => Promise<ArtifactStore>;

/**
 * Finds a bundle: in a directory that is there, or in the artifact of a run, which is downloaded.
 *
 * @throws InputError naming the input at fault; EnvironmentError where GitHub refuses, or the artifact is damaged
 */
export async function openBundle(
  source: BundleSource,
  world: Pick<World, 'variables' | 'workspace' | 'timing'>,
  openStore: OpenStore = (token) => openActionsStore(token, world),
): Promise<OpenBundle> {
  const name = source.backupArtifact.trim();
  if (name === '') throw missing('The input backup-artifact is empty.');
  const { path, type } = lookUpPath(world.workspace, name);
  if (type === 'directory') return { reader: readBundleDirectory(path), cleanup: () => undefined };
  if (type === 'other') throw missing(`${path} is no directory.`);
  // No artifact has such a name
  if (/[\\/:*?"<>|]/.test(name)) throw missing(`There is no directory ${path}.`);
  return download(name, source, world, openStore);
}

async function download(
  name: string,
  { runId, githubToken }: BundleSource,
  world: Pick<World, 'variables'>,
  openStore: OpenStore,
): Promise<OpenBundle> {
  const run = parseRunId(runId, world.variables);
  if (githubToken === null) {
    throw new InputError(
      'github-token',
      `The artifact ${name} cannot be downloaded: the input github-token is empty.`,
      'Give it ${{ github.token }} with the permission `actions: read`, or download the artifact and name its directory.',
    );
  }
  const store = await openStore(githubToken);
  const found = await store.find(name, run);
  if (found === null) throw missing(`Run ${run.runId} of ${run.repository} has no artifact ${name}.`);
  const temporary = createTemporaryDirectory(world.variables);
  try {
    const directory = `${temporary.path}/bundle`;
    await store.download(found, directory);
    return { reader: readBundleDirectory(directory), cleanup: temporary.remove };
  } catch (error) {
    temporary.remove();
    throw error;
  }
}

/** What reaches GitHub is loaded where it is needed. */
async function openActionsStore(
  token: string,
  { variables, timing }: Pick<World, 'variables' | 'timing'>,
): Promise<ArtifactStore> {
  const { createActionsArtifacts } = await import('../adapters/artifacts/actions-artifacts.js');
  const apiUrl = variables['GITHUB_API_URL'] ?? 'https://api.github.com';
  return createActionsArtifacts({ token, apiUrl, timing, variables });
}

function missing(what: string): InputError {
  return new InputError(
    'backup-artifact',
    what,
    'Give it the output backup-artifact of the run that made the backup, with that run’s number in run-id; or the path of a directory that holds one.',
  );
}
