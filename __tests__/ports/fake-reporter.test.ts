import { expect, test } from '@jest/globals';
import { createFakeReporter } from './fake-reporter.js';
import { describeReporter } from './reporter-contract.js';

describeReporter('fake', createFakeReporter);

test('a fake reporter keeps what it is told in order', async () => {
  const reporter = createFakeReporter();
  await reporter.group('scan', () => {
    reporter.info('one file');
    return Promise.resolve();
  });
  reporter.setOutputs({ result: 'passed' });
  expect(reporter.lines).toEqual(['group: scan', 'info: one file', 'end: scan']);
  expect(reporter.outputs).toEqual({ result: 'passed' });
});
