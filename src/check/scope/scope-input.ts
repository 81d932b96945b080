import type { WorkspaceLink } from '../../ports/workspace.js';
import type { ScannedFile } from '../scan.js';

/** What clusters are made out of. */
export interface ScopeInput {
  readonly files: readonly ScannedFile[];
  /** Every file of the workspace, looked into or not. */
  readonly paths: readonly string[];
  readonly links: readonly WorkspaceLink[];
  /** The clusters that the policy names, in order; the first whose paths match wins. */
  readonly clusters: readonly { readonly name: string; readonly matches: (path: string) => boolean }[];
}
