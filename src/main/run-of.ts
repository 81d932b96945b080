import type { World } from '../adapters/environment.js';
import { readMarkdownLinks } from '../adapters/github-event.js';
import { REAL_TIMING } from '../adapters/kubernetes/timing.js';

/** The address of this run, by which its lock and its journal name it. */
export function runOf({ variables }: World): string {
  const { runUrl } = readMarkdownLinks(variables, null);
  return runUrl ?? `a terminal, since ${new Date(REAL_TIMING.now()).toISOString()}`;
}
