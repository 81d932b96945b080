import { beforeEach, describe, expect, it } from '@jest/globals';
import type { TrafficAround } from '../../../src/upgrade/engine/traffic-check.js';
import { LOCK } from '../../../src/upgrade/lock/lock.js';
import { runRollback, type RunOptions } from '../../../src/upgrade/restore/run-rollback.js';
import { createFakeReportStore } from '../../ports/fake-report-store.js';
import { isWrite } from './living-cluster.js';
import { fastOptions, type RestoreScene, upgradedCluster } from './scene.js';

describe('what looks at the network around a rollback', () => {
  let scene: RestoreScene;
  /** When it was called: how much was written by then beside the lock, and whether the lock was held. */
  let calls: (readonly [what: string, written: number, isLocked: boolean])[];

  beforeEach(async () => {
    scene = await upgradedCluster();
    calls = [];
  });

  async function note(what: string): Promise<void> {
    const { client } = scene.cluster;
    const written = client.calls.filter((call) => isWrite(call) && call.kind !== 'Lease').length;
    calls.push([what, written, (await client.get(LOCK)) !== null]);
  }

  function run(options: Partial<RunOptions> = {}) {
    const network: TrafficAround = {
      before: () => note('before'),
      after: (_signal, isDone) => note(isDone ? 'after' : 'after a failure'),
      close: () => note('close'),
    };
    const { client } = scene.cluster;
    const already = client.calls.filter((call) => isWrite(call) && call.kind !== 'Lease').length;
    const done = runRollback(
      client,
      scene.bundle,
      createFakeReportStore(),
      fastOptions({ network, ...options }),
    );
    return done.then((outcome) => ({ outcome, already }));
  }

  it('is called under the lock: before the first write, after the last, and to clear up', async () => {
    const { outcome, already } = await run();
    expect(outcome.ended).toBe('done');
    expect(calls.map(([what, , isLocked]) => [what, isLocked])).toEqual([
      ['before', true],
      ['after', true],
      ['close', true],
    ]);
    expect(calls[0]?.[1]).toBe(already);
    expect(calls[2]?.[1]).toBe(
      scene.cluster.client.calls.filter((call) => isWrite(call) && call.kind !== 'Lease').length,
    );
  });

  it('is told where the rollback failed', async () => {
    const status = { conditions: [{ type: 'Ready', status: 'False' }] };
    scene.cluster.onPod = (pod) => (pod.metadata.name.startsWith('calico-node-') ? { ...pod, status } : pod);
    const { outcome } = await run({ timeoutMs: 1000 });
    expect(outcome.ended).toBe('failed');
    expect(calls.map(([what]) => what)).toEqual(['before', 'after a failure', 'close']);
  });

  it('is not asked again where the run was told to stop, and clears up all the same', async () => {
    const stop = new AbortController();
    scene.cluster.onWrite = ({ kind }) => {
      if (kind === 'Pod') stop.abort();
    };
    const { outcome } = await run({ signal: stop.signal });
    expect(outcome.ended).toBe('interrupted');
    expect(calls.map(([what]) => what)).toEqual(['before', 'close']);
  });

  it('is not asked at all where there is nothing to do', async () => {
    await run();
    calls = [];
    const { outcome } = await run();
    expect(outcome).toMatchObject({ ended: 'not-run', plan: { verdict: 'nothing-to-do' } });
    expect(calls).toEqual([]);
  });
});
