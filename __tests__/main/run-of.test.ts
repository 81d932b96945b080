import { expect, jest, test } from '@jest/globals';
import { realWorld } from '../../src/adapters/environment.js';
import type { Holder } from '../../src/upgrade/lock/lock.js';

const VARIABLES = {
  GITHUB_SERVER_URL: 'https://github.example.com',
  GITHUB_REPOSITORY: 'team/clusters',
  GITHUB_RUN_ID: '8',
};

/** What a process of its own says that it is. */
async function runOfProcess(): Promise<(variables: Readonly<Record<string, string>>) => Holder> {
  jest.resetModules();
  const { runOf } = await import('../../src/main/run-of.js');
  return (variables) => runOf({ ...realWorld(), variables });
}

test('two processes of one run have its address in common, and nothing else', async () => {
  const [first, second] = [await runOfProcess(), await runOfProcess()];
  const one = first(VARIABLES);
  const other = second(VARIABLES);
  expect([one.run, other.run]).toEqual(
    Array(2).fill('https://github.example.com/team/clusters/actions/runs/8'),
  );
  expect(one.processId).toMatch(/^[0-9a-f]{8}$/);
  expect(other.processId).not.toBe(one.processId);
  expect(first(VARIABLES)).toEqual(one);
});

test('on a terminal a run is named by when it began', async () => {
  expect((await runOfProcess())({}).run).toMatch(/^a terminal, since \d{4}-\d\d-\d\dT/);
});
