import { nameOf } from '../../cluster/object-name.js';
import { count, listNames } from '../../upgrade/preflight/finding.js';
import type { UpgradeOutcome } from '../../upgrade/run-upgrade.js';

/**
 * What users had changed or lost by the time the upgrade went back by itself, which leaves that as it is, and how to have it
 * as it was, in a sentence or two; empty where there is nothing of that. What was made since the backup is nobody's loss.
 */
export function whatStays({ rollback, backup }: Pick<UpgradeOutcome, 'rollback' | 'backup'>): string {
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
