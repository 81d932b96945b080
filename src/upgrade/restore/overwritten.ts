import { nameOf } from '../../cluster/object-name.js';
import { count } from '../preflight/finding.js';
import type { RestoreItem } from './restore-item.js';

/** Objects that are spelled out; the rest is counted. */
const MOST_OBJECTS = 3;

/** What of the install somebody else changed since the backup, and a rollback puts back; null where there is nothing. Pure. */
export function sayOverwritten(items: readonly RestoreItem[]): string | null {
  const found = items.filter(
    (item) => item.class === 'install' && item.action === 'replace' && item.why !== '',
  );
  if (found.length === 0) return null;
  const told = found.slice(0, MOST_OBJECTS).map(({ object, why }) => `${nameOf(object)}: ${why}`);
  const more = found.length - told.length;
  return [
    ...told,
    ...(more > 0
      ? [`So ${more === 1 ? 'is' : 'are'} ${count(more, 'more object')}; the report lists all.`]
      : []),
  ].join(' ');
}
