import type { Finding } from '../../findings/finding.js';
import { FINDING_KINDS, type FindingCode } from '../../findings/registry.js';
import type { Policy } from '../../policy/policy.js';
import type { Location } from '../../text/lines.js';
import type { TemplatedReference } from '../resolve.js';
import type { ScannedFile } from '../scan.js';
import type { ReferenceGraph } from '../scope/references.js';
import type { ClusterView } from './cluster-view.js';

/** What judges may look at beside the cluster. */
export interface JudgeContext {
  /** Every scanned file, of the cluster or not. */
  readonly files: readonly ScannedFile[];
  readonly policy: Policy;
  /** References whose version comes from a template. */
  readonly templated: readonly TemplatedReference[];
  readonly graph: ReferenceGraph;
}

/** Looks at one cluster for one kind of fault. Pure. */
export type Judge = (view: ClusterView, context: JudgeContext) => readonly Finding[];

/** What a judge says; severity, remedy and identity come from the registry unless it says otherwise. */
export interface Verdict {
  readonly code: FindingCode;
  readonly message: string;
  readonly location: Location;
  readonly remedy?: string;
  readonly source?: string | null;
  readonly related?: readonly (Location | null)[];
  /** What tells this finding from others of the same code in the same cluster and file, such as the versions. */
  readonly key: string;
}

/** Makes a finding of a verdict on a cluster. */
export function toFinding(cluster: string | null, verdict: Verdict): Finding {
  const { code, message, location, remedy, source, related, key } = verdict;
  const kind = FINDING_KINDS[code];
  return {
    code,
    severity: kind.severity,
    message,
    remedy: remedy ?? kind.remedy,
    source: source ?? null,
    location,
    related: (related ?? []).filter((place) => place !== null),
    cluster,
    identity: [code, cluster ?? '', location.path, key].join('|'),
  };
}
