import type { OperatorRelease, Trap } from '../../src/catalog/types.js';
import { minorOf } from './order.js';
import type { Announcements, TagFacts } from './read-releases.js';

const CALICO = 'projectcalico/calico';

/** Faults that the tags show: not announced, images of another release, an operator that installs another one. */
export function deriveTraps(
  tags: readonly TagFacts[],
  operators: readonly OperatorRelease[],
  announced: Announcements,
): Trap[] {
  return tags.flatMap((tag) => {
    const installedByOperator =
      operators.find((operator) => operator.version === tag.operator)?.calico ?? null;
    const trap =
      unannounced(tag, installedByOperator, announced) ??
      wrongImages(tag, installedByOperator, operators) ??
      wrongOperator(tag, installedByOperator, operators);
    return trap ? [toRow(tag, trap)] : [];
  });
}

type Finding = Pick<Trap, 'id' | 'condition' | 'problem' | 'remedy'> & { readonly path: string };

function toRow(tag: TagFacts, { id, condition, problem, remedy, path }: Finding): Trap {
  const source = `${CALICO}@${tag.version}:${path}`;
  const releases = [tag.version];
  return {
    id,
    releases,
    condition,
    problem,
    remedy,
    origin: 'derived',
    seeAlso: null,
    source,
    date: tag.commit.date,
  };
}

function unannounced(tag: TagFacts, byOperator: string | null, announced: Announcements): Finding | null {
  if (announced.has(tag.version)) return null;
  return {
    id: `${tag.version}-not-announced`,
    condition: 'any',
    problem:
      `${tag.version} is tagged but upstream has not announced it: the docs do not list it` +
      (byOperator && byOperator !== tag.version
        ? `, and the operator that it names installs ${byOperator}.`
        : '.'),
    remedy: `Take another patch of ${minorOf(tag.version)}.`,
    path: tag.operatorPath,
  };
}

function wrongImages(
  tag: TagFacts,
  byOperator: string | null,
  operators: readonly OperatorRelease[],
): Finding | null {
  if (!tag.installs || tag.installs === tag.version) return null;
  const operatorToo = byOperator !== null && byOperator !== tag.version;
  return {
    id: `${tag.version}-installs-${tag.installs}`,
    condition: operatorToo ? 'any' : 'manifest',
    problem:
      `The manifests at tag ${tag.version} run images of ${tag.installs}` +
      (operatorToo
        ? `, and the operator ${tag.operator ?? ''} that it names installs ${byOperator} too.`
        : '.'),
    remedy: `Take another patch of ${minorOf(tag.version)}${operatorHint(tag, operators)}.`,
    path: tag.installsPath,
  };
}

function wrongOperator(
  tag: TagFacts,
  byOperator: string | null,
  operators: readonly OperatorRelease[],
): Finding | null {
  if (!byOperator || byOperator === tag.version) return null;
  return {
    id: `${tag.version}-operator-installs-${byOperator}`,
    condition: 'operator',
    problem: `Tag ${tag.version} names operator ${tag.operator ?? ''}, which installs ${byOperator}.`,
    remedy: `Take another patch of ${minorOf(tag.version)}${operatorHint(tag, operators)}.`,
    path: tag.operatorPath,
  };
}

function operatorHint(tag: TagFacts, operators: readonly OperatorRelease[]): string {
  const right = operators
    .filter((operator) => operator.calico === tag.version)
    .map((operator) => operator.version);
  return right[0] ? `, or operator ${right[0]}, which does install ${tag.version}` : '';
}
