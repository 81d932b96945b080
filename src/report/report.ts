import type { FindingCode } from '../findings/registry.js';
import type { Severity } from '../findings/severity.js';

/** How a run ended. */
export type Result = 'passed' | 'failed' | 'rolled-back' | 'rollback-failed' | 'nothing-to-do';
export type Mode = 'check' | 'plan' | 'upgrade' | 'rollback';
export type SupportLevel = 'tested' | 'untested' | 'broken' | 'unknown';

/** A place in a file, without the column. */
export interface Place {
  readonly path: string;
  readonly line: number;
}

export interface ReportCluster {
  readonly name: string;
  readonly paths: readonly string[];
  readonly kubernetes: readonly string[];
  readonly calico: readonly string[];
}

export interface ReportPair {
  readonly cluster: string;
  readonly kubernetes: string;
  readonly calico: string;
  readonly support: SupportLevel;
  readonly reason: string;
  readonly source: string;
  /** null where no file says the version: the input kubernetes-version does, or the live cluster. */
  readonly kubernetesAt: Place | null;
  readonly calicoAt: Place | null;
  /** The sides that run in the live cluster and that no file of it says. */
  readonly live: readonly ('kubernetes' | 'calico')[];
}

export interface ReportDetection {
  readonly component: 'calico' | 'kubernetes' | 'tigera-operator' | 'calicoctl';
  readonly version: string | null;
  readonly text: string;
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly format: string;
  /** null where it belongs to no cluster; the first one where it belongs to several (see `clusters`). */
  readonly cluster: string | null;
  readonly clusters: readonly string[];
}

export interface ReportSkip {
  readonly reason: string;
  readonly path: string;
  /** 0 where the whole file was passed over. */
  readonly line: number;
  readonly detail: string;
}

export interface ReportFinding {
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly message: string;
  readonly remedy: string;
  readonly source: string | null;
  /** Empty, with line and column 0, where it is about no file but what a live cluster runs. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly related: readonly Place[];
  readonly cluster: string | null;
  /** Whether the base branch does not have it; true where there is no base to compare with. */
  readonly isNew: boolean;
  /** The same for the same finding in other runs, wherever in its file it stands. */
  readonly fingerprint: string;
}

/** What `report.json` holds, and what every other report is made from. */
export interface Report {
  readonly schemaVersion: 1;
  readonly mode: Mode;
  readonly result: Result;
  readonly clusters: readonly ReportCluster[];
  readonly pairs: readonly ReportPair[];
  readonly detections: readonly ReportDetection[];
  readonly skips: readonly ReportSkip[];
  /** Worst first. */
  readonly findings: readonly ReportFinding[];
  /** How many files were looked into. */
  readonly filesRead: number;
  /** Findings that the policy ignores, with the reason it gives. */
  readonly ignored: readonly (ReportFinding & { readonly ignoredBecause: string })[];
}
