import { describe, expect, it } from '@jest/globals';
import { InputError } from '../../../src/errors.js';
import { parseCommand, USAGE } from '../../../test-cluster/cli/arguments.js';

describe('the command line', () => {
  const up = { realNodes: 0, lightNodes: 0, kubernetes: undefined, calico: null };

  it.each([
    ['up', { name: 'up', options: up }],
    ['up --light-nodes 1000', { name: 'up', options: { ...up, lightNodes: 1000 } }],
    [
      'up --nodes=2 --kubernetes v1.36.3',
      { name: 'up', options: { ...up, realNodes: 2, kubernetes: 'v1.36.3' } },
    ],
    [
      'up --calico v3.30.7',
      { name: 'up', options: { ...up, calico: { version: 'v3.30.7', method: 'manifest' } } },
    ],
    [
      'up --calico v3.30.7 --install operator',
      { name: 'up', options: { ...up, calico: { version: 'v3.30.7', method: 'operator' } } },
    ],
    ['down', { name: 'down', id: null, all: false }],
    ['down a1b2c3', { name: 'down', id: 'a1b2c3', all: false }],
    ['down --all', { name: 'down', id: null, all: true }],
    ['status', { name: 'status' }],
    ['build', { name: 'build', kubernetes: 'v1.34.4' }],
    ['build --kubernetes v1.30.14', { name: 'build', kubernetes: 'v1.30.14' }],
    ['', { name: 'help' }],
    ['--help', { name: 'help' }],
    ['up --help', { name: 'help' }],
  ])('understands "%s"', (line, command) => {
    expect(parseCommand(line.split(' ').filter((word) => word !== ''))).toEqual(command);
  });

  it.each([
    ['restart', 'There is no command restart.'],
    ['toString', 'There is no command toString.'],
    ['up --nodes two', '--nodes is a number from 0 to 200, not two.'],
    ['up --nodes -1', "up: Option '--nodes' argument is ambiguous."],
    ['up --nodes 201', '--nodes is a number from 0 to 200, not 201.'],
    ['up --light-nodes 1e3', '--light-nodes is a number from 0 to 20000, not 1e3.'],
    ['up --light-nodes', "up: Option '--light-nodes <value>' argument missing."],
    ['up --kubernetes v1.33.0', '--kubernetes is one of v1.34.4, v1.30.14, v1.36.3, not v1.33.0.'],
    ['up --install operator', '--install needs --calico.'],
    ['up --calico v3.30.7 --install helm', '--install is manifest or operator, not helm.'],
    ['up --verbose', "up: Unknown option '--verbose'."],
    ['up now', 'up takes no argument now.'],
    ['down a1b2c3 d4e5f6', 'down takes no argument d4e5f6.'],
    ['status --all', "status: Unknown option '--all'."],
  ])('refuses "%s" and says why', (line, message) => {
    const parse = (): unknown => parseCommand(line.split(' '));
    expect(parse).toThrow(InputError);
    expect(parse).toThrow(message);
  });

  it('explains every command', () => {
    for (const name of ['up', 'down', 'status', 'build'])
      expect(USAGE).toContain(`npm run cluster -- ${name}`);
  });
});
