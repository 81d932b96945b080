import { explain } from '../../errors.js';
import type { ClusterClient } from '../../ports/cluster-client.js';
import { passGate } from '../gates/pass-gate.js';
import { changeWave, lookBackAt } from '../gates/change-wave.js';
import { type Failure, failure, INTERRUPTED, type Waiting } from '../gates/wait-for.js';
import { keepWatches } from '../gates/keep-watches.js';
import { createSettled, type Settled } from '../gates/look-back.js';
import { collectEvidence } from '../gates/collect-evidence.js';
import type { Journal } from '../journal/journal.js';
import { whyStopped } from '../lock/lock.js';
import { inBatches } from '../plan/in-batches.js';
import type { Evidence, Step, StepResult, Wave, Write } from './step.js';
import { isNodeWave, nodesOf } from './node-steps.js';
import type { TrafficCheck } from './traffic-check.js';
import { writeObject } from './write-object.js';

export interface Run {
  readonly client: ClusterClient;
  readonly journal: Journal;
  /** Aborted where nothing more may be written: a signal came, or the lock is lost. */
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly sleep: Waiting['sleep'];
  /** Budget of a step's wave and gates. */
  readonly timeoutMs: number;
  readonly onProgress: (text: string) => void;
  /** What looks at the traffic; none where nothing is said. */
  readonly traffic?: readonly TrafficCheck[];
  /** Whether nodes that were changed have to stay well; a way back goes on whatever becomes of them. Default: false. */
  readonly looksBack?: boolean;
  /** Told of each step that is over. */
  readonly onStep?: (result: StepResult) => void;
}

/**
 * Carries out steps in their order, and stops at the first that fails. Before each write the journal says what it is and
 * how to undo it; where that cannot be said, nothing is written. Nodes that were changed are looked at again before each
 * wave, and when all is done, where that is asked for. Never throws.
 */
export async function runSteps(steps: readonly Step[], run: Run): Promise<readonly StepResult[]> {
  const results: StepResult[] = [];
  const nodes = run.looksBack === true ? nodesOf(steps) : null;
  const settled = nodes === null ? undefined : createSettled(run.now);
  const watches = keepWatches(run.client);
  try {
    for (const step of steps) {
      const lookAt = step === steps.at(-1) ? nodes : null;
      const result = await runStep(step, run, { settled, lookAt, watching: watches.client });
      results.push(result);
      run.onStep?.(result);
      if (result.outcome !== 'done') break;
    }
  } finally {
    watches.close();
  }
  return results;
}

/** What a step has to know of those before it. */
interface Before {
  /** The nodes that were changed; undefined where they are no matter. */
  readonly settled: Settled | undefined;
  /** The DaemonSet whose nodes are looked at once more at the end; null where that is not now. */
  readonly lookAt: Wave['daemonSet'] | null;
  /** The client of waves: they all watch the same. */
  readonly watching: ClusterClient;
}

async function runStep(step: Step, run: Run, before: Before): Promise<StepResult> {
  const begun = run.now();
  const progress = { written: 0 };
  const close = (
    outcome: StepResult['outcome'],
    reason: string,
    evidence: readonly Evidence[] = [],
  ): StepResult => ({
    stage: step.stage,
    title: step.title,
    written: progress.written,
    ms: run.now() - begun,
    outcome,
    reason,
    evidence,
  });
  try {
    const failed = await carryOut(step, run, before, progress);
    if (run.signal.aborted) return close('interrupted', whyStopped(run.signal));
    if (failed === null) return close('done', '');
    return close('failed', failed.reason, await collectEvidence(run.client, failed.pods, run));
  } catch (error) {
    if (run.signal.aborted) return close('interrupted', whyStopped(run.signal));
    return close('failed', explain(error));
  }
}

/** Null where the step is done, why not where it failed. */
async function carryOut(
  step: Step,
  run: Run,
  { settled, lookAt, watching }: Before,
  progress: { written: number },
): Promise<Failure | null> {
  const { client, journal, signal } = run;
  if (signal.aborted) return failure(INTERRUPTED);
  run.onProgress(`${step.stage}: ${step.title}`);
  for (const { beforeStep } of run.traffic ?? []) beforeStep?.(step);
  await journal.begin(step.stage, step.title);
  for (const batch of batchesOf(step.writes)) {
    await journal.announce(batch);
    // Objects of a step do not depend on each other
    await inBatches(batch, async (write) => {
      if (!signal.aborted && (await writeObject(client, write, signal))) progress.written += 1;
    });
    if (run.signal.aborted) return failure(INTERRUPTED);
  }
  const waiting: Waiting = { signal, sleep: run.sleep, now: run.now, timeoutMs: run.timeoutMs };
  if (step.wave !== null) {
    const isNode = isNodeWave(step);
    const failed = await changeWave(watching, step.wave, waiting, isNode ? settled : undefined);
    if (failed !== null) return failed;
    const lost = isNode ? await lookAtTraffic(run, step.wave.nodes) : null;
    if (lost !== null) return lost;
  }
  for (const gate of step.gates) {
    const failed = await passGate(client, gate, waiting, settled);
    if (failed !== null) return failed;
  }
  const unwell = lookAt && settled ? await lookBackAt(client, lookAt, settled, waiting) : null;
  if (unwell !== null) return unwell;
  return step.gates.some(({ kind }) => kind === 'canary') ? lookAtTraffic(run, []) : null;
}

/** Null where all that look at the traffic are content; what the first says that is not, otherwise. */
async function lookAtTraffic({ traffic = [] }: Run, nodes: readonly string[]): Promise<Failure | null> {
  for (const { afterWave } of traffic) {
    const lost = await afterWave(nodes);
    if (lost !== null) return failure(lost);
  }
  return null;
}

const MOST_WRITES = 100;
const MOST_BYTES = 4 * 1024 * 1024;

/** What is announced at a time: few requests for many small objects, and no entry too large to be kept. */
function* batchesOf(writes: readonly Write[]): Generator<readonly Write[], void> {
  let batch: Write[] = [];
  let bytes = 0;
  for (const write of writes) {
    const size = JSON.stringify(write).length;
    if (batch.length > 0 && (batch.length === MOST_WRITES || bytes + size > MOST_BYTES)) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(write);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
