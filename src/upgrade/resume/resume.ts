import { EnvironmentError } from '../../errors.js';
import type { ClusterClient } from '../../ports/cluster-client.js';
import { parseVersion, type Version } from '../../version/version.js';
import type { Write } from '../engine/step.js';
import { type JournalHead, readEntry } from '../journal/journal.js';

/** An upgrade that ended before its work was done, as its journal tells it. */
export interface Resume {
  readonly head: JournalHead;
  /** The hop that it was in; null where it had begun none, and nothing of Calico is changed. */
  readonly hop: { readonly from: Version; readonly to: Version } | null;
  /** Where it was to end. */
  readonly target: Version;
  /** What it wrote, or was about to, in that order. */
  readonly writes: readonly Write[];
}

/**
 * What the journal of an upgrade that died tells.
 *
 * @throws EnvironmentError where it is not whole, with the way out
 */
export async function readResume(client: ClusterClient, head: JournalHead): Promise<Resume> {
  const target = parseVersion(head.to);
  const hop = head.hop && { from: parseVersion(head.hop.from), to: parseVersion(head.hop.to) };
  if (target === null || (hop !== null && !isWhole(hop))) {
    throw new EnvironmentError(
      'The journal of the upgrade that died does not say between which releases it was.',
      head.wayOut,
    );
  }
  const writes: Write[] = [];
  for (let entry = 1; entry <= head.entries; entry += 1) writes.push(...(await readEntry(client, entry)));
  return { head, hop, target, writes };
}

function isWhole(hop: {
  readonly from: Version | null;
  readonly to: Version | null;
}): hop is NonNullable<Resume['hop']> {
  return hop.from !== null && hop.to !== null;
}
