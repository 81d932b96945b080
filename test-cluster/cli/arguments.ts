import { parseArgs } from 'node:util';
import { InputError } from '../../src/errors.js';
import { KUBERNETES_RELEASES, type KubernetesRelease } from '../types.js';
import { isKubernetesRelease } from '../programs/catalog.js';
import { MAX_LIGHT_NODES } from '../light-nodes/nodes.js';
import { MAX_REAL_NODES } from '../real-nodes/layout.js';

export const USAGE = `A Kubernetes cluster on this machine, to develop and test against.

npm run cluster -- up [--nodes N] [--light-nodes N] [--kubernetes V] [--calico V [--install METHOD]]
npm run cluster -- down [ID | --all]
npm run cluster -- status
npm run cluster -- build [--kubernetes V]

  up             starts a cluster and leaves it running; a second one beside the first is another cluster
    --nodes        nodes whose pods really run (Linux, root); 0 when left out
    --light-nodes  simulated nodes, thousands if need be; 0 when left out
    --kubernetes   ${KUBERNETES_RELEASES.join(', ')}; ${KUBERNETES_RELEASES[0]} when left out
    --calico       Calico to install, such as v3.30.7: a directory of the manifests
    --install      manifest or operator; manifest when left out
  down           takes a cluster down; its ID may be left out where there is only one
  status         tells which clusters there are
  build          builds the programs that are missing, so that nothing else has to

Exit status: 0 done, 1 it could not be carried out, 2 wrong arguments.
`;

/** What the command line asks for. */
export type Command =
  | { readonly name: 'up'; readonly options: UpOptions }
  | { readonly name: 'down'; readonly id: string | null; readonly all: boolean }
  | { readonly name: 'status' }
  | { readonly name: 'build'; readonly kubernetes: KubernetesRelease }
  | { readonly name: 'help' };

export interface UpOptions {
  readonly realNodes: number;
  readonly lightNodes: number;
  readonly kubernetes: KubernetesRelease | undefined;
  /** null: no Calico. */
  readonly calico: { readonly version: string; readonly method: 'manifest' | 'operator' } | null;
}

const text = { type: 'string' } as const;
const OPTIONS_OF = {
  up: { nodes: text, 'light-nodes': text, kubernetes: text, calico: text, install: text },
  down: { all: { type: 'boolean' } },
  status: {},
  build: { kubernetes: text },
} as const;

/** @throws InputError naming the argument that is wrong. */
export function parseCommand(args: readonly string[]): Command {
  const [name = 'help', ...rest] = args;
  if (['help', '--help', '-h'].includes(name) || rest.includes('--help') || rest.includes('-h')) {
    return { name: 'help' };
  }
  if (!isCommand(name)) throw wrong(name, `There is no command ${name}.`);
  const { values, positionals } = parse(name, rest);
  const [id, ...more] = positionals;
  const surplus = name === 'down' ? more[0] : id;
  if (surplus !== undefined) throw wrong(surplus, `${name} takes no argument ${surplus}.`);
  switch (name) {
    case 'up':
      return { name, options: upOptions(values) };
    case 'down':
      return { name, id: id ?? null, all: values['all'] === true };
    case 'build':
      return { name, kubernetes: releaseOf(values) ?? KUBERNETES_RELEASES[0] };
    case 'status':
      return { name };
  }
}

type Values = Readonly<Record<string, string | boolean | undefined>>;

function isCommand(name: string): name is keyof typeof OPTIONS_OF {
  return Object.hasOwn(OPTIONS_OF, name);
}

function parse(
  name: keyof typeof OPTIONS_OF,
  args: readonly string[],
): { readonly values: Values; readonly positionals: readonly string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: OPTIONS_OF[name],
      allowPositionals: true,
    });
    return { values: values as Values, positionals };
  } catch (error) {
    const [sentence = ''] = (error as Error).message.split('. ');
    throw wrong(name, `${name}: ${sentence}.`);
  }
}

function upOptions(values: Values): UpOptions {
  return {
    realNodes: numberOf(values, 'nodes', MAX_REAL_NODES),
    lightNodes: numberOf(values, 'light-nodes', MAX_LIGHT_NODES),
    kubernetes: releaseOf(values),
    calico: calicoOf(values),
  };
}

function numberOf(values: Values, name: string, most: number): number {
  const value = values[name] ?? '0';
  if (typeof value !== 'string' || !/^\d{1,6}$/.test(value) || Number(value) > most) {
    throw wrong(name, `--${name} is a number from 0 to ${most}, not ${String(value)}.`);
  }
  return Number(value);
}

function releaseOf(values: Values): KubernetesRelease | undefined {
  const value = values['kubernetes'];
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !isKubernetesRelease(value)) {
    throw wrong(
      'kubernetes',
      `--kubernetes is one of ${KUBERNETES_RELEASES.join(', ')}, not ${String(value)}.`,
    );
  }
  return value;
}

function calicoOf({ calico, install }: Values): UpOptions['calico'] {
  if (typeof calico !== 'string') {
    if (install !== undefined) throw wrong('install', '--install needs --calico.');
    return null;
  }
  if (install !== undefined && install !== 'manifest' && install !== 'operator') {
    throw wrong('install', `--install is manifest or operator, not ${String(install)}.`);
  }
  return { version: calico, method: install ?? 'manifest' };
}

function wrong(input: string, message: string): InputError {
  return new InputError(input, message, '`npm run cluster -- help` lists all.');
}
