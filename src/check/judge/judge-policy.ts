import type { Finding } from '../../findings/finding.js';
import { judgeRow } from '../../policy/judge-rows.js';
import type { Policy } from '../../policy/policy.js';
import { compareVersions, formatMinor, formatVersion } from '../../version/version.js';
import { toFinding } from './judge.js';
import { isPassage, type JudgedPair, locationOf } from './pairs.js';

/** Rows of the policy itself that are wrong. */
export function judgePolicy(policy: Policy): readonly Finding[] {
  return policy.rows.flatMap(judgeRow).map(({ code, kubernetes, message, remedy, location, source }) =>
    toFinding(null, {
      code,
      message,
      ...(remedy === null ? {} : { remedy }),
      location,
      source,
      key: kubernetes,
    }),
  );
}

/** Pairs that fall short of the policy; those that a cluster only passes through left out. */
export function judgeAgainstPolicy(
  cluster: string,
  pairs: readonly JudgedPair[],
  policy: Policy,
): readonly Finding[] {
  const rows = new Map(policy.rows.map((row) => [row.kubernetes, row]));
  return pairs.flatMap((pair) => {
    const { kubernetes, calico } = pair;
    const row = rows.get(formatMinor(kubernetes.version));
    if (!row || calico.version.patch === null || isPassage(pair, pairs)) return [];
    const release = formatVersion(calico.version);
    const on = `${calico.origin === 'live' ? 'of the live cluster ' : ''}on Kubernetes ${row.kubernetes}`;
    if (row.minimum && compareVersions(calico.version, row.minimum.version) < 0) {
      const minimum = formatVersion(row.minimum.version);
      return toFinding(cluster, {
        code: 'policy-below-minimum',
        message: `Calico ${release} ${on} is below the policy’s minimum ${minimum}.`,
        location: locationOf(pair),
        related: [kubernetes.location, row.minimum.location],
        key: `${release} ${row.kubernetes}`,
      });
    }
    if (!row.recommended || compareVersions(calico.version, row.recommended.version) === 0) return [];
    return toFinding(cluster, {
      code: 'policy-not-recommended',
      message: `Calico ${release} ${on} is not the policy’s recommended ${formatVersion(row.recommended.version)}.`,
      location: locationOf(pair),
      related: [kubernetes.location, row.recommended.location],
      key: `${release} ${row.kubernetes}`,
    });
  });
}
