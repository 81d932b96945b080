import { describe, expect, it } from '@jest/globals';
import { runRollback } from '../../../src/upgrade/restore/run-rollback.js';
import { createFakeReportStore } from '../../ports/fake-report-store.js';
import { contentsOf } from './live-run.js';
import { dyingClient } from '../dying-client.js';
import { fastOptions, upgradedCluster } from './scene.js';

/** How many writes a rollback of the scene takes, and what it comes to. */
async function wholeRun(): Promise<{ writes: number; contents: ReadonlyMap<string, string> }> {
  const { cluster, bundle } = await upgradedCluster();
  const client = dyingClient(cluster.client, null);
  const outcome = await runRollback(client, bundle, createFakeReportStore(), fastOptions());
  expect(outcome).toMatchObject({ ended: 'done', reason: '' });
  return { writes: client.writes().length, contents: await contentsOf(cluster.client) };
}

describe('a rollback that is killed', () => {
  it('before and after each of its writes, and run again, ends at the same state', async () => {
    const { writes, contents } = await wholeRun();
    expect(writes).toBeGreaterThan(20);
    for (let write = 1; write <= writes; write += 1) {
      for (const when of ['before', 'after'] as const) {
        const { cluster, bundle } = await upgradedCluster();
        const dying = dyingClient(cluster.client, { write, when });
        await runRollback(dying, bundle, createFakeReportStore(), fastOptions()).catch(() => undefined);
        const outcome = await runRollback(cluster.client, bundle, createFakeReportStore(), fastOptions());
        expect({ write, when, ended: outcome.ended, reason: outcome.reason }).toMatchObject({ reason: '' });
        expect(['done', 'not-run']).toContain(outcome.ended);
        expect(await contentsOf(cluster.client)).toEqual(contents);
        const left = cluster.client
          .objects()
          .filter(({ metadata }) => metadata.name.startsWith('calico-upgrade-action'))
          .map(({ kind, metadata }) => `${kind} ${metadata.name}`);
        expect({ write, when, left }).toEqual({ write, when, left: [] });
      }
    }
  }, 120_000);
});
