import { randomBytes } from 'node:crypto';
import type { World } from '../adapters/environment.js';
import { readMarkdownLinks } from '../adapters/github-event.js';
import { REAL_TIMING } from '../adapters/kubernetes/timing.js';
import type { Holder } from '../upgrade/lock/lock.js';

const PROCESS_ID = randomBytes(4).toString('hex');

/** This run, by the address that its journal names, and this process of it. */
export function runOf({ variables }: World): Holder {
  const { runUrl } = readMarkdownLinks(variables, null);
  const run = runUrl ?? `a terminal, since ${new Date(REAL_TIMING.now()).toISOString()}`;
  return { run, processId: PROCESS_ID };
}
