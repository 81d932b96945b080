import type { ClusterClient } from '../ports/cluster-client.js';
import type { Waiting } from '../upgrade/gates/wait-for.js';
import type { Probe } from './probe.js';
import { runProbes } from './run-probes.js';
import { isRight, type ProbeOutcome } from './verdict.js';

export interface TryOptions extends Pick<Waiting, 'now' | 'sleep' | 'signal'> {
  /** How long new pods and changes get to show, and a pod in which no command runs to be restarted, in ms. */
  readonly settleMs: number;
  /** How often a probe is tried that fails, at least; others than those no more often. */
  readonly tries: number;
  readonly maySettle: (probe: Probe) => boolean;
  /** Whether the like of it was waited for already in this round, in vain: it gets two tries, and no more. */
  readonly hadItsTime: (probe: Probe) => boolean;
  /** Whether a probe is worth more than one try: not where it failed before as well. */
  readonly isHopeless: (probe: Probe) => boolean;
}

/** Between two tries. */
const PAUSE_MS = 1000;
/** Of what was waited for in vain before: a change takes a moment. */
const LAST_TRIES = 2;

/** Tries each probe until it is right, or it has had its time or its tries. @returns outcomes, in the probes' order */
export async function tryProbes(
  client: ClusterClient,
  probes: readonly Probe[],
  options: TryOptions,
): Promise<readonly ProbeOutcome[]> {
  const { now, sleep, signal, settleMs } = options;
  const begun = now();
  const outcomes = new Map<string, ProbeOutcome>();
  let left = probes;
  for (let tries = 1; left.length > 0; tries += 1) {
    const seen = await runProbes(client, left, options.signal);
    const ms = now() - begun;
    for (const probe of left) {
      const saw = seen.get(probe.key) ?? { kind: 'not-run', text: 'it was not tried' };
      const maySettle = options.maySettle(probe);
      outcomes.set(probe.key, { probe, seen: saw, isRight: isRight(probe, saw), tries, ms, maySettle });
    }
    if (signal.aborted) break;
    left = left.filter((probe) => {
      if (outcomes.get(probe.key)?.isRight === true || options.isHopeless(probe)) return false;
      // One that waits for its time-out may use up what another needs
      const isUnseen = outcomes.get(probe.key)?.seen.kind === 'not-run';
      if (options.hadItsTime(probe) && !isUnseen) return tries < Math.min(LAST_TRIES, options.tries);
      return tries < options.tries || ((options.maySettle(probe) || isUnseen) && ms < settleMs);
    });
    if (left.length > 0) await sleep(PAUSE_MS, signal);
  }
  return probes.flatMap(({ key }) => outcomes.get(key) ?? []);
}
