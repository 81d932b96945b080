import type { CalicoRelease, OperatorRelease } from '../../src/catalog/types.js';
import { byVersion } from './order.js';
import type { Announcements, TagFacts } from './read-releases.js';

const CALICO = 'projectcalico/calico';

/** The release rows: which operator belongs to each tag, and whether upstream announced it. */
export function deriveReleases(
  tags: readonly TagFacts[],
  operators: readonly OperatorRelease[],
  announced: Announcements,
): CalicoRelease[] {
  return tags.map((tag) => ({
    version: tag.version,
    operator: operatorOf(tag, operators, announced),
    pinnedOperator: tag.operator,
    announced: announced.has(tag.version),
    source: `${CALICO}@${tag.version}:${tag.operatorPath}`,
    date: tag.commit.date,
  }));
}

/** The pinned operator if it installs the release, else the one the docs name if it does, else the oldest that does. */
function operatorOf(
  tag: TagFacts,
  operators: readonly OperatorRelease[],
  announced: Announcements,
): string | null {
  const right = operators
    .filter((operator) => operator.calico === tag.version)
    .map((operator) => operator.version);
  const named = [tag.operator, announced.get(tag.version)?.operator ?? null];
  return (
    named.find((operator) => operator !== null && right.includes(operator)) ??
    right.sort(byVersion)[0] ??
    null
  );
}
