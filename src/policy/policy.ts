import type { FindingCode } from '../findings/registry.js';
import type { Location } from '../text/lines.js';
import type { Version } from '../version/version.js';

/** A version that the policy names, and where. */
export interface PolicyVersion {
  readonly version: Version;
  readonly location: Location;
}

/** What the organisation wants on one Kubernetes minor. Each entry may be left out. */
export interface PolicyRow {
  /** `v1.27` */
  readonly kubernetes: string;
  readonly recommended: PolicyVersion | null;
  readonly minimum: PolicyVersion | null;
  readonly operator: PolicyVersion | null;
  readonly location: Location;
}

/** A finding that the organisation accepts for a while. */
export interface PolicyException {
  readonly code: FindingCode;
  /** Glob on the finding's path; null for any. */
  readonly path: string | null;
  readonly cluster: string | null;
  readonly reason: string;
  /** Last day on which it holds, `2026-12-31`. */
  readonly expires: string;
  readonly location: Location;
}

/** The organisation's own matrix, its clusters and its exceptions. */
export interface Policy {
  readonly rows: readonly PolicyRow[];
  readonly clusters: readonly { readonly name: string; readonly paths: readonly string[] }[];
  readonly exceptions: readonly PolicyException[];
}

export const EMPTY_POLICY: Policy = { rows: [], clusters: [], exceptions: [] };
