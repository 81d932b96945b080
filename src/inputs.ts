import { InputError } from './errors.js';
import { INPUTS, type InputName } from './inputs-table.js';
import { isPlausible, parseVersion, type Version } from './version/version.js';

/** Inputs of `check`. */
export interface CheckInputs {
  readonly mode: 'check';
  readonly path: string;
  /** Globs; empty for all configuration files. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly changedOnly: 'auto' | 'true' | 'false';
  /** null to go by the files. */
  readonly kubernetesVersion: Version | null;
  /** null where none was given. */
  readonly kubeconfig: string | null;
  readonly policy: { readonly path: string; readonly isRequired: boolean };
  readonly failOn: 'error' | 'warning' | 'never';
  readonly reportDir: string;
  readonly comment: 'always' | 'on-failure' | 'never';
  /** null where there is none. */
  readonly githubToken: string | null;
}

/** Modes that this release does not have yet: only their name is read. */
export interface OtherInputs {
  readonly mode: 'plan' | 'upgrade' | 'rollback';
}

/** The inputs of a run, by mode. */
export type Inputs = CheckInputs | OtherInputs;

/** Gives the text of an input; empty where it is not set. */
export type ReadInput = (name: InputName) => string;

const MODES = ['check', 'plan', 'upgrade', 'rollback'] as const;
const DEFAULTS: ReadonlyMap<string, string> = new Map(INPUTS.map((spec) => [spec.name, spec.default]));

/**
 * Reads the inputs of a run.
 *
 * @throws InputError that names the input, what it is and what it may be
 */
export function parseInputs(readInput: ReadInput): Inputs {
  const read = (name: InputName): string => {
    const text = readInput(name).trim();
    return text === '' ? (DEFAULTS.get(name) ?? '') : text;
  };
  const mode = oneOf('mode', read('mode'), MODES);
  if (mode !== 'check') return { mode };
  return {
    mode,
    path: read('path'),
    include: lines(read('include')),
    exclude: lines(read('exclude')),
    changedOnly: oneOf('changed-only', read('changed-only'), ['auto', 'true', 'false']),
    kubernetesVersion: kubernetesVersion(read('kubernetes-version')),
    kubeconfig: read('kubeconfig') || null,
    policy: {
      path: read('policy'),
      isRequired: readInput('policy').trim() !== '' && read('policy') !== DEFAULTS.get('policy'),
    },
    failOn: oneOf('fail-on', read('fail-on'), ['error', 'warning', 'never']),
    reportDir: read('report-dir'),
    comment: oneOf('comment', read('comment'), ['always', 'on-failure', 'never']),
    githubToken: token(read('github-token')),
  };
}

function oneOf<Value extends string>(name: InputName, text: string, values: readonly Value[]): Value {
  const value = values.find((candidate) => candidate === text.toLowerCase());
  if (value !== undefined) return value;
  throw new InputError(
    name,
    `The input ${name} is “${printable(text)}”.`,
    `Use one of: ${values.join(', ')}.`,
  );
}

function lines(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function kubernetesVersion(text: string): Version | null {
  if (text === '') return null;
  const version = parseVersion(text);
  if (version && isPlausible('kubernetes', version)) return version;
  throw new InputError(
    'kubernetes-version',
    `The input kubernetes-version is “${printable(text)}”.`,
    'Write a Kubernetes version such as v1.34 or v1.34.2.',
  );
}

/** The default is an expression that only a workflow fills in. */
function token(text: string): string | null {
  return text === '' || text.startsWith('${{') ? null : text;
}

function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, ' ').slice(0, 80);
}
