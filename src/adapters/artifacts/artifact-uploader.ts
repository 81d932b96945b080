import type { ArtifactStore } from '../../ports/artifact-store.js';

/**
 * Uploads the way of actions/upload-artifact, with what the runner gives a job for it. What that takes is large, and
 * loaded with the first upload.
 */
export function createArtifactUploader(
  variables: Readonly<Record<string, string | undefined>>,
): Pick<ArtifactStore, 'upload'> {
  return {
    async upload(name, directory, retentionDays, isWanted = () => true) {
      const token = variables['ACTIONS_RUNTIME_TOKEN'] ?? '';
      const { uploadArtifact } = await import('./upload-artifact.js');
      return uploadArtifact(name, directory, { retentionDays, token, isWanted });
    },
  };
}
