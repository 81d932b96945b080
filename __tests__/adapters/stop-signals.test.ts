import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';

const MODULE = pathToFileURL(resolve('src/adapters/stop-signals.ts')).href;

/** A process that listens, and goes on for as long as nobody ends it; it has a fiftieth of every time. */
const PROGRAM = `
  const real = setTimeout;
  globalThis.setTimeout = (run, ms) => real(run, ms / 50);
  const { listenForStop } = await import(process.argv[1]);
  const busy = setInterval(() => undefined, 1000);
  const stop = listenForStop((name) => {
    console.log('told ' + name + ' ' + stop.signal.aborted);
    if (process.argv[2] === 'throws') throw new Error('nobody listens');
  });
  process.on('uncaughtException', (error) => console.log('uncaught ' + error.message));
  stop.signal.addEventListener('abort', () => {
    console.log('aborted');
    if (process.argv[2] !== 'saves') return;
    stop.dispose();
    stop.dispose();
    clearInterval(busy);
    console.log('saved');
  });
  if (process.argv[2] === 'disposed') stop.dispose();
  console.log('ready');
`;

let child: ChildProcess | null = null;

afterEach(() => {
  child?.kill('SIGKILL');
  child = null;
});

interface Listening {
  readonly lines: readonly string[];
  /** Waits for a line. */
  readonly said: (line: string) => Promise<void>;
  readonly send: (signal: NodeJS.Signals) => void;
  /** Exit status, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

async function listen(how: 'goes-on' | 'saves' | 'disposed' | 'throws'): Promise<Listening> {
  const started = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM, MODULE, how], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '--no-warnings' },
  });
  child = started;
  const lines: string[] = [];
  const reader = createInterface({ input: started.stdout });
  reader.on('line', (line) => lines.push(line));
  const said = async (line: string): Promise<void> => {
    while (!lines.includes(line)) await once(reader, 'line');
  };
  const ended = once(started, 'close').then(([status, signal]) => (status ?? signal) as number | string);
  await said('ready');
  return { lines, said, ended, send: (signal) => started.kill(signal) };
}

test.each(['SIGINT', 'SIGTERM'] as const)('%s asks the run to stop, which ends by itself', async (signal) => {
  const { lines, send, ended } = await listen('saves');
  send(signal);
  expect(await ended).toBe(0);
  expect(lines).toEqual(['ready', 'aborted', 'saved', `told ${signal} true`]);
});

test.each([
  ['SIGINT', 'SIGINT', 130],
  ['SIGINT', 'SIGTERM', 143],
  ['SIGTERM', 'SIGINT', 130],
] as const)('%s and then %s ends the process with %d', async (first, second, status) => {
  const { lines, said, send, ended } = await listen('goes-on');
  send(first);
  await said(`told ${first} true`);
  send(second);
  expect(await ended).toBe(status);
  expect(lines).toEqual(['ready', 'aborted', `told ${first} true`]);
});

test('a run that does not end in its time is ended', async () => {
  const { send, ended } = await listen('goes-on');
  send('SIGINT');
  expect(await ended).toBe(130);
});

test('a run is stopped though it cannot be told', async () => {
  const { said, send, ended } = await listen('throws');
  send('SIGINT');
  await said('uncaught nobody listens');
  await said('aborted');
  send('SIGTERM');
  expect(await ended).toBe(143);
});

test('what is disposed of listens no more: the process ends as any other', async () => {
  const { lines, send, ended } = await listen('disposed');
  send('SIGTERM');
  expect(await ended).toBe('SIGTERM');
  expect(lines).toEqual(['ready']);
});
