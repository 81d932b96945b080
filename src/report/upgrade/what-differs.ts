import { nameOf } from '../../cluster/object-name.js';
import { count, listNames } from '../../upgrade/preflight/finding.js';
import { sayOverwritten } from '../../upgrade/restore/overwritten.js';
import type { UpgradeOutcome } from '../../upgrade/run-upgrade.js';

/** What going back by itself let be, or put back over a change of somebody's, for `next`; empty where there is nothing. */
export function whatDiffers(outcome: Pick<UpgradeOutcome, 'rollback' | 'backup'>): string {
  const overwritten = sayOverwritten(outcome.rollback?.plan.restoration.items ?? []);
  return [whatStays(outcome), overwritten].filter(Boolean).join(' ');
}

/**
 * What users had changed or lost by the time the upgrade went back by itself, which leaves that as it is, and how to have it
 * as it was, in a sentence or two; empty where there is nothing of that. What was made since the backup is nobody's loss.
 */
function whatStays({ rollback, backup }: Pick<UpgradeOutcome, 'rollback' | 'backup'>): string {
  const items = rollback?.plan.restoration.items ?? [];
  const kept = items.filter((item) => item.action === 'keep' && item.class === 'user' && item.saved !== null);
  if (backup === null || kept.length === 0) return '';
  const [is, was] = kept.length === 1 ? ['is', 'was'] : ['are', 'were'];
  const names = listNames(
    kept.map(({ object, live }) => `${nameOf(object)}${live === null ? ' (gone)' : ''}`),
  );
  return (
    `${count(kept.length, 'object')} of yours ${is} not as when the backup was made, and ${was} left so: ${names}. ` +
    `To put the backup’s back: mode rollback with ${backup.artifact ?? backup.directory} and on-conflict: bundle.`
  );
}
