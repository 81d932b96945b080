import {
  calicoOfOperator,
  operatorFor,
  releaseOf,
  sourceUrl,
  supportOf,
  trapsOf,
} from '../../catalog/queries.js';
import type { Finding } from '../../findings/finding.js';
import type { Policy, PolicyRow } from '../../policy/policy.js';
import { compareVersions, formatMinor, formatVersion, parseVersion } from '../../version/version.js';
import type { JudgedPair } from './judge-pairs.js';
import { toFinding } from './judge.js';

/** Rows of the policy itself that are wrong: an operator of another release, a recommendation that does not fit. */
export function judgePolicy(policy: Policy): readonly Finding[] {
  return policy.rows.flatMap((row) => [...wrongOperator(row), ...wrongRecommendation(row)]);
}

function wrongOperator({ kubernetes, recommended, operator }: PolicyRow): Finding[] {
  if (!recommended || !operator) return [];
  const release = formatVersion(recommended.version);
  const installs = calicoOfOperator(operator.version);
  if (installs === release || (installs === null && releaseOf(recommended.version) === null)) return [];
  const right = operatorFor(recommended.version);
  return [
    toFinding(null, {
      code: 'policy-operator-wrong',
      message: `The policy’s row for Kubernetes ${kubernetes} pairs Calico ${release} with operator ${formatVersion(operator.version)}, which ${installs ? `installs ${installs}` : 'the catalog does not know'}.`,
      remedy: right
        ? `Write operator_version: "${right}".`
        : `Recommend another release: no operator installs ${release}.`,
      location: operator.location,
      source: sourceUrl(`tigera/operator@${formatVersion(operator.version)}:config/calico_versions.yml`),
      key: kubernetes,
    }),
  ];
}

function wrongRecommendation({ kubernetes, recommended }: PolicyRow): Finding[] {
  const minor = parseVersion(kubernetes);
  if (!recommended || !minor) return [];
  const release = formatVersion(recommended.version);
  const { support, reason, source } = supportOf(minor, recommended.version);
  const [trap] = trapsOf(recommended.version);
  if (support === 'tested' && !trap) return [];
  return [
    toFinding(null, {
      code: 'policy-recommendation-untested',
      message: `The policy recommends Calico ${release} for Kubernetes ${kubernetes}: ${support === 'tested' ? (trap?.problem ?? '') : reason}`,
      location: recommended.location,
      source: support === 'tested' && trap ? sourceUrl(trap.source) : source,
      key: kubernetes,
    }),
  ];
}

/** Pairs that fall short of the policy. */
export function judgeAgainstPolicy(
  cluster: string,
  pairs: readonly JudgedPair[],
  policy: Policy,
): readonly Finding[] {
  const rows = new Map(policy.rows.map((row) => [row.kubernetes, row]));
  return pairs.flatMap(({ kubernetes, calico }) => {
    const row = rows.get(formatMinor(kubernetes.version));
    if (!row || calico.version.patch === null) return [];
    const release = formatVersion(calico.version);
    const on = `on Kubernetes ${row.kubernetes}`;
    if (row.minimum && compareVersions(calico.version, row.minimum.version) < 0) {
      const minimum = formatVersion(row.minimum.version);
      return toFinding(cluster, {
        code: 'policy-below-minimum',
        message: `Calico ${release} ${on} is below the policy’s minimum ${minimum}.`,
        location: calico.location,
        related: [kubernetes.location, row.minimum.location],
        key: `${release} ${row.kubernetes}`,
      });
    }
    if (!row.recommended || compareVersions(calico.version, row.recommended.version) === 0) return [];
    return toFinding(cluster, {
      code: 'policy-not-recommended',
      message: `Calico ${release} ${on} is not the policy’s recommended ${formatVersion(row.recommended.version)}.`,
      location: calico.location,
      related: [kubernetes.location, row.recommended.location],
      key: `${release} ${row.kubernetes}`,
    });
  });
}
