import { describe, expect, test } from '@jest/globals';
import { createTerminalReporter } from '../../src/adapters/terminal-reporter.js';
import { describeReporter } from '../ports/reporter-contract.js';

function build(isTTY: boolean) {
  const written = { stdout: '', stderr: '', timeMs: 0 };
  const reporter = createTerminalReporter({
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text), isTTY, columns: 20 },
    now: () => written.timeMs,
  });
  return { reporter, written };
}

describeReporter('terminal', () => build(true).reporter);

test('text goes to stdout, warnings and errors to stderr', () => {
  const { reporter, written } = build(false);
  reporter.info('one\ntwo\n');
  reporter.warning('careful');
  reporter.error('broken');
  expect(written).toMatchObject({ stdout: 'one\ntwo\n', stderr: 'warning: careful\nerror: broken\n' });
});

test('a group is headed by its title', async () => {
  const { reporter, written } = build(false);
  await reporter.group('Scan', () => {
    reporter.info('done');
    return Promise.resolve();
  });
  expect(written.stdout).toBe('Scan\ndone\n');
});

test('a secret is masked in everything that follows, each line of it too', () => {
  const { reporter, written } = build(false);
  reporter.mask('s3cr3t-token');
  reporter.mask('first line\nsecond line');
  reporter.info('with s3cr3t-token');
  reporter.error('second line, first line');
  expect(written).toMatchObject({ stdout: 'with ***\n', stderr: 'error: ***, ***\n' });
});

test('very short secrets mask nothing: they are in every other word', () => {
  const { reporter, written } = build(false);
  reporter.mask('a');
  reporter.info('a banana');
  expect(written.stdout).toBe('a banana\n');
});

describe('progress', () => {
  test('takes one line of a terminal, which is cleared before other text', () => {
    const { reporter, written } = build(true);
    reporter.progress('10 files of very many');
    written.timeMs = 100;
    reporter.progress('20 files');
    reporter.info('done');
    expect(written.stderr).toBe('\r\u001b[K10 files of very m…\r\u001b[K20 files\r\u001b[K');
    expect(written.stdout).toBe('done\n');
  });

  test('is shown at most ten times a second on a terminal', () => {
    const { reporter, written } = build(true);
    for (written.timeMs = 0; written.timeMs < 1000; written.timeMs += 10) reporter.progress('x');
    expect(written.stderr.match(/x/g)).toHaveLength(10);
  });

  test('is a line every ten seconds elsewhere', () => {
    const { reporter, written } = build(false);
    for (written.timeMs = 0; written.timeMs <= 25_000; written.timeMs += 100)
      reporter.progress(`${written.timeMs} ms`);
    expect(written.stderr).toBe('10000 ms\n20000 ms\n');
  });
});
