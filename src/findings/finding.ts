import type { Location } from '../text/lines.js';
import type { FindingCode } from './registry.js';
import { SEVERITIES, type Severity } from './severity.js';

/** The location of a finding that is about no file: about what a live cluster runs. */
export const NOWHERE: Location = { path: '', line: 0, column: 0 };

/** Something that does not fit, where it stands, and what to do about it. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** What is wrong, in one sentence that names versions and files. */
  readonly message: string;
  /** What to do, in one sentence. */
  readonly remedy: string;
  /** Upstream's page or file that says so; null where the finding speaks of the user's own files alone. */
  readonly source: string | null;
  /** `NOWHERE` where it is about no file. */
  readonly location: Location;
  /** Other places that the finding is about: the Kubernetes version of a pair, the other image. */
  readonly related: readonly Location[];
  /** Name of the cluster; null where the finding belongs to none. */
  readonly cluster: string | null;
  /** What makes two findings of different runs the same one: no line numbers in it. */
  readonly identity: string;
}

/** Orders findings worst first, then by place. For `Array.sort`. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    compareText(a.location.path, b.location.path) ||
    a.location.line - b.location.line ||
    a.location.column - b.location.column ||
    compareText(a.code, b.code)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
