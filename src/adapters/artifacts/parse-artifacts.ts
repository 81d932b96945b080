import { listAt, numberAt, isTrueAt, textAt } from '../../cluster/fields.js';
import type { RunReference } from '../../ports/artifact-store.js';
import { RequestFailure } from '../github-retry.js';

/** An artifact as the REST API lists it. */
export interface ListedArtifact {
  readonly id: number;
  readonly name: string;
  readonly bytes: number;
  /** `sha256:…`; null where the server is too old to note it. */
  readonly digest: string | null;
  readonly isExpired: boolean;
  /** ISO 8601; empty where it is not said. */
  readonly expiresAt: string;
  /** Whether a run of another repository made it, for a pull request. */
  readonly isOfFork: boolean;
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** @throws RequestFailure where the answer is no list of that run's artifacts */
export function parseArtifacts(answer: unknown, { runId }: RunReference): readonly ListedArtifact[] {
  return listAt(answer, 'artifacts').map((item) => {
    const [id, bytes] = [numberAt(item, 'id'), numberAt(item, 'size_in_bytes')];
    const listedRun = numberAt(item, 'workflow_run', 'id') ?? runId;
    if (id === null || bytes === null || listedRun !== runId) {
      throw new RequestFailure(0, 'the answer is no list of artifacts', {});
    }
    const digest = textAt(item, 'digest');
    return {
      id,
      name: textAt(item, 'name'),
      bytes,
      digest: DIGEST.test(digest) ? digest : null,
      isExpired: isTrueAt(item, 'expired'),
      expiresAt: textAt(item, 'expires_at'),
      isOfFork:
        numberAt(item, 'workflow_run', 'head_repository_id') !==
        numberAt(item, 'workflow_run', 'repository_id'),
    };
  });
}
