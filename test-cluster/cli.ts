import { ActionError, EnvironmentError, InputError } from '../src/errors.js';
import { availabilityOf, findProgram, KUBERNETES_PROGRAMS, OTHER_PROGRAMS } from './binaries.js';
import { type Command, parseCommand, USAGE } from './cli/arguments.js';
import { describeCluster } from './cli/describe.js';
import { takeDown } from './cli/down.js';
import { bringUp, removeOwnClusters } from './cli/up.js';
import { listClusterDirectories, readRecord } from './cluster-directory.js';
import { type KubernetesRelease } from './types.js';

const started = Date.now();

/** Progress goes to stderr, so that stdout is the answer and nothing else. */
function progress(text: string): void {
  const seconds = ((Date.now() - started) / 1000).toFixed(1).padStart(6);
  process.stderr.write(`${seconds} s  ${text}\n`);
}

async function run(command: Command): Promise<string> {
  switch (command.name) {
    case 'up':
      return described([await bringUp(command.options, progress)], '');
    case 'down': {
      const gone = await takeDown(command.id, command.all);
      return gone.length === 0 ? 'There is no cluster to take down.' : `Gone: ${gone.join(', ')}`;
    }
    case 'status':
      return described(listClusterDirectories(), 'There is no cluster.');
    case 'build':
      return build(command.kubernetes);
    case 'help':
      return USAGE.trimEnd();
  }
}

function described(directories: readonly string[], none: string): string {
  const texts = directories.flatMap((directory) => {
    const record = readRecord(directory);
    return record === null ? [] : [describeCluster(directory, record)];
  });
  return texts.length === 0 ? none : texts.join('\n\n');
}

async function build(kubernetes: KubernetesRelease): Promise<string> {
  const names = [...OTHER_PROGRAMS, ...KUBERNETES_PROGRAMS];
  const availability = availabilityOf(names, kubernetes);
  if (!availability.isAvailable) throw new EnvironmentError(availability.reason, 'Install Go.');
  const paths: string[] = [];
  for (const name of names) paths.push(await findProgram(name, kubernetes, progress));
  return paths.join('\n');
}

async function main(): Promise<number> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      progress(`stopped by ${signal}: taking down what has been started`);
      void removeOwnClusters().finally(() => process.exit(1));
    });
  }
  try {
    console.log(await run(parseCommand(process.argv.slice(2))));
    return 0;
  } catch (error) {
    const remedy = error instanceof ActionError ? ` ${error.remedy}` : '';
    console.error(`error: ${error instanceof Error ? error.message : String(error)}${remedy}`);
    return error instanceof InputError ? 2 : 1;
  }
}

process.exitCode = await main();
