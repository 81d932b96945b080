import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { RefreshError } from './errors.js';
import { openRepository } from './git.js';
import { refresh } from './refresh.js';
import { describeChange } from './tables.js';

const USAGE = `Rebuilds the derived tables of src/catalog/data from clones of the upstream repositories.

npm run catalog:refresh -- --calico DIR --operator DIR --docs DIR [--check] [--data DIR]

  --calico    clone of https://github.com/projectcalico/calico, bare or not, with all tags
  --operator  clone of https://github.com/tigera/operator, likewise
  --docs      clone of https://github.com/tigera/docs with its history
  --check     write nothing; exit status 1 when something would change
  --data      folder to write to; src/catalog/data when left out

Exit status: 0 done or nothing to do, 1 --check found a change, 2 it could not be carried out.
`;

const DATA_FOLDER = fileURLToPath(new URL('../../src/catalog/data', import.meta.url));

interface Options {
  readonly calico: string;
  readonly operator: string;
  readonly docs: string;
  readonly check: boolean;
  readonly data: string;
}

function readOptions(args: readonly string[]): Options {
  const { values } = parseArguments(args);
  const { calico, operator, docs } = values;
  if (calico === undefined || operator === undefined || docs === undefined) {
    throw new RefreshError('--calico, --operator and --docs are all needed.', `\n${USAGE}`);
  }
  return { calico, operator, docs, check: values.check ?? false, data: values.data ?? DATA_FOLDER };
}

function parseArguments(args: readonly string[]) {
  const directory = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        calico: directory,
        operator: directory,
        docs: directory,
        data: directory,
        check: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new RefreshError(error instanceof Error ? error.message : String(error), `\n${USAGE}`, {
      cause: error,
    });
  }
}

/** Where the command writes to. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Runs the command and gives its exit status, as the usage text has them. Never throws. */
export function runCommand(args: readonly string[], output: Output): number {
  try {
    return refreshCatalog(readOptions(args), output.out);
  } catch (error) {
    const remedy = error instanceof RefreshError ? ` ${error.remedy}` : '';
    output.err(`error: ${error instanceof Error ? error.message : String(error)}${remedy}\n`);
    return 2;
  }
}

function refreshCatalog(options: Options, out: Output['out']): number {
  const upstream = {
    calico: openRepository('projectcalico/calico', options.calico),
    operator: openRepository('tigera/operator', options.operator),
    docs: openRepository('tigera/docs', options.docs),
  };
  const { changes, meta, write } = refresh(upstream, options.data);
  if (changes.length === 0) {
    out(`no change (upstream read up to ${meta.generated})\n`);
    return 0;
  }
  for (const line of changes.flatMap(describeChange)) out(`${line}\n`);
  if (options.check) return 1;
  write();
  out(`written: ${options.data}\n`);
  return 0;
}
