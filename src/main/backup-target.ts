import { createArtifactUploader } from '../adapters/artifacts/artifact-uploader.js';
import type { ArtifactStore } from '../ports/artifact-store.js';

type Variables = Readonly<Record<string, string | undefined>>;

/** What a backup is uploaded to, and as what. */
export interface BackupTarget {
  readonly store: Pick<ArtifactStore, 'upload'>;
  readonly name: string;
}

/** null outside of a job of a workflow, which has nothing to upload with. */
export function backupTarget(clusterUid: string, variables: Variables): BackupTarget | null {
  if ((variables['ACTIONS_RUNTIME_TOKEN'] ?? '') === '') return null;
  return { store: createArtifactUploader(variables), name: backupName(clusterUid, variables) };
}

/** The same for what a run says and has seen: `calico-report-7-1-6f2a5a0e`. */
export function reportTarget(clusterUid: string, variables: Variables): BackupTarget | null {
  const target = backupTarget(clusterUid, variables);
  return target && { ...target, name: target.name.replace('calico-backup', 'calico-report') };
}

/**
 * `calico-backup-7-1-6f2a5a0e`: of the run, its attempt and the cluster, since jobs of a matrix upgrade several, and a
 * name is taken once a run.
 */
export function backupName(clusterUid: string, variables: Variables): string {
  const run = variables['GITHUB_RUN_ID'] ?? '0';
  const attempt = variables['GITHUB_RUN_ATTEMPT'] ?? '1';
  return `calico-backup-${run}-${attempt}-${clusterUid.slice(0, 8)}`.replace(/[^\w.-]/g, '-').slice(0, 100);
}
