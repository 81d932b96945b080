import { recommendedCalico, releaseOf, safePatchAfter, trapsOf, versionOf } from '../../catalog/queries.js';
import type { Uses } from '../../catalog/types.js';
import type { PolicyRow } from '../../policy/policy.js';
import { compareVersions, formatMinor, formatVersion, type Version } from '../../version/version.js';

/** What the input `target` says. */
export type TargetChoice = 'recommended' | 'latest-patch' | Version;

/** The release to go to and why; or why none can be named. */
export type Target =
  | { readonly kind: 'release'; readonly calico: Version; readonly because: string }
  | { readonly kind: 'none'; readonly reason: string; readonly remedy: string };

/**
 * The release that `target` comes to on a Kubernetes minor. The policy's recommendation goes before the catalog's. A
 * recommendation never goes back: a cluster that is newer stays where it is.
 */
export function chooseTarget(
  choice: TargetChoice,
  now: { readonly calico: Version; readonly kubernetes: Version },
  uses: Uses,
  policy: readonly PolicyRow[] = [],
): Target {
  if (choice === 'latest-patch') return latestPatch(now.calico, uses);
  if (choice === 'recommended') return recommended(now, uses, policy);
  return named(choice, uses);
}

function latestPatch(calico: Version, uses: Uses): Target {
  const newer = safePatchAfter(calico, uses);
  const minor = formatMinor(calico);
  return newer
    ? release(versionOf(newer.version), `It is the newest patch of ${minor} that is no trap.`)
    : release(calico, `No newer patch of ${minor} is out that is no trap.`);
}

function recommended(
  { calico, kubernetes }: { readonly calico: Version; readonly kubernetes: Version },
  uses: Uses,
  policy: readonly PolicyRow[],
): Target {
  const minor = formatMinor(kubernetes);
  const own = policy.find((row) => row.kubernetes === minor)?.recommended?.version;
  const found = own ?? recommendedOf(kubernetes, uses);
  if (!found) {
    return {
      kind: 'none',
      reason: `The catalog recommends no Calico release for Kubernetes ${minor}.`,
      remedy: 'Name a release with the input target, or move to a newer version of this action.',
    };
  }
  if (compareVersions(found, calico) >= 0)
    return own
      ? ofPolicy(own, minor, uses)
      : release(found, `It is the newest release that upstream tests with Kubernetes ${minor}.`);
  return release(
    calico,
    `The cluster is newer than ${formatVersion(found)}, which is recommended for Kubernetes ${minor}, and stays.`,
  );
}

/** Nobody is sent into a trap because the policy says so. */
function ofPolicy(calico: Version, minor: string, uses: Uses): Target {
  const target = checked(calico, uses, `The policy recommends it for Kubernetes ${minor}.`);
  if (target.kind === 'release') return target;
  return {
    kind: 'none',
    reason: `The policy recommends Calico ${formatVersion(calico)} for Kubernetes ${minor}: ${target.reason}`,
    remedy: `Correct the policy’s row, or name a release with the input target. ${target.remedy}`,
  };
}

function recommendedOf(kubernetes: Version, uses: Uses): Version | null {
  const row = recommendedCalico(kubernetes, uses);
  return row && versionOf(row.version);
}

function named(calico: Version, uses: Uses): Target {
  return checked(calico, uses, 'The input target names it.');
}

/** A release that somebody names, unless nobody should go there. */
function checked(calico: Version, uses: Uses, because: string): Target {
  const name = formatVersion(calico);
  const row = releaseOf(calico);
  if (!row) {
    return {
      kind: 'none',
      reason: `Calico ${name} is not a release that the catalog knows.`,
      remedy: 'Write a released version such as v3.31.7, or move to a newer version of this action.',
    };
  }
  const [trap] = trapsOf(calico, uses);
  if (trap) return { kind: 'none', reason: trap.problem, remedy: trap.remedy };
  if (uses.install === 'operator' && row.operator === null) {
    return {
      kind: 'none',
      reason: `No Tigera operator installs Calico ${name}.`,
      remedy: 'Take another patch of the same minor.',
    };
  }
  return release(calico, because);
}

function release(calico: Version, because: string): Target {
  return { kind: 'release', calico, because };
}
