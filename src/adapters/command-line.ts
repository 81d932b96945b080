import { InputError } from '../errors.js';
import { INPUTS } from '../inputs-table.js';
import type { ReadInput } from '../inputs/values.js';

/** What the command line asks for. */
export type CommandLine = { readonly kind: 'help' } | { readonly kind: 'run'; readonly read: ReadInput };

const NAMES: ReadonlySet<string> = new Set(INPUTS.map(({ name }) => name));
/** Inputs that can be given more than once: a line each. */
const LISTS: ReadonlySet<string> = new Set(['include', 'exclude']);

/**
 * Reads flags named as the inputs are: `--mode check`, `--path=clusters/`.
 *
 * @throws InputError for a flag that is no input, or has no value
 */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const values = new Map<string, string>();
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] ?? '';
    if (argument === '--help' || argument === '-h') return { kind: 'help' };
    const flag = /^--(?<name>[a-z-]+)(?:=(?<value>[\s\S]*))?$/.exec(argument)?.groups;
    const name = flag?.['name'] ?? '';
    if (!NAMES.has(name)) throw unknownFlag(argument);
    const value = flag?.['value'] ?? args[++index];
    if (value === undefined)
      throw new InputError(name, `The flag --${name} has no value.`, `Write --${name} VALUE.`);
    const before = values.get(name);
    values.set(name, before !== undefined && LISTS.has(name) ? `${before}\n${value}` : value);
  }
  return { kind: 'run', read: (name) => values.get(name) ?? '' };
}

/** Reads inputs as a workflow gives them: `INPUT_REPORT-DIR` and its like. */
export function readWorkflowInput(environment: Readonly<Record<string, string | undefined>>): ReadInput {
  return (name) => environment[`INPUT_${name.toUpperCase()}`] ?? '';
}

/** The text that `--help` prints. */
export function renderHelp(): string {
  const width = Math.max(...INPUTS.map(({ name }) => name.length));
  const rows = INPUTS.map(
    (spec) =>
      `  --${spec.name.padEnd(width)}  ${spec.description}${spec.default === '' ? '' : ` [${spec.default}]`}`,
  );
  return [
    'Usage: node dist/index.js --mode check --path DIRECTORY [--FLAG VALUE …]',
    '',
    ...rows,
    '',
    'Exit status: 0 passed; 1 findings at or above --fail-on; 2 could not run.',
    '',
  ].join('\n');
}

function unknownFlag(argument: string): InputError {
  const shown = argument.slice(0, 60);
  const near = [...NAMES].find((name) => distance(name, argument.replace(/^-+|=.*$/g, '')) <= 2);
  return new InputError(
    'flags',
    argument.startsWith('-') ? `There is no flag “${shown}”.` : `“${shown}” is not a flag.`,
    near ? `Did you mean --${near}? See --help.` : 'See --help for the flags.',
  );
}

/** How many letters have to change to make one word of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
