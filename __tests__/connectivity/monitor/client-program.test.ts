import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CLIENT_PROGRAM, SHOW_PROGRAM } from '../../../src/connectivity/monitor/client-program.js';
import {
  type ClientRecords,
  parseClient,
  type PathRecords,
} from '../../../src/connectivity/monitor/parse-client.js';
import { eventually } from '../../test-cluster/eventually.js';
import { type EchoServer, startEchoServer } from './echo-server.js';

const execute = promisify(execFile);
/** Two processes of a busy machine; real nodes show how exact it is. */
const TOLERANCE_MS = 500;

describe('the program that holds connections', () => {
  let server: EchoServer;
  let directory: string;
  let end: () => Promise<void>;

  beforeEach(async () => {
    server = await startEchoServer();
    directory = mkdtempSync(join(tmpdir(), 'monitor-'));
    end = run();
    await seen((records) => ['t', 'u'].every((name) => (records.paths.get(name)?.answered ?? 0) > 60));
    const begun = (await show('begin'))?.now ?? 0;
    await seen(({ paths }) => [...paths.values()].every(({ at }) => at > begun + 1000));
  }, 30_000);
  afterEach(async () => {
    await end();
    await server.close();
    rmSync(directory, { recursive: true });
  });

  function run(): () => Promise<void> {
    const env = {
      PATH: process.env['PATH'],
      PATHS: `t tcp 127.0.0.1 ${server.tcpPort}\nu udp 127.0.0.1 ${server.udpPort}`,
      RECORDS: directory,
      INTERVAL_MS: '20',
      THRESHOLD_MS: '200',
    };
    const child = spawn('bash', ['-c', CLIENT_PROGRAM], { env, detached: true, stdio: 'ignore' });
    return async () => {
      process.kill(-(child.pid ?? 0), 'SIGKILL'); // its group: a shell for each path
      await once(child, 'close');
    };
  }

  async function show(order = 'show'): Promise<ClientRecords | null> {
    const { stdout } = await execute('bash', ['-c', SHOW_PROGRAM, 'show', directory, order]);
    return parseClient(stdout);
  }

  function seen(isSo: (records: ClientRecords) => boolean): Promise<ClientRecords> {
    return eventually(async () => {
      const records = await show();
      return records !== null && isSo(records) ? records : null;
    }, 20_000);
  }

  function path(records: ClientRecords, name: string): PathRecords {
    const found = records.paths.get(name);
    if (found === undefined) throw new Error(`no path ${name}`);
    return found;
  }

  test('measures how long there was no answer, by TCP and by UDP', async () => {
    const begun = Date.now();
    const goOn = server.goSilent();
    await sleep(2000);
    const played = goOn();

    const records = await seen(({ paths }) =>
      ['t', 'u'].every((name) => (paths.get(name)?.longestMs ?? 0) > 1500),
    );

    for (const name of ['t', 'u']) {
      const { gaps, longestMs, resets } = path(records, name);
      const [gap] = gaps.toSorted((left, right) => right.ms - left.ms);
      expect(longestMs).toBe(gap?.ms);
      expect(Math.abs(longestMs - played)).toBeLessThan(TOLERANCE_MS);
      expect(Math.abs((gap?.startedAt ?? 0) - begun)).toBeLessThan(TOLERANCE_MS);
      expect(resets).toEqual([]);
    }
    expect(path(records, 't').lost).toBe(0);
    expect(path(records, 'u').lost).toBeGreaterThan(10);
    expect(path(records, 'u').lost).toBeLessThanOrEqual(played / 20 + 2);
  }, 60_000);

  test('says so while there is no answer yet', async () => {
    const goOn = server.goSilent();

    // Any question waits for a moment: that alone would be no gap
    const records = await seen(({ paths }) =>
      [...paths.values()].every(({ silentSince, at }) => silentSince > 0 && at - silentSince > 500),
    );

    expect(records.starts).toBe(1);
    goOn();
    await seen(({ paths }) =>
      [...paths.values()].every(({ silentSince, gaps }) => silentSince === 0 && gaps.length > 0),
    );
  }, 60_000);

  test('tells a reset from a gap, opens the connection anew, and goes on', async () => {
    expect(server.reset()).toBe(1);

    const records = await seen(({ paths }) => (paths.get('t')?.resets.length ?? 0) > 0);
    const { answered } = path(records, 't');
    const later = await seen(({ paths }) => (paths.get('t')?.answered ?? 0) > answered + 50);

    expect(path(later, 't').resets).toHaveLength(1);
    expect(path(later, 'u').resets).toEqual([]);
  }, 60_000);

  test('counts what comes out of order, which is not lost', async () => {
    const { lost } = path(await seen(() => true), 'u');
    server.swapNext();

    const records = await seen(({ paths }) => (paths.get('u')?.reordered ?? 0) > 0);

    expect(path(records, 'u')).toMatchObject({ reordered: 1, lost });
  }, 60_000);
});
