import { describe, expect, test } from '@jest/globals';
import { parseCommandLine, readWorkflowInput, renderHelp } from '../../src/adapters/command-line.js';
import { INPUTS } from '../../src/inputs-table.js';

describe('parseCommandLine', () => {
  test('reads flags named as the inputs are, with = or a space', () => {
    const command = parseCommandLine(['--mode', 'check', '--path=clusters/', '--report-dir', 'out']);
    expect(
      command.kind === 'run' && [
        command.read('mode'),
        command.read('path'),
        command.read('report-dir'),
        command.read('policy'),
      ],
    ).toEqual(['check', 'clusters/', 'out', '']);
  });

  test('a value may start with a dash or be empty', () => {
    const command = parseCommandLine(['--context=', '--path', '-x']);
    expect(command.kind === 'run' && [command.read('context'), command.read('path')]).toEqual(['', '-x']);
  });

  test('globs can be given more than once; of others the last counts', () => {
    const command = parseCommandLine([
      '--include',
      'a/**',
      '--include',
      'b/**',
      '--path',
      'x',
      '--path',
      'y',
    ]);
    expect(command.kind === 'run' && [command.read('include'), command.read('path')]).toEqual([
      'a/**\nb/**',
      'y',
    ]);
  });

  test.each([
    [['--pathh', 'x'], /no flag “--pathh”.*/, /Did you mean --path\?/],
    [['check'], /“check” is not a flag/, /--help/],
    [['--mode'], /--mode has no value/, /--mode VALUE/],
  ])('refuses %j', (args, message, remedy) => {
    try {
      parseCommandLine(args);
    } catch (error) {
      expect(error).toMatchObject({
        message: expect.stringMatching(message),
        remedy: expect.stringMatching(remedy),
      });
      return;
    }
    throw new Error('nothing was thrown');
  });

  test.each(['--help', '-h'])('%s asks for help', (flag) => {
    expect(parseCommandLine(['--mode', 'check', flag])).toEqual({ kind: 'help' });
  });
});

test('a workflow gives inputs as INPUT_ variables, dashes kept', () => {
  const read = readWorkflowInput({ 'INPUT_REPORT-DIR': 'out', INPUT_MODE: 'check' });
  expect([read('report-dir'), read('mode'), read('path')]).toEqual(['out', 'check', '']);
});

test('help names every input', () => {
  const help = renderHelp();
  for (const { name } of INPUTS) expect(help).toContain(`--${name}`);
});
