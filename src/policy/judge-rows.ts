import {
  calicoOfOperator,
  operatorFor,
  releaseOf,
  sourceUrl,
  supportOf,
  trapsOf,
} from '../catalog/queries.js';
import type { FindingCode } from '../findings/registry.js';
import type { Location } from '../text/lines.js';
import { formatVersion, parseVersion } from '../version/version.js';
import type { PolicyRow } from './policy.js';

/** What is wrong with a row of the policy's matrix. */
export interface RowProblem {
  readonly code: Extract<FindingCode, 'policy-operator-wrong' | 'policy-recommendation-untested'>;
  /** `v1.27` */
  readonly kubernetes: string;
  readonly message: string;
  /** null where the code's own remedy says it all. */
  readonly remedy: string | null;
  readonly location: Location;
  readonly source: string;
}

/** What is wrong with a row: an operator of another release, a recommendation that does not fit its Kubernetes. */
export function judgeRow(row: PolicyRow): readonly RowProblem[] {
  return [...wrongOperator(row), ...wrongRecommendation(row)];
}

function wrongOperator({ kubernetes, recommended, operator }: PolicyRow): RowProblem[] {
  if (!recommended || !operator) return [];
  const release = formatVersion(recommended.version);
  const installs = calicoOfOperator(operator.version);
  if (installs === release || (installs === null && releaseOf(recommended.version) === null)) return [];
  const right = operatorFor(recommended.version);
  return [
    {
      code: 'policy-operator-wrong',
      kubernetes,
      message: `The policy’s row for Kubernetes ${kubernetes} pairs Calico ${release} with operator ${formatVersion(operator.version)}, which ${installs ? `installs ${installs}` : 'the catalog does not know'}.`,
      remedy: right
        ? `Write operator_version: "${right}".`
        : `Recommend another release: no operator installs ${release}.`,
      location: operator.location,
      source: sourceUrl(`tigera/operator@${formatVersion(operator.version)}:config/calico_versions.yml`),
    },
  ];
}

function wrongRecommendation({ kubernetes, recommended }: PolicyRow): RowProblem[] {
  const minor = parseVersion(kubernetes);
  if (!recommended || !minor) return [];
  const release = formatVersion(recommended.version);
  const { support, reason, source } = supportOf(minor, recommended.version);
  const [trap] = trapsOf(recommended.version);
  if (support === 'tested' && !trap) return [];
  return [
    {
      code: 'policy-recommendation-untested',
      kubernetes,
      message: `The policy recommends Calico ${release} for Kubernetes ${kubernetes}: ${support === 'tested' ? (trap?.problem ?? '') : reason}`,
      remedy: null,
      location: recommended.location,
      source: support === 'tested' && trap ? sourceUrl(trap.source) : source,
    },
  ];
}
