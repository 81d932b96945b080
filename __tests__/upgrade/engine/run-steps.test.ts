import { describe, expect, test } from '@jest/globals';
import { EnvironmentError } from '../../../src/errors.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { runSteps, type Run } from '../../../src/upgrade/engine/run-steps.js';
import type { TrafficCheck } from '../../../src/upgrade/engine/traffic-check.js';
import type { Step, Write } from '../../../src/upgrade/engine/step.js';
import type { Journal } from '../../../src/upgrade/journal/journal.js';
import { createFakeClusterClient, type FakeCall, refusal } from '../../ports/fake-cluster-client.js';
import { turns, waiting } from '../gates/build-waiting.js';

function write(name: string, text = 'x'): Write {
  const after: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'kube-system' },
    data: { text },
  };
  return {
    kind: 'object',
    object: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kube-system', name },
    before: null,
    after,
  };
}

function writes(count: number, text = 'x'): readonly Write[] {
  return Array.from({ length: count }, (_, index) => write(`map-${String(index).padStart(3, '0')}`, text));
}

function step(title: string, changes: Partial<Step> = {}): Step {
  return { stage: 'config', title, writes: [], wave: null, gates: [], ...changes };
}

interface Scene {
  /** What happened, in its order: `begin a`, `announce 2`, `write map-000`. */
  readonly log: string[];
  readonly run: Run;
  readonly stop: AbortController;
}

/** A run whose journal and cluster tell what happens to them; what `on` throws, they throw. */
function scene(on: (line: string) => void | Promise<void> = () => undefined): Scene {
  const log: string[] = [];
  const stop = new AbortController();
  const say = async (line: string): Promise<void> => {
    log.push(line);
    await on(line);
  };
  const client = createFakeClusterClient({
    onCall: ({ verb, name }: FakeCall) => (verb === 'create' ? say(`write ${name}`) : undefined),
  });
  const journal: Journal = {
    enter: ({ to }) => say(`enter ${to}`),
    begin: (_, title) => say(`begin ${title}`),
    announce: (batch) => say(`announce ${batch.length}`),
    stop: () => say('stop'),
    remove: () => say('remove'),
    head: () => {
      throw new Error('nobody asks');
    },
  };
  const { now, sleep } = waiting();
  const onProgress = (): void => undefined;
  return {
    log,
    stop,
    run: { client, journal, signal: stop.signal, now, sleep, timeoutMs: 200, onProgress },
  };
}

const NEVER: Step['gates'] = [{ kind: 'api-service', name: 'v3.projectcalico.org' }];

describe('steps', () => {
  test('are carried out in their order; each write is announced before', async () => {
    const { log, run } = scene();
    const results = await runSteps([step('a', { writes: writes(2) }), step('b')], run);
    expect(log).toEqual(['begin a', 'announce 2', 'write map-000', 'write map-001', 'begin b']);
    expect(results).toMatchObject([
      { stage: 'config', title: 'a', written: 2, outcome: 'done', reason: '' },
      { title: 'b', written: 0, outcome: 'done', reason: '' },
    ]);
  });

  test('that find everything as wanted have written nothing', async () => {
    const { run } = scene();
    await runSteps([step('a', { writes: writes(2) })], run);
    expect(await runSteps([step('a', { writes: writes(3) })], run)).toMatchObject([
      { written: 1, outcome: 'done' },
    ]);
  });

  test('end at the first that fails, with what the server said and what to do', async () => {
    const { log, run } = scene((line) => {
      if (line === 'write map-001') throw refusal('create', 'ConfigMap', 422, 'no such field');
    });
    const results = await runSteps([step('a', { writes: writes(2) }), step('b')], run);
    expect(results).toHaveLength(1);
    expect(results[0]).toMatchObject({ outcome: 'failed', written: 1 });
    expect(results[0]?.reason).toMatch(/no such field/);
    expect(log).not.toContain('begin b');
  });

  test('count what was written beside a write that failed, and end no sooner than those do', async () => {
    const { log, run } = scene(async (line) => {
      if (line === 'write map-000') throw refusal('create', 'ConfigMap', 422, 'no');
      if (!line.startsWith('write')) return;
      await turns();
      log.push(`ended ${line}`);
    });
    const [result] = await runSteps([step('a', { writes: writes(20) })], run);
    const atEnd = [...log];
    await turns();
    expect(log).toEqual(atEnd);
    expect(result).toMatchObject({ outcome: 'failed', written: 7 });
    expect(log.filter((line) => line.startsWith('write'))).toHaveLength(8);
  });

  test('fail where a gate does not pass: the next is not begun', async () => {
    const { log, run } = scene();
    const results = await runSteps([step('a', { gates: NEVER }), step('b')], run);
    expect(results).toMatchObject([{ outcome: 'failed', title: 'a' }]);
    expect(results[0]?.reason).toMatch(/^not done within 0 s: APIService v3\.projectcalico\.org/);
    expect(log).toEqual(['begin a']);
  });

  test('fail where a wave does not, before the gates', async () => {
    const { run } = scene();
    const daemonSet = { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'kube-system', name: 'x' };
    const wave = { daemonSet, nodes: ['n'], soakMs: 0 };
    const [result] = await runSteps([step('a', { wave, gates: NEVER })], run);
    expect(result).toMatchObject({ outcome: 'failed', reason: 'DaemonSet kube-system/x was deleted.' });
  });

  test.each(['begin a', 'announce 3'])(
    'write nothing where the journal cannot be written: %s',
    async (line) => {
      const { log, run } = scene((said) => {
        if (said === line) throw new EnvironmentError('No journal.', 'See why.');
      });
      const results = await runSteps([step('a', { writes: writes(3) }), step('b')], run);
      expect(results).toMatchObject([{ outcome: 'failed', written: 0, reason: 'No journal. See why.' }]);
      expect(log.filter((one) => one.startsWith('write'))).toEqual([]);
    },
  );

  test('never throw: a fault of the program is told as one', async () => {
    const { run } = scene((line) => {
      if (line === 'write map-000') throw new TypeError('x is not a function');
    });
    expect(await runSteps([step('a', { writes: writes(1) })], run)).toMatchObject([
      { outcome: 'failed', reason: 'Unexpected: x is not a function' },
    ]);
  });
});

describe('what is announced at a time', () => {
  test('is a hundred writes', async () => {
    const { log, run } = scene();
    await runSteps([step('a', { writes: writes(205) })], run);
    const others = log.filter((line) => !line.startsWith('write'));
    expect(others).toEqual(['begin a', 'announce 100', 'announce 100', 'announce 5']);
    expect(log.indexOf('write map-100')).toBeGreaterThan(log.lastIndexOf('announce 100'));
  });

  test('is 4 MiB, and one write where that is larger', async () => {
    const { log, run } = scene();
    const large = 'x'.repeat(1.5 * 1024 * 1024);
    const all = [write('huge', 'x'.repeat(5 * 1024 * 1024)), ...writes(5, large)];
    await runSteps([step('a', { writes: all })], run);
    expect(log.filter((line) => line.startsWith('announce'))).toEqual([
      'announce 1',
      'announce 2',
      'announce 2',
      'announce 1',
    ]);
  });
});

describe('a run that is told to stop', () => {
  const INTERRUPTED = { outcome: 'interrupted', reason: 'The run was told to stop.' };

  test('before it begins does nothing', async () => {
    const { log, run, stop } = scene();
    stop.abort();
    expect(await runSteps([step('a', { writes: writes(1) })], run)).toMatchObject([INTERRUPTED]);
    expect(log).toEqual([]);
  });

  test('between batches announces no more', async () => {
    const { log, run, stop } = scene((line) => {
      if (line === 'write map-099') stop.abort();
    });
    expect(await runSteps([step('a', { writes: writes(150) }), step('b')], run)).toMatchObject([
      { ...INTERRUPTED, written: 100 },
    ]);
    expect(log.filter((line) => !line.startsWith('write'))).toEqual(['begin a', 'announce 100']);
  });

  test('within a batch begins no more writes, and lets those end that were begun', async () => {
    const { log, run, stop } = scene((line) => {
      if (line === 'write map-010') stop.abort();
    });
    const [result] = await runSteps([step('a', { writes: writes(100) })], run);
    expect(result).toMatchObject(INTERRUPTED);
    const begun = log.filter((line) => line.startsWith('write')).length;
    expect(begun).toBeLessThanOrEqual(16);
    expect(result?.written).toBe(begun);
  });

  test('while a gate is waited for ends the wait', async () => {
    const { run, stop } = scene();
    const done = runSteps([step('a', { gates: NEVER })], { ...run, timeoutMs: 60_000 });
    await turns();
    stop.abort();
    expect(await done).toMatchObject([INTERRUPTED]);
  });

  test('is interrupted, not failed, where a write fails for it', async () => {
    const { run, stop } = scene((line) => {
      if (!line.startsWith('write')) return;
      stop.abort();
      throw refusal('create', 'ConfigMap', 503, 'aborted');
    });
    expect(await runSteps([step('a', { writes: writes(1) })], run)).toMatchObject([INTERRUPTED]);
  });

  test('tells what looks at the traffic of each step before it begins', async () => {
    const { run, log } = scene();
    const quiet = (): Promise<null> => Promise.resolve(null);
    const check: TrafficCheck = {
      baseline: quiet,
      beforeStep: ({ stage, title }) => log.push(`told ${stage} ${title}`),
      afterWave: quiet,
      afterHop: quiet,
      close: () => Promise.resolve(),
    };
    await runSteps([step('a'), step('b', { writes: writes(1) })], { ...run, traffic: [check] });
    expect(log).toEqual([
      ...['told config a', 'begin a'],
      ...['told config b', 'begin b', 'announce 1', 'write map-000'],
    ]);
  });
});
