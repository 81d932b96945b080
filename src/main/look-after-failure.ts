import type { World } from '../adapters/environment.js';
import { createSecrets, type Secrets } from '../adapters/report-secrets.js';
import type { RunPlace } from '../report/run/way-back.js';

/** How long diagnostics may take where nothing waits for them. */
export const DIAGNOSTICS_MS = 60_000;
/** Where they are once the run is over. */
export const AT_THE_END = 'diagnostics/at-the-end';

/**
 * Diagnostics before going back changes what there is to see: a sixtieth of a step's budget, since it has to begin within
 * a tenth of it, and never more than 15 s.
 */
export function atFailure(stageTimeoutMs: number): { readonly folder: string; readonly limitMs: number } {
  return { folder: 'diagnostics/at-failure', limitMs: Math.min(15_000, stageTimeoutMs / 60) };
}

/** What must not stand in a file that is uploaded, besides what is masked in the log later. */
export function learnSecrets(known: readonly (string | null)[], { variables }: World): Secrets {
  const secrets = createSecrets();
  for (const secret of [...known, variables['ACTIONS_RUNTIME_TOKEN'] ?? null])
    if (secret !== null) secrets.add(secret);
  return secrets;
}

/** Where somebody stands who puts a backup back. @param runId as the input has it; empty for this run */
export function runPlaceOf(
  { encryptionKey, context }: { readonly encryptionKey: string | null; readonly context: string | null },
  { variables }: World,
  runId: string,
): RunPlace {
  const [number = '', ...repository] = runId.split('/').reverse();
  return {
    repository: repository.reverse().join('/') || (variables['GITHUB_REPOSITORY'] ?? ''),
    runId: number || (variables['GITHUB_RUN_ID'] ?? ''),
    hasKey: encryptionKey !== null,
    context,
  };
}
